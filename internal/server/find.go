package server

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/session"
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
func (s *Server) find(r *http.Request) (*session.Session, *dispatch.Fault) {
	if rest, ok := strings.CutPrefix(r.URL.Path, sessionPrefix); ok {
		id, _, _ := strings.Cut(rest, "/")
		prefix := sessionPrefix + id
		if raw, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix); ok {
			r.URL.Path, r.URL.RawPath = r.URL.Path[len(prefix):], raw
			return s.named(id, "path "+prefix)
		}
		return s.missing("The path names no session: an ID has no escaped characters.")
	}
	if ids := r.Header[sessionHeader]; len(ids) > 0 {
		return s.named(strings.Join(ids, ", "), sessionHeader)
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if id, ok := strings.CutSuffix(strings.ToLower(host), sessionSuffix); ok {
		return s.named(id, "host name "+host)
	}
	return s.sessions.Default(), nil
}

func (s *Server) named(id, where string) (*session.Session, *dispatch.Fault) {
	if id == "" {
		// Most likely a variable that is not set: it must not stand for the default.
		return s.missing(fmt.Sprintf("The %s names no session: it is empty.", where))
	}
	n, err := s.sessions.Get(id)
	if err != nil {
		return s.missing(fmt.Sprintf("The %s names the session %.80q, which is not there: make it with POST /_mock/sessions, or it was idle too long.", where, id))
	}
	return n, nil
}

// missing has a request that names no good session answered, and recorded, in
// the default one.
func (s *Server) missing(detail string) (*session.Session, *dispatch.Fault) {
	return s.sessions.Default(), dispatch.SessionUnknown.Fault(detail)
}
