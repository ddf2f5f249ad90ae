package exchange

import (
	"context"
	"log/slog"
	"time"
)

// Log writes what happened: one line for the exchange, one for each problem of
// the request and each violation by the answer, linked by the request ID. With
// quiet, only what goes wrong at the server is written. The exchange must be
// without secrets.
func (x *Exchange) Log(log *slog.Logger, quiet bool) {
	if quiet && !x.WentWrong() {
		return
	}
	err, by := "internal error", "this mock"
	if x.Target != "" {
		err, by = "no answer", "the target"
	}
	scenario := slog.Attr{} // an empty one is not printed
	if x.Scenario != "" {
		scenario = slog.String("scenario", x.Scenario)
	}
	x.write(log, x.Level(), "exchange", slog.String("method", x.Method), slog.String("path", x.Path), slog.Int("status", x.Status),
		slog.String("client_id", x.ClientID), slog.String("version", x.VersionUsed), slog.String("request_id", x.RequestID), scenario)
	if x.Err != nil {
		x.write(log, slog.LevelError, err, slog.String("request_id", x.RequestID), slog.Any("error", x.Err))
	}
	if failed := x.Failed(); failed != nil {
		x.logViolation(log, slog.LevelWarn, "the scenario does not fit the answer", failed)
	}
	for i := range x.Problems {
		x.logViolation(log, slog.LevelWarn, "problem of the request", &x.Problems[i])
	}
	for i := range x.Violations {
		x.logViolation(log, slog.LevelError, "violation of the contract by "+by, &x.Violations[i])
	}
}

// Level returns how grave the exchange is in a log.
func (x *Exchange) Level() slog.Level {
	switch {
	case len(x.Violations) > 0 || x.Err != nil:
		return slog.LevelError
	case len(x.Problems) > 0 || x.Failed() != nil:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// WentWrong reports that something went wrong at the server.
func (x *Exchange) WentWrong() bool {
	return len(x.Violations) > 0 || x.Err != nil || x.Failed() != nil
}

func (x *Exchange) logViolation(log *slog.Logger, level slog.Level, message string, v *Violation) {
	x.write(log, level, message, slog.String("request_id", x.RequestID),
		slog.String("part", v.Part), slog.String("pointer", v.Pointer), slog.String("rule", v.Rule), slog.String("value", v.Value),
		slog.String("hint", v.Hint), slog.String("schema", v.Schema), slog.String("documented", v.Documented))
}

// write logs what the mock did at the time of the session's clock, so that a
// frozen clock freezes the log.
func (x *Exchange) write(log *slog.Logger, level slog.Level, message string, attrs ...slog.Attr) {
	h := log.Handler()
	if !h.Enabled(context.Background(), level) {
		return
	}
	at := x.Start
	if x.Target != "" {
		at = time.Now()
	}
	r := slog.NewRecord(at, level, message, 0)
	r.AddAttrs(attrs...)
	// A log that cannot be written has nowhere to say so.
	_ = h.Handle(context.Background(), r)
}
