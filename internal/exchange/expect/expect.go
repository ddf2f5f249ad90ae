// Package expect holds what a test expects of the journal: which requests came,
// how often and in which order.
package expect

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

// Parse reads an expectation from a decoded JSON tree. The schema is that of
// schemas/admin/expectation.json; file is what errors name as the place that
// the tree came from. What is wrong is returned as jsonx.Diagnostics.
func Parse(m jsonx.Schema, file string, tree any) (Expectation, error) {
	if diags := m.Diagnostics(file, "", tree); len(diags) > 0 {
		return Expectation{}, diags
	}
	p := parser{file: file}
	doc := object(tree)
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
	bound := func(name string, set ...*int) {
		v, ok := times[name]
		if !ok {
			return
		}
		n, err := strconv.Atoi(fmt.Sprint(v))
		if err != nil {
			p.diag(at+"/"+name, "%v must be written as a whole number", v)
		}
		for _, s := range set {
			*s = n
		}
	}
	_, exactly := times["exactly"]
	switch {
	case exactly && len(times) > 1:
		p.diag(at, "has \"exactly\" beside another bound; give \"exactly\" alone, or \"at_least\" and \"at_most\"")
	case exactly:
		bound("exactly", &w.least, &w.most)
	case len(times) == 0:
		p.diag(at, "says nothing; give one of \"exactly\", \"at_least\" and \"at_most\", or leave it out for at least once")
	default:
		w.least = 0
		bound("at_least", &w.least)
		bound("at_most", &w.most)
		if w.least > w.most {
			p.diag(at, "at_least is %d and at_most %d: no number is both; give at_least the smaller one", w.least, w.most)
		}
	}
	return w
}

// members are those of a matcher, in the order in which a person would say them.
var members = []string{"method", "path", "header", "body", "client_id", "tenant", "version", "status", "verdict", "scenario"}

// maxFields is how many header fields may be known of a request.
const maxFields = 32

// matcher reads what is known of a request.
func (p *parser) matcher(v any, at string) matcher {
	doc := object(v)
	m := matcher{at: at}
	for _, member := range members {
		v, ok := doc[member]
		if !ok {
			continue
		}
		at := at + "/" + member
		text := fmt.Sprint(v) // of a number, as it is written
		switch member {
		case "header":
			m.fields = append(m.fields, p.headers(object(v), at)...)
			continue
		case "body":
			m.fields = append(m.fields, p.body(object(v), at))
			continue
		case "path":
			p.checkPath(text, at)
		case "tenant":
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				p.diag(at, "%s must be written as a whole number of at most 64 bits", v)
			}
			text = strconv.FormatInt(n, 10)
		}
		m.fields = append(m.fields, memberField(member, text))
	}
	return m
}

func (p *parser) checkPath(path, at string) {
	switch {
	case !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "*"):
		p.diag(at, "%.60q: no request has such a path; begin it with /", path)
	case strings.Contains(path, "?"):
		p.diag(at, "%.60q: paths are compared without their query; leave it out", path)
	case strings.HasPrefix(path, "/_s/"):
		p.diag(at, "%.60q: paths are compared without the session's prefix; leave it out, and name the session in the query", path)
	}
}

func (p *parser) headers(doc map[string]any, at string) []field {
	if len(doc) > maxFields {
		p.diag(at, "must have %d names at most", maxFields)
		return nil
	}
	var fields []field
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		fields = append(fields, p.header(name, doc[name], at+"/"+jsonx.Escape(name)))
	}
	return fields
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
		return headerField(name, "that matches "+re.String(), re.MatchString)
	}
	return headerField(name, "absent", nil)
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
