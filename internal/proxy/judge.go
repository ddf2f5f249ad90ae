package proxy

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// close judges the exchange and records it.
func (p *Proxy) close(way *passage, aborted bool) {
	x := way.x
	x.Request.Body, x.Request.Size = short(way.request.bytes), way.request.size
	x.Response.Body, x.Response.Size = short(way.response.bytes), way.response.size
	p.judgeRequest(way)
	if way.answered {
		x.Status, x.Bytes = way.reply.Status, int(way.response.size)
		p.judgeResponse(way, aborted)
	}
	if p.Seen != nil {
		p.Seen(x)
	}
	p.Journal.Add(x)
	p.log(x)
}

func short(b []byte) []byte { return b[:min(len(b), exchange.MaxBody)] }

// judgeRequest finds what the client does that the contract does not have.
func (p *Proxy) judgeRequest(way *passage) {
	x, r := way.x, way.in
	x.VersionUsed = string(p.Contract.Oldest())
	if asked, ok := contract.HeaderText(r.Header, "X-Api-Version"); ok && p.Contract.Has(dispatch.Version(asked)) {
		x.VersionAsked, x.VersionUsed = asked, asked
	}
	x.RequestID = r.Header.Get("X-Request-Id")
	// No token is known here, so it is the token's hash that tells clients apart.
	if text, ok := contract.HeaderText(r.Header, "Authorization"); ok {
		x.ClientID = exchange.Redact(text)
	}
	if tenant, err := strconv.ParseInt(r.Header.Get("X-Tenant-Id"), 10, 64); err == nil {
		x.Tenant = tenant
	}
	op := p.Contract.At(r.Method, r.URL.EscapedPath())
	if op == nil {
		x.Operation = p.Contract.Otherwise().Name
		rule, remedy := dispatch.PathUnknown, "the contract has no such path"
		if p.Contract.At("", r.URL.EscapedPath()) != nil {
			rule, remedy = dispatch.MethodNotAllowed, "the contract's resource has no such method"
		}
		x.Problems = append(x.Problems, exchange.Finding{Part: exchange.PartPath, Rule: string(rule), Value: strconv.QuoteToASCII(r.Method + " " + x.Path),
			Schema: "operations.json", Remedy: remedy})
		return
	}
	x.Operation = op.Name
	v := dispatch.Version(x.VersionUsed)
	x.Problems = append(x.Problems, op.JudgeHeaders(v, r.Header)...)
	x.Problems = append(x.Problems, op.JudgePath(v, op.Values(r.URL.EscapedPath()))...)
}

// judgeResponse finds where the target breaks the contract, in the version
// that it says is in force.
func (p *Proxy) judgeResponse(way *passage, aborted bool) {
	x := way.x
	if told := dispatch.Version(way.reply.Value(wire.APIVersion)); p.Contract.Has(told) {
		x.VersionUsed = string(told)
	}
	if id := way.reply.Value(wire.RequestID); id != "" {
		x.RequestID = id
	}
	op := p.Contract.Operation(x.Operation)
	if way.in.Method == http.MethodHead || aborted || !way.response.whole() {
		// Only the head can be judged; a body of no model is not asked for.
		reason := "the body is longer than what is judged"
		if aborted {
			reason = "the target broke off in the middle of its body"
		}
		x.Violations = append(x.Violations, op.JudgeHead(dispatch.Version(x.VersionUsed), p.CORS, &way.reply)...)
		if way.in.Method != http.MethodHead {
			x.Violations = append(x.Violations, exchange.Finding{Part: exchange.PartBody, Rule: "whole", Remedy: reason})
		}
		return
	}
	way.reply.Body = wire.Raw(way.response.bytes)
	x.Violations = append(x.Violations, op.JudgeReply(dispatch.Version(x.VersionUsed), p.CORS, p.Now(), &way.reply)...)
}

func (p *Proxy) log(x *exchange.Exchange) {
	level := slog.LevelInfo
	switch {
	case len(x.Violations) > 0 || x.Err != nil:
		level = slog.LevelError
	case len(x.Problems) > 0:
		level = slog.LevelWarn
	}
	log := func(level slog.Level, message string, args ...any) {
		p.Log.Log(context.Background(), level, message, args...)
	}
	log(level, "exchange", "method", x.Method, "path", x.Path, "status", x.Status, "version", x.VersionUsed, "request_id", x.RequestID)
	if x.Err != nil {
		log(slog.LevelError, "no answer", "error", x.Err)
	}
	for _, f := range x.Problems {
		log(slog.LevelWarn, "problem of the request", "part", f.Part, "pointer", f.Pointer, "rule", f.Rule, "value", f.Value, "remedy", f.Remedy, "schema", f.Schema)
	}
	for _, f := range x.Violations {
		log(slog.LevelError, "violation of the contract by the target", "part", f.Part, "pointer", f.Pointer, "rule", f.Rule, "value", f.Value, "remedy", f.Remedy, "schema", f.Schema)
	}
}
