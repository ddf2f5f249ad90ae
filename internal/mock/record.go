package mock

import (
	"net/http"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// record completes the exchange and hands it to coverage, journal and log.
func (m *Mock) record(q *request) {
	x := q.x
	m.Count(x, q.r, &q.route)
	if m.Keep != nil || !m.Quiet || x.WentWrong() {
		m.fillMessages(q)
	}
	if m.Keep != nil {
		m.Keep(q.s.Over, x)
	}
	x.Log(m.Log, m.Quiet)
}

// fillMessages has the exchange hold what was sent and what is answered, without
// secrets. There is no request where net/http refused it.
func (m *Mock) fillMessages(q *request) {
	x := q.x
	if q.r == nil {
		x.Response = exchange.Message{Head: q.reply.Head(), Body: q.reply.Body.Bytes, Size: int64(len(q.reply.Body.Bytes))}
		return
	}
	secrets := m.Redactor.Secrets()
	x.Request.Head, x.Authorization = secrets.Head(wire.RequestHead(q.r))
	x.Response = received(q.r, &q.reply)
	if x.Response.Head == "" {
		x.Status, x.Bytes = 0, len(x.Response.Body)
	}
	if len(x.Response.Body) > exchange.MaxBody {
		x.Response.Body = x.Response.Body[:exchange.MaxBody]
	}
	x.Redact(secrets, echoes(x))
}

// echoes reports an answer in which a client's own text may stand: a record is
// that of the fixtures, and some errors name tokens of the fixtures that would
// do.
func echoes(x *exchange.Exchange) bool {
	if model.Code(x.ErrorCode).Kind().Header == "authorization" {
		return false
	}
	return x.Status != http.StatusOK || x.Altered
}

// received returns what of a reply reaches the client. Of a body that a scenario
// cuts short the length is that of the whole.
func received(r *http.Request, reply *wire.Reply) exchange.Message {
	var m exchange.Message
	m.Head, m.Body = reply.Seen(r)
	m.Size = int64(len(m.Body))
	if b := reply.Break; b != nil && m.Head != "" && r.Method != http.MethodHead {
		m.Size = int64(len(reply.Body.Bytes))
	}
	return m
}
