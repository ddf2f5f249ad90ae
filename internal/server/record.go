package server

import (
	"net/http"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// record puts an exchange into the journal, before its first byte leaves: who
// has the answer finds its record. A request that net/http refused is nil.
func (s *Server) record(x *exchange.Exchange, r *http.Request, reply *wire.Reply) {
	s.coverage.Add(x, r)
	if s.Journal.Count == 0 && s.Recorded == nil {
		return
	}
	if r != nil {
		x.Request.Head, x.Authorization = s.blotter.Head(wire.RequestHead(r))
	}
	if reply.Status != 0 {
		x.Response = exchange.Message{Head: reply.Head(), Body: reply.Body.Bytes, Size: int64(len(reply.Body.Bytes))}
	}
	if r != nil && r.Method == http.MethodHead {
		x.Response.Body, x.Response.Size = nil, 0
	}
	if len(x.Response.Body) > exchange.MaxBody {
		x.Response.Body = x.Response.Body[:exchange.MaxBody]
	}
	if s.Journal.Count > 0 {
		s.journal.Add(x)
	}
	if s.Recorded != nil {
		s.Recorded(x)
	}
}
