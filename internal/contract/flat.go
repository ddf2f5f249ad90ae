package contract

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/xeipuuv/gojsonschema"
)

// flat is a model whose values travel as text: header fields, path parameters.
//
// An object satisfies such a schema if its set of names satisfies the frame
// (all keywords but the properties' own schemas) and each value satisfies its
// property's schema; that is what "properties" means. So the two are judged
// apart, by the same library, and a value that was found good need not be
// judged again while it is remembered. Only good verdicts are remembered;
// where anything is not good the whole model judges, and explains.
type flat struct {
	frame   *gojsonschema.Schema
	members []*flatMember
	index   map[string]int
	frames  memo[uint64]
}

// maxMembers is how many properties a flat model may have.
const maxMembers = 32

// texts are values in the order of a flat model's members.
type texts [maxMembers]string

type flatMember struct {
	name    string
	header  string // the name as net/http keys it
	schema  *gojsonschema.Schema
	integer bool
	good    memo[string]
}

// frameWords are the keywords by which the frame can be judged by names alone.
func frameWords() []string {
	return []string{"type", "required", "additionalProperties", "properties", "$schema", "$comment", "title", "description", "examples"}
}

// newFlat returns nil where the model is no flat object.
func newFlat(s *set, file string, m *Model) (*flat, error) {
	doc := m.src.doc
	properties, _ := doc["properties"].(map[string]any)
	if doc["type"] != "object" || len(properties) == 0 || len(properties) > maxMembers || len(m.past) > 0 {
		return nil, nil
	}
	for word := range doc {
		if !slices.Contains(frameWords(), word) {
			return nil, nil
		}
	}
	frame := maps.Clone(doc)
	free := map[string]any{}
	for name := range properties {
		free[name] = map[string]any{}
	}
	frame["properties"] = free
	f := &flat{index: map[string]int{}}
	var err error
	if err = s.loader.AddSchema(s.base+"frame/"+file, gojsonschema.NewRawLoader(frame)); err != nil {
		return nil, err
	}
	if f.frame, err = s.at("frame/"+file, ""); err != nil {
		return nil, err
	}
	for i, name := range slices.Sorted(maps.Keys(properties)) {
		n, _ := m.locate([]string{name})
		switch n.doc["type"] {
		case nil, "string", "integer":
		default:
			return nil, nil
		}
		member := &flatMember{name: name, header: http.CanonicalHeaderKey(name), integer: n.doc["type"] == "integer"}
		if member.schema, err = s.at(file, "/properties/"+escape(name)); err != nil {
			return nil, err
		}
		f.members = append(f.members, member)
		f.index[name] = i
	}
	return f, nil
}

// good reports that the values whose bits are set in present satisfy the model.
func (f *flat) good(values *texts, present uint64) bool {
	if !f.frames.has(present) {
		if !f.judgeFrame(present) {
			return false
		}
		f.frames.add(present)
	}
	for i, m := range f.members {
		if present&(1<<i) != 0 && !m.judge(values[i]) {
			return false
		}
	}
	return true
}

func (f *flat) judgeFrame(present uint64) bool {
	names := map[string]any{}
	for i, m := range f.members {
		if present&(1<<i) != 0 {
			names[m.name] = nil
		}
	}
	return valid(f.frame, names)
}

// maxRemembered is the length of the longest text that a memo keeps.
const maxRemembered = 512

func (m *flatMember) judge(text string) bool {
	if m.good.has(text) {
		return true
	}
	if !valid(m.schema, m.value(text)) {
		return false
	}
	if len(text) <= maxRemembered {
		m.good.add(strings.Clone(text))
	}
	return true
}

// wholeNumber is JSON's grammar of integers.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// value returns the JSON value that a text stands for. Text is no integer
// unless it is written as JSON writes one; then the rules of numbers apply.
func (m *flatMember) value(text string) any {
	if m.integer && wholeNumber.MatchString(text) {
		return json.Number(text)
	}
	return text
}

// object builds the value that the whole model judges.
func (f *flat) object(values *texts, present uint64) map[string]any {
	o := map[string]any{}
	for i, m := range f.members {
		if present&(1<<i) != 0 {
			o[m.name] = m.value(values[i])
		}
	}
	return o
}

func valid(s *gojsonschema.Schema, v any) bool {
	result, err := s.Validate(gojsonschema.NewRawLoader(v))
	return err == nil && result.Valid()
}

// memo remembers the last few values that were found good, without a lock.
type memo[T comparable] struct {
	slots [8]atomic.Pointer[T]
	next  atomic.Uint32
}

func (m *memo[T]) has(v T) bool {
	for i := range m.slots {
		if p := m.slots[i].Load(); p != nil && *p == v {
			return true
		}
	}
	return false
}

func (m *memo[T]) add(v T) {
	m.slots[m.next.Add(1)%uint32(len(m.slots))].Store(&v)
}
