package contract

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/model"
	"dispatchmock/internal/exchange"
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

// JudgeHeaders returns the rules that a request's header breaks in version v.
func (o *Operation) JudgeHeaders(v model.Version, h http.Header) []exchange.Finding {
	m := o.rules[v].headers
	if m == nil {
		return nil
	}
	var values texts
	var present uint64
	for i, member := range m.flat.members {
		if text, ok := HeaderText(h, member.header); ok {
			values[i] = text
			present |= 1 << i
		}
	}
	if m.flat.good(&values, present) {
		return nil
	}
	return m.judgeSchema(m.flat.object(&values, present), exchange.PartRequestHeader)
}

// HeaderField returns the vendor's name of a request header field, such as
// StandardRequestHeadersModel.x-tenant-id.
func (o *Operation) HeaderField(v model.Version, name string) string {
	if m := o.rules[v].headers; m != nil {
		return m.title() + "." + name
	}
	return name
}

func (m *Model) title() string {
	title, _ := m.src.doc["title"].(string)
	return title
}

// JudgePath returns the rules that the path's parameters break in version v.
func (o *Operation) JudgePath(v model.Version, parameters map[string]string) []exchange.Finding {
	m := o.rules[v].path
	if m == nil {
		return nil
	}
	var values texts
	var present uint64
	for i, member := range m.flat.members {
		if text, ok := parameters[member.name]; ok {
			values[i] = text
			present |= 1 << i
		}
	}
	if m.flat.good(&values, present) {
		return nil
	}
	return m.judgeSchema(m.flat.object(&values, present), exchange.PartPath)
}

// proof is a good verdict on a body: the model that judged it, and the newest
// time in it, before which the verdict would be another.
type proof struct {
	model  *Model
	newest time.Time
}

// JudgeReply returns the rules that a reply to the operation breaks in version
// v at the time now.
func (o *Operation) JudgeReply(v model.Version, cors CORS, now time.Time, reply *wire.Reply) []exchange.Finding {
	findings := o.JudgeHead(v, cors, reply)
	r := o.rules[v]
	if r == nil {
		return findings
	}
	if got := reply.Value(wire.ContentLength); got != reply.Body.Length {
		findings = append(findings, exchange.Finding{Part: exchange.PartHeader, Pointer: "/" + wire.ContentLength,
			Rule: "length of the body", Value: short(got), Remedy: "must be the body's length, " + reply.Body.Length})
	}
	if m, ok := r.status(reply.Status); ok {
		findings = append(findings, m.judgeBody(reply.Body, now)...)
	}
	return findings
}

// JudgeHead returns the rules that a reply's status and header break, whatever
// its body is.
func (o *Operation) JudgeHead(v model.Version, cors CORS, reply *wire.Reply) []exchange.Finding {
	r := o.rules[v]
	if r == nil {
		return []exchange.Finding{{Part: exchange.PartHeader, Pointer: "/" + wire.APIVersion, Rule: "version in force",
			Value: short(string(v)), Remedy: "there is no such version"}}
	}
	findings := r.reply[cors].judgeFields(reply.Fields)
	if got := reply.Value(wire.APIVersion); got != string(v) {
		findings = append(findings, exchange.Finding{Part: exchange.PartHeader, Pointer: "/" + wire.APIVersion,
			Rule: "version in force", Value: short(got), Remedy: "must be the version in force, " + string(v)})
	}
	if _, ok := r.status(reply.Status); !ok {
		findings = append(findings, exchange.Finding{Part: exchange.PartStatus, Rule: "responses", Value: fmt.Sprint(reply.Status),
			Schema: operationsFile, Remedy: "is no status of " + o.Name})
	}
	return findings
}

func (m *Model) judgeBody(body *wire.Body, now time.Time) []exchange.Finding {
	if m == nil {
		if len(body.Bytes) > 0 {
			return []exchange.Finding{{Part: exchange.PartBody, Rule: "no body", Value: short(string(body.Bytes)), Remedy: "must be empty"}}
		}
		return nil
	}
	if p, ok := body.Proof().(*proof); ok && p.model == m && !now.Before(p.newest) {
		return nil
	}
	tree, err := body.Tree()
	if err != nil {
		return []exchange.Finding{{Part: exchange.PartBody, Rule: "JSON", Value: short(string(body.Bytes)), Remedy: err.Error()}}
	}
	findings := m.Judge(tree, exchange.PartBody, now)
	if len(findings) == 0 {
		p := &proof{model: m}
		m.eachPast(tree, func(_ []string, s string) {
			if t, err := model.ParseTimestamp(s); err == nil && t.After(p.newest) {
				p.newest = t
			}
		})
		body.Prove(p)
	}
	return findings
}

// judgeFields judges a reply's header fields, in their spelling on the wire.
func (m *Model) judgeFields(fields []wire.Field) []exchange.Finding {
	var values texts
	var present uint64
	for _, f := range fields {
		i, known := m.flat.index[f.Name]
		if !known || present&(1<<i) != 0 {
			return m.explainFields(fields)
		}
		values[i] = f.Value
		present |= 1 << i
	}
	if m.flat.good(&values, present) {
		return nil
	}
	return m.explainFields(fields)
}

func (m *Model) explainFields(fields []wire.Field) []exchange.Finding {
	object := map[string]any{}
	var findings []exchange.Finding
	for _, f := range fields {
		if _, twice := object[f.Name]; twice {
			findings = append(findings, exchange.Finding{Part: exchange.PartHeader, Pointer: "/" + escape(f.Name),
				Rule: "once", Value: short(f.Value), Remedy: "must not be sent twice"})
		}
		object[f.Name] = f.Value
	}
	return append(findings, m.judgeSchema(object, exchange.PartHeader)...)
}
