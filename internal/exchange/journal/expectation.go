package journal

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/pattern"
)

// Expectation is what a test expects the journal to hold.
type Expectation struct {
	wanted      []wanted
	order       []matcher
	adjacent    bool // nothing may lie between those of order
	nothingElse bool
}

// wanted is a request that is expected a number of times.
type wanted struct {
	matcher
	least, most int
}

// unlimited is a number of times that no journal reaches.
const unlimited = int(^uint(0) >> 1)

// ParseExpectation reads an expectation from a decoded JSON tree. The schema is
// that of schemas/admin/expectation.json; file is what errors name as the
// place that the tree came from. What is wrong is returned as jsonx.Diagnostics.
func ParseExpectation(m jsonx.Schema, file string, tree any) (Expectation, error) {
	if diags := m.Diagnostics(file, "", tree); len(diags) > 0 {
		return Expectation{}, diags
	}
	p := parser{file: file}
	doc, _ := tree.(map[string]any)
	e := Expectation{adjacent: doc["between"] == "nothing", nothingElse: doc["nothing_else"] == true}
	if request, ok := doc["request"]; ok {
		e.wanted = append(e.wanted, p.wanted(doc, request, "", "/request"))
	}
	for i, item := range items(doc["requests"]) {
		item := object(item)
		at := fmt.Sprintf("/requests/%d", i)
		e.wanted = append(e.wanted, p.wanted(item, item["request"], at, at))
	}
	for i, item := range items(doc["order"]) {
		e.order = append(e.order, p.matcher(item, fmt.Sprintf("/order/%d", i)))
	}
	if len(e.wanted)+len(e.order) == 0 && !e.nothingElse {
		p.diag("", "expects nothing; give a request, requests or an order, or \"nothing_else\": true for an empty journal")
	}
	if p.diags.Len() > 0 {
		return Expectation{}, p.diags.Diagnostics()
	}
	return e, nil
}

// parser gathers what the schema cannot express.
type parser struct {
	file     string
	diags    jsonx.Collector
	patterns pattern.Set
}

func (p *parser) diag(at, rule string, args ...any) {
	p.diags.Add(jsonx.Diagnostic{File: p.file, Pointer: at, Rule: fmt.Sprintf(rule, args...)})
}

// wanted reads a request with the times that stand beside it; at is where both
// stand, failed what a failure names.
func (p *parser) wanted(beside map[string]any, request any, at, failed string) wanted {
	w := wanted{matcher: p.matcher(request, at+"/request"), least: 1, most: unlimited}
	w.at = failed
	times, ok := beside["times"].(map[string]any)
	if !ok {
		return w
	}
	at += "/times"
	exactly, isExact := times["exactly"]
	least, hasLeast := times["at_least"]
	most, hasMost := times["at_most"]
	switch {
	case isExact && len(times) > 1:
		p.diag(at, "has \"exactly\" beside another bound; give \"exactly\" alone, or \"at_least\" and \"at_most\"")
	case isExact:
		w.least = p.times(at+"/exactly", exactly)
		w.most = w.least
	case hasLeast || hasMost:
		w.least = 0
		if hasLeast {
			w.least = p.times(at+"/at_least", least)
		}
		if hasMost {
			w.most = p.times(at+"/at_most", most)
		}
		if w.least > w.most {
			p.diag(at, "at_least is %d and at_most %d: no number is both; give at_least the smaller one", w.least, w.most)
		}
	default:
		p.diag(at, "says nothing; give one of \"exactly\", \"at_least\" and \"at_most\", or leave it out for at least once")
	}
	return w
}

func (p *parser) times(at string, v any) int {
	n, err := strconv.Atoi(fmt.Sprint(v))
	if err != nil {
		p.diag(at, "%v must be written as a whole number", v)
	}
	return n
}

// matcher reads what is known of a request. The order of its fields is that
// in which a person would say them.
func (p *parser) matcher(v any, at string) matcher {
	doc := object(v)
	m := matcher{at: at}
	text := func(name string) (string, bool) { s, ok := doc[name].(string); return s, ok }
	if s, ok := text("method"); ok {
		m.fields = append(m.fields, methodField(s))
	}
	if s, ok := text("path"); ok {
		switch {
		case !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "*"):
			p.diag(at+"/path", "%.60q: no request has such a path; begin it with /", s)
		case strings.Contains(s, "?"):
			p.diag(at+"/path", "%.60q: paths are compared without their query; leave it out", s)
		case strings.HasPrefix(s, "/_s/"):
			p.diag(at+"/path", "%.60q: paths are compared without the session's prefix; leave it out, and name the session in the query", s)
		}
		m.fields = append(m.fields, pathField(s))
	}
	headers := object(doc["header"])
	if len(headers) > maxFields {
		p.diag(at+"/header", "must have %d names at most", maxFields)
		headers = nil
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		m.fields = append(m.fields, p.header(name, headers[name], at+"/header/"+jsonx.Escape(name)))
	}
	if v, ok := doc["body"]; ok {
		m.fields = append(m.fields, p.body(object(v), at+"/body"))
	}
	if s, ok := text("client_id"); ok {
		m.fields = append(m.fields, clientField(s))
	}
	if v, ok := doc["tenant"]; ok {
		m.fields = append(m.fields, p.tenant(fmt.Sprint(v), at+"/tenant"))
	}
	if s, ok := text("version"); ok {
		m.fields = append(m.fields, versionField(s))
	}
	if v, ok := doc["status"]; ok {
		m.fields = append(m.fields, statusField(fmt.Sprint(v)))
	}
	if s, ok := text("verdict"); ok {
		m.fields = append(m.fields, verdictField(s))
	}
	if s, ok := text("scenario"); ok {
		m.fields = append(m.fields, scenarioField(s))
	}
	return m
}

// maxFields is how many header fields may be known of a request.
const maxFields = 32

func (p *parser) tenant(v, at string) field {
	tenant, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		p.diag(at, "%s must be written as a whole number of at most 64 bits", v)
	}
	return tenantField(tenant)
}

func (p *parser) header(name string, v any, at string) field {
	if value, ok := v.(string); ok {
		return headerEquals(name, value)
	}
	doc := object(v)
	if len(doc) != 1 {
		p.diag(at, "must have one of \"equals\", \"matches\" and \"absent\"")
		return field{}
	}
	if value, ok := doc["equals"].(string); ok {
		return headerEquals(name, value)
	}
	if text, ok := doc["matches"].(string); ok {
		re, err := p.patterns.Compile(text)
		if err != nil {
			p.diag(at+"/matches", "%v", err)
			return field{}
		}
		return headerMatches(name, re)
	}
	return headerAbsent(name)
}

func (p *parser) body(doc map[string]any, at string) field {
	if len(doc) != 1 {
		p.diag(at, "must have one of \"equals\" and \"contains\"")
		return field{}
	}
	if want, ok := doc["equals"]; ok {
		return bodyField(want, false)
	}
	return bodyField(doc["contains"], true)
}

func items(v any) []any {
	a, _ := v.([]any)
	return a
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}
