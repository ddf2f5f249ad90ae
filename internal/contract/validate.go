package contract

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// HeaderText returns the text of a request header field. Several lines of one
// name are one value, joined by commas (RFC 9110, 5.3), so that the field's
// rule speaks of all of them.
func HeaderText(h http.Header, name string) (text string, present bool) {
	lines := h[name]
	switch len(lines) {
	case 0:
		return "", false
	case 1:
		return lines[0], true
	}
	return strings.Join(lines, ", "), true
}

// ValidateHeaders returns the rules that a request's header breaks in version v.
func (o *Operation) ValidateHeaders(v model.Version, h http.Header) []exchange.Violation {
	return o.rules[v].headers.validateTexts(exchange.PartRequestHeader, func(f *field) (string, bool) { return HeaderText(h, f.header) })
}

// ValidatePath returns the rules that the path's parameters break in version v.
func (o *Operation) ValidatePath(v model.Version, parameters map[string]string) []exchange.Violation {
	return o.rules[v].path.validateTexts(exchange.PartPath, func(f *field) (string, bool) {
		text, ok := parameters[f.name]
		return text, ok
	})
}

// HeaderField returns the vendor's name of a request header field, such as
// StandardRequestHeadersModel.x-tenant-id.
func (o *Operation) HeaderField(v model.Version, name string) string {
	if m := o.rules[v].headers; m != nil {
		return m.Title() + "." + name
	}
	return name
}

// validated says that a body was found valid: by which model, and the newest
// time in the body, before which the body would not be valid. A GET of a record
// costs the built program 45 µs of CPU time; where each body is validated again,
// 130 µs.
type validated struct {
	model  *Model
	newest time.Time
}

// ValidateReply returns the rules that a reply to the operation breaks in version
// v at the time now.
func (o *Operation) ValidateReply(v model.Version, cors CORS, now time.Time, reply *wire.Reply) []exchange.Violation {
	violations := o.ValidateHead(v, cors, reply)
	r := o.rules[v]
	if r == nil {
		return violations
	}
	if got := reply.Value(wire.ContentLength); got != reply.Body.Length {
		violations = append(violations, exchange.Violation{Part: exchange.PartHeader, Pointer: "/" + wire.ContentLength,
			Rule: "length of the body", Value: jsonx.Short(got), Hint: "must be the body's length, " + reply.Body.Length})
	}
	if m, ok := r.status(reply.Status); ok {
		violations = append(violations, m.validateBody(reply.Body, now)...)
	}
	return violations
}

// ValidateHead returns the rules that a reply's status and header break, whatever
// its body is.
func (o *Operation) ValidateHead(v model.Version, cors CORS, reply *wire.Reply) []exchange.Violation {
	r := o.rules[v]
	if r == nil {
		return []exchange.Violation{{Part: exchange.PartHeader, Pointer: "/" + wire.APIVersion, Rule: "version in force",
			Value: jsonx.Short(string(v)), Hint: "there is no such version"}}
	}
	violations := r.reply[cors].validateReplyFields(reply.Fields)
	if got := reply.Value(wire.APIVersion); got != string(v) {
		violations = append(violations, exchange.Violation{Part: exchange.PartHeader, Pointer: "/" + wire.APIVersion,
			Rule: "version in force", Value: jsonx.Short(got), Hint: "must be the version in force, " + string(v)})
	}
	if _, ok := r.status(reply.Status); !ok {
		violations = append(violations, exchange.Violation{Part: exchange.PartStatus, Rule: "responses", Value: fmt.Sprint(reply.Status),
			Schema: operationsFile, Hint: "is no status of " + o.Name})
	}
	return violations
}

func (m *Model) validateBody(body *wire.Body, now time.Time) []exchange.Violation {
	if m == nil {
		if len(body.Bytes) > 0 {
			return []exchange.Violation{{Part: exchange.PartBody, Rule: "no body", Value: jsonx.Short(string(body.Bytes)), Hint: "must be empty"}}
		}
		return nil
	}
	if p, ok := body.Validation().(*validated); ok && p.model == m && !now.Before(p.newest) {
		return nil
	}
	tree, err := body.Tree()
	if err != nil {
		return []exchange.Violation{{Part: exchange.PartBody, Rule: "JSON", Value: jsonx.Short(string(body.Bytes)), Hint: err.Error()}}
	}
	violations := m.Validate(tree, exchange.PartBody, now)
	if len(violations) == 0 {
		p := &validated{model: m}
		m.eachPast(tree, func(_ []string, s string) {
			if t, err := model.ParseTimestamp(s); err == nil && t.After(p.newest) {
				p.newest = t
			}
		})
		body.MarkValidated(p)
	}
	return violations
}
