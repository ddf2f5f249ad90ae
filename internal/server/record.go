package server

import (
	"net/http"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
)

// record puts an exchange into the journal, before its first byte leaves: who
// has the answer finds its record. A request that net/http refused is nil.
func (s *Server) record(n *session.Session, x *exchange.Exchange, r *http.Request, reply *wire.Reply) {
	s.coverage.Add(x, r)
	kept := s.Journal.Count > 0 || s.Recorded != nil
	if kept {
		s.take(x, r, reply)
	}
	if r != nil {
		// What is logged must not have it either.
		x.BlotElsewhere(r.Header.Get("Authorization"), echoes(x))
	}
	if kept {
		s.keep(n.Over, x)
	}
}

// take has the exchange hold what was sent and what is answered.
func (s *Server) take(x *exchange.Exchange, r *http.Request, reply *wire.Reply) {
	if r == nil {
		x.Response = exchange.Message{Head: reply.Head(), Body: reply.Body.Bytes, Size: int64(len(reply.Body.Bytes))}
	} else {
		x.Request.Head, x.Authorization = s.blotter.Head(wire.RequestHead(r))
		x.Response = seen(r, reply)
		if x.Response.Head == "" {
			x.Status, x.Bytes = 0, len(x.Response.Body)
		}
	}
	if len(x.Response.Body) > exchange.MaxBody {
		x.Response.Body = x.Response.Body[:exchange.MaxBody]
	}
}

// echoes reports an answer in which a client's own text may stand: a record is
// that of the fixtures, and some errors name tokens of the fixtures that would
// do.
func echoes(x *exchange.Exchange) bool {
	if dispatch.Code(x.Fault).Kind().Header == "authorization" {
		return false
	}
	return x.Status != http.StatusOK || x.Altered
}

// passed records an exchange that a Front has made.
func (s *Server) passed(x *exchange.Exchange, r *http.Request) {
	s.coverage.Add(x, r)
	x.BlotElsewhere(r.Header.Get("Authorization"), true)
	s.keep(nil, x)
}

// keep puts a finished exchange into the journal.
func (s *Server) keep(over func() bool, x *exchange.Exchange) {
	if s.Journal.Count > 0 {
		s.journal.AddUnless(over, x)
	}
	if s.Recorded != nil {
		s.Recorded(x)
	}
}

// seen returns what of a reply reaches the client. Of a body that a scenario
// cuts short the length is that of the whole.
func seen(r *http.Request, reply *wire.Reply) exchange.Message {
	var m exchange.Message
	m.Head, m.Body = reply.Seen(r)
	m.Size = int64(len(m.Body))
	if b := reply.Break; b != nil && m.Head != "" && r.Method != http.MethodHead {
		m.Size = int64(len(reply.Body.Bytes))
	}
	return m
}
