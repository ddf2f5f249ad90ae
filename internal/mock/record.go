package mock

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// record completes the exchange and hands it to coverage, journal and log.
func (m *Mock) record(q *request) {
	x := q.x
	m.Count(x, q.r, &q.route)
	if m.Keep != nil || m.logs(x) {
		m.fillMessages(q)
	}
	if m.Keep != nil {
		m.Keep(q.s.Over, x)
	}
	if m.logs(x) {
		m.log(x)
	}
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

// logs reports an exchange that is logged.
func (m *Mock) logs(x *exchange.Exchange) bool {
	return !m.Quiet || len(x.Violations) > 0 || x.Err != nil || x.Failed() != nil
}

// log writes what happened: one line for the exchange, one for each problem of
// the request and each violation of ours, linked by the request ID.
func (m *Mock) log(x *exchange.Exchange) {
	failed := x.Failed()
	level := slog.LevelInfo
	switch {
	case len(x.Violations) > 0 || x.Err != nil:
		level = slog.LevelError
	case len(x.Problems) > 0 || failed != nil:
		level = slog.LevelWarn
	}
	scenario := slog.Attr{} // an empty one is not printed
	if x.Scenario != "" {
		scenario = slog.String("scenario", x.Scenario)
	}
	m.logLine(x.Start, level, "exchange", slog.String("method", x.Method), slog.String("path", x.Path), slog.Int("status", x.Status),
		slog.String("client_id", x.ClientID), slog.String("version", x.VersionUsed), slog.String("request_id", x.RequestID), scenario)
	if x.Err != nil {
		m.logLine(x.Start, slog.LevelError, "internal error", slog.String("request_id", x.RequestID), slog.Any("error", x.Err))
	}
	violation := func(level slog.Level, message string, v *exchange.Violation) {
		m.logLine(x.Start, level, message, slog.String("request_id", x.RequestID),
			slog.String("part", v.Part), slog.String("pointer", v.Pointer), slog.String("rule", v.Rule), slog.String("value", v.Value),
			slog.String("hint", v.Hint), slog.String("schema", v.Schema), slog.String("documented", v.Documented))
	}
	if failed != nil {
		violation(slog.LevelWarn, "the scenario does not fit the answer", failed)
	}
	for i := range x.Problems {
		violation(slog.LevelWarn, "problem of the request", &x.Problems[i])
	}
	for i := range x.Violations {
		violation(slog.LevelError, "violation of the contract by this mock", &x.Violations[i])
	}
}

// logLine writes a line at the time of the session's clock, so that a frozen
// clock freezes the log.
func (m *Mock) logLine(at time.Time, level slog.Level, message string, attrs ...slog.Attr) {
	h := m.Log.Handler()
	if !h.Enabled(context.Background(), level) {
		return
	}
	r := slog.NewRecord(at, level, message, 0)
	r.AddAttrs(attrs...)
	// A log that cannot be written has nowhere to say so.
	_ = h.Handle(context.Background(), r)
}
