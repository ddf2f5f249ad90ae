package proxy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// finish validates the exchange and records it, once.
func (way *passage) finish() {
	if way.finished || way.fallback {
		return
	}
	way.finished = true
	p, x := way.p, way.x
	x.Took = time.Since(way.start)
	x.Request.Body, x.Request.Size = way.upload.taken()
	op := p.validateRequest(way)
	var reply *wire.Reply
	if way.answered {
		x.Status, x.Bytes = way.reply.Status, int(way.response.size)
		x.Response.Body, x.Response.Size = way.response.short(), way.response.size
		if id := fold(way.reply.Fields, wire.RequestID); id != "" {
			x.RequestID = id
		}
		reply = p.validateResponse(way, op)
		p.state.interpret(p, way, op, reply)
	}
	x.Redact(way.secrets, true)
	if p.Passed != nil && reply != nil {
		p.Passed(&Passed{x, way.in, &way.route, redacted(reply, way.secrets)})
	}
	x.Log(p.Log, p.Quiet)
	p.Record(x, way.in, &way.route)
}

// redacted returns an answer without the secrets of its exchange.
func redacted(reply *wire.Reply, secrets *redact.Secrets) *wire.Reply {
	body := secrets.Bytes(secrets.Body(reply.Body.Bytes))
	if bytes.Equal(body, reply.Body.Bytes) {
		return reply
	}
	other := *reply
	other.Body = wire.Raw(body)
	return &other
}

// validateRequest finds where the client breaks the contract. It returns the
// operation that the request asks for, or nil.
func (p *Proxy) validateRequest(way *passage) *contract.Operation {
	x, r := way.x, way.in
	x.VersionAsked = asked(p.Contract, r)
	x.VersionUsed = cmp.Or(x.VersionUsed, x.VersionAsked, string(p.Contract.Oldest()))
	x.RequestID = r.Header.Get("X-Request-Id")
	// No token is known here, so the token's hash identifies the client.
	if text, ok := contract.HeaderText(r.Header, "Authorization"); ok {
		x.ClientID = redact.Value(text)
	}
	way.route = p.Contract.Route(r)
	op := way.route.Operation
	asked := op
	if op == nil {
		asked = p.Contract.Operations()[0]
	}
	way.route.Read(asked, model.Version(x.VersionUsed), r.Header)
	x.Tenant = way.route.Tenant.Value
	if op == nil {
		x.Operation = p.Contract.Unmatched().Name
		part, rule, hint := exchange.PartPath, model.PathUnknown, "the contract has no such path"
		if way.route.Resource != nil {
			part, rule, hint = "method", model.MethodNotAllowed, "the contract's resource has no such method"
		}
		x.Problems = append(x.Problems, exchange.Violation{Part: part, Rule: string(rule), Value: strconv.QuoteToASCII(r.Method + " " + x.Path),
			Schema: "operations.json", Hint: hint})
		return nil
	}
	x.Operation = op.Name
	x.Problems = append(x.Problems, way.route.Headers...)
	x.Problems = append(x.Problems, way.route.Path...)
	return op
}

// asked returns the version that a valid x-api-version names, or "".
func asked(c *contract.Contract, r *http.Request) string {
	if text, ok := contract.HeaderText(r.Header, "X-Api-Version"); ok && c.Has(model.Version(text)) {
		return text
	}
	return ""
}

// version returns the version by which an answer is validated: the one that the
// request named, where it succeeded, else the one that the answer names.
func version(c *contract.Contract, way *passage, answered string) string {
	if v := asked(c, way.in); v != "" && (way.reply.Status < 300 || !c.Has(model.Version(answered))) {
		return v
	}
	if c.Has(model.Version(answered)) {
		return answered
	}
	return string(c.Oldest())
}

// validateResponse finds where the target breaks the contract. It returns the
// answer with its body as it was validated; nil where it could not be read.
func (p *Proxy) validateResponse(way *passage, op *contract.Operation) *wire.Reply {
	x, v := way.x, model.Version(way.x.VersionUsed)
	if op != nil && !op.Served && way.reply.Status < http.StatusBadRequest {
		op = nil // the contract knows nothing of this answer
	}
	body, err := plain(way)
	if err == nil && way.gone {
		err = errGone
	}
	if err != nil && (way.broken == nil || way.gone) && op != nil && way.in.Method != http.MethodHead && !ignored(p.Ignore, exchange.Violation{Part: exchange.PartBody}) {
		x.Unvalidated = err.Error()
		p.Log.Warn("the body is not validated", "request_id", way.secrets.Text(way.secrets.Form(x.RequestID)), "reason", err)
	}
	whole := err == nil && way.broken == nil
	switch {
	case op != nil && whole && way.in.Method != http.MethodHead:
		p.bodies.validate(body, func(b *wire.Body) {
			way.reply.Body = b
			x.Violations = append(x.Violations, op.ValidateReply(v, p.CORS, p.Home.Clock.Now(), uncoded(way))...)
		})
	case op != nil:
		x.Violations = append(x.Violations, op.ValidateHead(v, p.CORS, uncoded(way))...)
	}
	x.Violations = slices.DeleteFunc(x.Violations, func(f exchange.Violation) bool { return ignored(p.Ignore, f) })
	if !whole {
		return nil
	}
	way.reply.Body = wire.Raw(body)
	return &way.reply
}

// errGone is why a body is not validated whose end the client did not wait for.
var errGone = errors.New("the client left before its end")

// uncoded returns the answer as it would be without a content coding, which the
// client and the target agree on beside the contract. net/http has checked that
// the body has the length of the head.
func uncoded(way *passage) *wire.Reply {
	reply := &way.reply
	if way.coding == "" || strings.EqualFold(way.coding, "identity") { // which no answer may name
		return reply
	}
	validated := *reply
	validated.Fields = slices.DeleteFunc(slices.Clone(reply.Fields), func(f wire.Field) bool { return strings.EqualFold(f.Name, "Content-Encoding") })
	for i, f := range validated.Fields {
		if strings.EqualFold(f.Name, wire.ContentLength) && reply.Body != nil {
			validated.Fields[i].Value = reply.Body.Length
		}
	}
	return &validated
}

// plain returns the body without its content coding.
func plain(way *passage) ([]byte, error) {
	if !way.response.whole() {
		return nil, fmt.Errorf("it is longer than %d bytes", maxValidated)
	}
	return exchange.Decode(way.coding, way.response.bytes, maxValidated)
}

// ignored reports a violation at or below one of the places; a token * of a place
// is any one token.
func ignored(places []string, f exchange.Violation) bool {
	at := strings.Split(place(f), "/")
	return slices.ContainsFunc(places, func(p string) bool {
		n := strings.Count(p, "/") + 1
		if len(at) < n {
			return false
		}
		// path.Match keeps * within one token.
		ok, err := path.Match(p, strings.Join(at[:n], "/"))
		return ok && err == nil
	})
}

// place returns where in an answer a violation is, as verify names places.
func place(f exchange.Violation) string {
	if f.Part == exchange.PartHeader {
		return "/headers" + f.Pointer
	}
	return "/" + f.Part + f.Pointer
}

// fold returns the value of the first field of a name in any spelling.
func fold(fields []wire.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
