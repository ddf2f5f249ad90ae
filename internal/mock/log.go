package mock

import (
	"context"
	"log/slog"
	"time"

	"dispatchmock/internal/exchange"
)

// log writes what happened: one line for the exchange, one for each problem of
// the request and each violation of ours, linked by the request ID. The
// exchange comes without secrets.
func (m *Mock) log(x *exchange.Exchange) {
	if !m.logs(x) {
		return
	}
	bad := len(x.Violations) > 0 || x.Err != nil
	failed := x.Failed()
	level := slog.LevelInfo
	switch {
	case bad:
		level = slog.LevelError
	case len(x.Problems) > 0 || failed != nil:
		level = slog.LevelWarn
	}
	scenario := slog.Attr{} // an empty one is not printed
	if x.Scenario != "" {
		scenario = slog.String("scenario", x.Scenario)
	}
	m.write(x.Start, level, "exchange", slog.String("method", x.Method), slog.String("path", x.Path), slog.Int("status", x.Status),
		slog.String("client_id", x.ClientID), slog.String("version", x.VersionUsed), slog.String("request_id", x.RequestID), scenario)
	if x.Err != nil {
		m.write(x.Start, slog.LevelError, "internal error", slog.String("request_id", x.RequestID), slog.Any("error", x.Err))
	}
	if failed != nil {
		m.violation(x, slog.LevelWarn, "the scenario does not fit the answer", failed)
	}
	for i := range x.Problems {
		m.violation(x, slog.LevelWarn, "problem of the request", &x.Problems[i])
	}
	for i := range x.Violations {
		m.violation(x, slog.LevelError, "violation of the contract by this mock", &x.Violations[i])
	}
}

// logs reports an exchange of which the log tells.
func (m *Mock) logs(x *exchange.Exchange) bool {
	return !m.Quiet || len(x.Violations) > 0 || x.Err != nil || x.Failed() != nil
}

func (m *Mock) violation(x *exchange.Exchange, level slog.Level, message string, f *exchange.Violation) {
	m.write(x.Start, level, message, slog.String("request_id", x.RequestID),
		slog.String("part", f.Part), slog.String("pointer", f.Pointer), slog.String("rule", f.Rule), slog.String("value", f.Value),
		slog.String("hint", f.Hint), slog.String("schema", f.Schema), slog.String("documented", f.Documented))
}

// write logs at the time of the session's clock, so that a frozen clock
// freezes the log.
func (m *Mock) write(at time.Time, level slog.Level, message string, attrs ...slog.Attr) {
	h := m.Log.Handler()
	if !h.Enabled(context.Background(), level) {
		return
	}
	r := slog.NewRecord(at, level, message, 0)
	r.AddAttrs(attrs...)
	// A log that cannot be written has nowhere to say so.
	_ = h.Handle(context.Background(), r)
}
