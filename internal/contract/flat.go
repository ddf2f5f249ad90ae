package contract

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// flat is a model whose values travel as text: header fields, path parameters.
// It is validated in parts, from the texts alone.
type flat struct {
	frame   *frame
	members []*flatMember
	index   map[string]int
}

// texts are values in the order of a flat model's members.
type texts [maxMembers]string

type flatMember struct {
	name    string
	header  string // the name as net/http keys it
	part    *part
	integer bool
}

// newFlat returns nil where the model is no flat object.
func newFlat(m *Model) *flat {
	if m.src.doc["type"] != "object" || m.part.frame == nil || len(m.past) > 0 {
		return nil
	}
	f := &flat{frame: m.part.frame, index: m.part.frame.index}
	for i, name := range f.frame.names {
		n, _ := m.locate([]string{name})
		switch n.doc["type"] {
		case nil, "string", "integer":
		default:
			return nil
		}
		f.members = append(f.members, &flatMember{name, http.CanonicalHeaderKey(name), m.part.members[i], n.doc["type"] == "integer"})
	}
	return f
}

// good reports that the values whose bits are set in present satisfy the model.
func (f *flat) good(values *texts, present uint64) bool {
	for i, m := range f.members {
		if present&(1<<i) != 0 && !m.validate(values[i]) {
			return false
		}
	}
	return f.frame.good(present)
}

func (m *flatMember) validate(text string) bool {
	if m.part.format != nil {
		return m.part.format(text)
	}
	if m.part.texts.has(text) || m.integer && m.part.numbers.has(json.Number(text)) {
		return true
	}
	// What is remembered must not hold on to the whole of a request's head.
	return m.part.good(m.value(strings.Clone(text)))
}

// wholeNumber is JSON's grammar of integers.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// value returns the JSON value that a text stands for. Text is not an integer
// unless it is written as JSON writes one; then the rules of numbers apply.
func (m *flatMember) value(text string) any {
	if m.integer && wholeNumber.MatchString(text) {
		return json.Number(text)
	}
	return text
}

// object builds the value that the whole model validates.
func (f *flat) object(values *texts, present uint64) map[string]any {
	o := map[string]any{}
	for i, m := range f.members {
		if present&(1<<i) != 0 {
			o[m.name] = m.value(values[i])
		}
	}
	return o
}
