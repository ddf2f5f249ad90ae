package app

import (
	"cmp"
	"fmt"
	"net"
	"net/http"

	"dispatchmock/internal/mock"
	"dispatchmock/internal/wire"
)

// admit serves a request whose head is not too long and whose connection has a
// place. Without a place it serves the admin API, so that a full server can be
// looked into, and OPTIONS, by which the command health asks.
func (s *Server) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		needless := r.Method == http.MethodOptions || s.isAdmin(r)
		switch {
		case wire.HeadSize(r) > maxHeaderBytes:
			s.refuse(w, r, s.mock.Refused(http.StatusRequestHeaderFieldsTooLarge, ""))
		case needless && !wire.HasPlace(r):
			w.Header().Set("Connection", "close")
			next.ServeHTTP(w, r)
		case !needless && !wire.WaitForPlace(r):
			s.refuse(w, r, s.full())
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// refuse sends a reply and ends the connection.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, reply *wire.Reply) {
	w.Header().Set("Connection", "close")
	if err := wire.Send(w, r, reply); err != nil {
		s.Log.Debug("the client left before it was refused", "error", err)
	}
}

// full returns the answer to a request that found no place. No exchange is
// recorded: a client that fills the server must not empty the journal.
func (s *Server) full() *wire.Reply {
	text := fmt.Sprintf("dispatchmock: all %d places for connections are in use, and none became free within %v. "+
		"Close connections that are not needed, or try again; GET /_mock/health counts them.\n", s.conns.Places, s.conns.Wait)
	return &wire.Reply{Status: http.StatusServiceUnavailable, Body: wire.Raw([]byte(text)), Fields: []wire.Field{
		{Name: wire.ContentLength, Value: fmt.Sprint(len(text))}, {Name: wire.ContentType, Value: "text/plain; charset=utf-8"}, {Name: "Retry-After", Value: "1"}}}
}

// limitHead holds the limit on heads on a listener of the admin API's own.
func limitHead(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wire.HeadSize(r) > maxHeaderBytes {
			w.Header().Set("Connection", "close")
			http.Error(w, mock.HeadTooLong(maxHeaderBytes), http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limited bounds the connections of a listener, and logs when places are short.
func (s *Server) limited(l net.Listener, name string) *wire.Limited {
	o := s.Connections
	if o.Places == 0 {
		o.Places, o.Reserve = maxConnections, reserve
	}
	o.Wait, o.Calm = cmp.Or(o.Wait, placeWait), cmp.Or(o.Calm, calm)
	o.Report = func(short bool, c wire.Connections) {
		if short {
			s.Log.Warn("connections are at their limit: those that stand still are closed, idle ones first", "where", name,
				"open", c.Open, "idle", c.Idle, "limit", c.Limit)
			return
		}
		s.Log.Warn("connections are no longer at their limit", "where", name, "open", c.Open, "limit", c.Limit, "closed", c.Closed, "refused", c.Refused)
	}
	return wire.Limit(l, o)
}

// ConnectionCounts counts the connections of the API's listener.
func (s *Server) ConnectionCounts() wire.Connections { return s.conns.Connections() }
