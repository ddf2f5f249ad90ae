package mock

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"dispatchmock/internal/exchange"
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

// find returns the session that the request names, and takes its prefix off
// the path; the default one where it names none.
func (m *Mock) find(r *http.Request) (*session.Session, *model.Error) {
	if rest, ok := strings.CutPrefix(r.URL.Path, sessionPrefix); ok {
		id, _, _ := strings.Cut(rest, "/")
		prefix := sessionPrefix + id
		if raw, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix); ok {
			r.URL.Path, r.URL.RawPath = r.URL.Path[len(prefix):], raw
			return m.named(id, "path "+prefix)
		}
		return m.missing("The path names no session: an ID has no escaped characters.")
	}
	if ids := r.Header[sessionHeader]; len(ids) > 0 {
		return m.named(strings.Join(ids, ", "), sessionHeader)
	}
	id, ok, unreadable := sessionOfHost(r.Host)
	if r.URL.Host != "" && unreadable == "" {
		// The Host field does not count beside a host in the request line, but
		// where it names another session a client is mistaken.
		head := exchange.Message{Head: string(wire.RequestHead(r))}
		field, _ := head.Value("Host")
		if other, _, bad := sessionOfHost(field); bad != "" || other != id {
			return m.missing(fmt.Sprintf("The request line names the host %.80q, and the Host field %.80q: both must name the same session.", r.Host, field))
		}
	}
	switch {
	case unreadable != "":
		return m.missing(unreadable)
	case ok:
		name, _, _ := strings.Cut(r.Host, ":")
		return m.named(id, fmt.Sprintf("host name %.80s", name))
	}
	return m.Sessions.Default(), nil
}

// sessionOfHost returns the session that a host names, with or without a port; ok is
// false where the host names none. Unreadable says what is wrong with a
// host that cannot be read: it may be the name of a session in other words.
func sessionOfHost(host string) (id string, ok bool, unreadable string) {
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

func (m *Mock) named(id, where string) (*session.Session, *model.Error) {
	if id == "" {
		// Most likely a variable that is not set: it must not stand for the default.
		return m.missing(fmt.Sprintf("The %s names no session: it is empty.", where))
	}
	n, err := m.Sessions.Get(id)
	if err != nil {
		return m.missing(fmt.Sprintf("The %s names the session %.80q, which is not there: make it with POST /_mock/sessions, or it was idle too long.", where, id))
	}
	return n, nil
}

// missing has a request that names no good session answered, and recorded, in
// the default one.
func (m *Mock) missing(detail string) (*session.Session, *model.Error) {
	return m.Sessions.Default(), model.NewError(model.SessionUnknown, detail)
}
