package proxy

import (
	"errors"
	"fmt"
	"log/slog"

	"dispatchmock/internal/exchange"
)

var (
	errLong   = fmt.Errorf("it is longer than %d bytes", maxValidated)
	errCoding = errors.New("its Content-Encoding is none that is read here")
)

func levelOf(x *exchange.Exchange) slog.Level {
	switch {
	case len(x.Violations) > 0 || x.Err != nil:
		return slog.LevelError
	case len(x.Problems) > 0:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// log writes what happened: one line for the exchange, one for each problem of
// the request and each violation by the target, linked by the request ID.
func (p *Proxy) log(x *exchange.Exchange) {
	level := levelOf(x)
	if p.Quiet && level < slog.LevelError {
		return
	}
	p.write(level, "exchange", "method", x.Method, "path", x.Path, "status", x.Status, "client_id", x.ClientID, "version", x.VersionUsed, "request_id", x.RequestID)
	if x.Err != nil {
		p.write(slog.LevelError, "no answer", "request_id", x.RequestID, "error", x.Err)
	}
	for i := range x.Problems {
		p.violation(x, slog.LevelWarn, "problem of the request", &x.Problems[i])
	}
	for i := range x.Violations {
		p.violation(x, slog.LevelError, "violation of the contract by the target", &x.Violations[i])
	}
}

func (p *Proxy) violation(x *exchange.Exchange, level slog.Level, message string, f *exchange.Violation) {
	p.write(level, message, "request_id", x.RequestID, "part", f.Part, "pointer", f.Pointer, "rule", f.Rule, "value", f.Value,
		"hint", f.Hint, "schema", f.Schema, "documented", f.Documented)
}
