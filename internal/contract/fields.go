package contract

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/wire"
)

// field is a property of a model whose values travel as text: a header field, a
// path parameter. It is validated from the text alone.
type field struct {
	name     string
	header   string // the name as net/http keys it
	property *property
	integer  bool
}

// fieldsOf returns nil where the model is not an object of texts and integers.
func fieldsOf(m *Model) []*field {
	if m.src.doc["type"] != "object" || m.property.keys == nil || len(m.past) > 0 {
		return nil
	}
	var fields []*field
	for i, name := range m.property.keys.names {
		n, _ := m.locate([]string{name})
		switch n.doc["type"] {
		case nil, "string", "integer":
		default:
			return nil
		}
		fields = append(fields, &field{name, http.CanonicalHeaderKey(name), m.property.properties[i], n.doc["type"] == "integer"})
	}
	return fields
}

// valid reports that a text keeps the rules of the field.
func (f *field) valid(text string) bool {
	p := f.property
	if p.format != nil {
		return p.format(text)
	}
	if p.validated.has(text) || f.integer && p.validated.has(json.Number(text)) {
		return true
	}
	// The cache must not hold on to the whole of a request's head.
	return p.valid(f.value(strings.Clone(text)))
}

// wholeNumber is JSON's grammar of integers.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// value returns the JSON value that a text stands for. Text is not an integer
// unless it is written as JSON writes one; then the rules of numbers apply.
func (f *field) value(text string) any {
	if f.integer && wholeNumber.MatchString(text) {
		return json.Number(text)
	}
	return text
}

// field returns the field of a name, or nil.
func (m *Model) field(name string) *field {
	if m == nil || m.fields == nil {
		return nil
	}
	i, known := m.property.keys.index[name]
	if !known {
		return nil
	}
	return m.fields[i]
}

// ValidateText returns the rules that the text of one field breaks: a header
// field or a path parameter.
func (m *Model) ValidateText(name, text string) []exchange.Violation {
	f := m.field(name)
	if f == nil || f.valid(text) {
		return nil
	}
	var violations []exchange.Violation
	for _, v := range m.validateSchema(map[string]any{name: f.value(text)}, "") {
		if v.Pointer == "/"+jsonx.Escape(name) {
			violations = append(violations, v)
		}
	}
	return violations
}

// validateTexts validates the fields by their texts.
func (m *Model) validateTexts(part string, textOf func(*field) (text string, present bool)) []exchange.Violation {
	if m == nil {
		return nil
	}
	var present uint64
	valid := true
	for i, f := range m.fields {
		if text, ok := textOf(f); ok {
			present |= 1 << i
			valid = valid && f.valid(text)
		}
	}
	if valid && m.property.keys.valid(present) {
		return nil
	}
	object := map[string]any{}
	for _, f := range m.fields {
		if text, ok := textOf(f); ok {
			object[f.name] = f.value(text)
		}
	}
	return m.validateSchema(object, part)
}

// validateReplyFields validates a reply's header fields, in their spelling on
// the wire.
func (m *Model) validateReplyFields(fields []wire.Field) []exchange.Violation {
	var present uint64
	for _, f := range fields {
		i, known := m.property.keys.index[f.Name]
		if !known || present&(1<<i) != 0 || !m.fields[i].valid(f.Value) {
			return m.explainReplyFields(fields)
		}
		present |= 1 << i
	}
	if m.property.keys.valid(present) {
		return nil
	}
	return m.explainReplyFields(fields)
}

func (m *Model) explainReplyFields(fields []wire.Field) []exchange.Violation {
	object := map[string]any{}
	var violations []exchange.Violation
	for _, f := range fields {
		if _, twice := object[f.Name]; twice {
			violations = append(violations, exchange.Violation{Part: exchange.PartHeader, Pointer: "/" + jsonx.Escape(f.Name),
				Rule: "once", Value: jsonx.Short(f.Value), Hint: "must not be sent twice"})
		}
		object[f.Name] = f.Value
	}
	return append(violations, m.validateSchema(object, exchange.PartHeader)...)
}
