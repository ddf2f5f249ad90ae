package mock

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// The ways to name a session: by the path's prefix, which any client with a
// base URL can, by a header, and by the host name.
const (
	sessionPrefix = "/_s/"
	sessionHeader = "X-Mock-Session"
	sessionSuffix = ".localhost"
)

// findSession returns the session that the request names, and takes its prefix
// off the path; the default one where the request names none. An error says that
// there is no such session.
func (m *Mock) findSession(r *http.Request) (*session.Session, *model.Error) {
	if rest, ok := strings.CutPrefix(r.URL.Path, sessionPrefix); ok {
		id, _, _ := strings.Cut(rest, "/")
		prefix := sessionPrefix + id
		if raw, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix); ok {
			r.URL.Path, r.URL.RawPath = r.URL.Path[len(prefix):], raw
			return m.session(id, "path "+prefix)
		}
		return m.noSession("The path names no session: an ID has no escaped characters.")
	}
	if ids := r.Header[sessionHeader]; len(ids) > 0 {
		return m.session(strings.Join(ids, ", "), sessionHeader)
	}
	id, ok, wrong := sessionOfHost(r.Host)
	if r.URL.Host != "" && wrong == "" {
		// The Host field does not count beside a host in the request line, but
		// where it names another session a client is mistaken.
		head := exchange.Message{Head: string(wire.RequestHead(r))}
		field, _ := head.Value("Host")
		if other, _, bad := sessionOfHost(field); bad != "" || other != id {
			return m.noSession(fmt.Sprintf("The request line names the host %.80q, and the Host field %.80q: both must name the same session.", r.Host, field))
		}
	}
	switch {
	case wrong != "":
		return m.noSession(wrong)
	case ok:
		name, _, _ := strings.Cut(r.Host, ":")
		return m.session(id, fmt.Sprintf("host name %.80s", name))
	}
	return m.Sessions.Default(), nil
}

// sessionOfHost returns the session that a host names, with or without a port; ok is
// false where the host names none. A host that cannot be read is wrong, because it
// may be the name of a session in other words.
func sessionOfHost(host string) (id string, ok bool, wrong string) {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return "", false, ""
	}
	if _, err := netip.ParseAddrPort(host); err == nil {
		return "", false, ""
	}
	name, port, _ := strings.Cut(strings.ToLower(host), ":")
	if strings.Trim(port, "0123456789") != "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" {
		return "", false, fmt.Sprintf("The host name %.80q cannot be read: it may have letters, digits, hyphens and dots, and that of a session is ID%s.", host, sessionSuffix)
	}
	if id, ok = strings.CutSuffix(strings.TrimRight(name, "."), sessionSuffix); !ok {
		return "", false, ""
	}
	return id, true, ""
}

// session returns the session of an ID, which the request named in one place.
func (m *Mock) session(id, where string) (*session.Session, *model.Error) {
	if id == "" {
		// Most likely a variable that is not set: it must not stand for the default.
		return m.noSession(fmt.Sprintf("The %s names no session: it is empty.", where))
	}
	s, err := m.Sessions.Get(id)
	if err != nil {
		return m.noSession(fmt.Sprintf("The %s names the session %.80q, which is not there: make it with POST /_mock/sessions, or it was idle too long.", where, id))
	}
	return s, nil
}

// noSession has a request that names no session answered, and recorded, in the
// default one.
func (m *Mock) noSession(detail string) (*session.Session, *model.Error) {
	return m.Sessions.Default(), model.NewError(model.SessionUnknown, detail)
}

func (m *Mock) rejectSession(q *request) {
	q.x.Operation = m.Contract.Unmatched().Name
	q.x.Problems = append(q.x.Problems, exchange.Violation{Part: "session", Rule: string(q.noSession.Code), Hint: q.noSession.Detail})
	m.reject(q, q.noSession, 0)
}

// allow records what the session and the request say to do on purpose. An
// unknown word allows nothing, and is a problem itself.
func (q *request) allow() {
	allowed := q.s.Spec.Allowed
	for _, list := range q.r.Header[allowHeader] {
		word := allowed.Allow(list)
		if word == "" {
			continue
		}
		hint := "must be invalid, simulated or both" + jsonx.DidYouMean(word, []string{exchange.AllowInvalid, exchange.AllowSimulated})
		q.x.Problems = append(q.x.Problems, exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/x-mock-allow", Rule: "known allowance",
			Value: strconv.Quote(word[:min(len(word), 64)]), Hint: hint})
	}
	q.x.Allowed = allowed
}

// read reads the request's body to its end, within the limit. No operation
// uses the body (I: the page says that there is none, and its sample sends one).
func (m *Mock) read(q *request) *model.Error {
	if q.r.Body == http.NoBody {
		return nil
	}
	err := m.readBody(q.r, &q.x.Request)
	if err != nil {
		// The rest of the body would be read as the next request.
		q.w.Header().Set("Connection", "close")
		q.x.Problems = append(q.x.Problems, unreadable("request body", err))
	}
	return err
}

// bodyStart is a writer that keeps the first bytes of a body.
type bodyStart []byte

func (b *bodyStart) Write(p []byte) (int, error) {
	*b = append(*b, p[:min(len(p), exchange.MaxBody-len(*b))]...)
	return len(p), nil
}

// readBody reads the body to its end, and keeps its first bytes and its length.
func (m *Mock) readBody(r *http.Request, message *exchange.Message) *model.Error {
	tooLarge := model.NewError(model.BodyTooLarge, fmt.Sprintf("The request's body may have at most %d bytes; this operation needs none.", m.MaxBody))
	if r.ContentLength > int64(m.MaxBody) {
		message.Size = r.ContentLength
		return tooLarge
	}
	var start bodyStart
	n, err := io.Copy(&start, io.LimitReader(r.Body, int64(m.MaxBody)+1))
	message.Body, message.Size = start, n
	switch {
	case n > int64(m.MaxBody):
		return tooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		message.Error = exchange.Cut
		return model.NewError(model.BodyUnreadable, "The body ended before its announced length; send as many bytes as Content-Length says.")
	case err != nil:
		message.Error = exchange.Malformed
		return model.NewError(model.BodyUnreadable, "The body could not be read: it is not in the form that the header announces, or it came too slowly.")
	}
	return nil
}
