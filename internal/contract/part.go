package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"sync/atomic"

	"dispatchmock/internal/jsonx"

	"github.com/xeipuuv/gojsonschema"
)

// part is a schema that is validated in parts, where its keywords allow it.
//
// An object satisfies such a schema if its set of names satisfies the frame
// (all keywords but the properties' own schemas) and each value satisfies its
// property's schema; that is what "properties" means. An array satisfies one
// of "items" if each item does. So these are validated apart, by the same
// library, and a value that was found good need not be validated again while it
// is remembered. Only good verdicts are remembered; where anything is not good
// the whole model validates, and explains.
type part struct {
	schema  *gojsonschema.Schema
	frame   *frame  // where objects are validated in parts
	members []*part // in the order of the frame's names
	items   *part   // where arrays are validated in parts
	// format is the whole rule, where the schema asks for a text of a format
	// and for nothing else: request IDs are of one and come once only.
	format func(string) bool

	null, no, yes atomic.Bool // found good
	texts         memo[string]
	numbers       memo[json.Number]
}

// frame validates an object by its set of names.
type frame struct {
	schema *gojsonschema.Schema
	names  []string
	index  map[string]int
	seen   memo[uint64] // sets found good, a bit for each name
}

// maxMembers is how many properties an object validated in parts may have.
const maxMembers = 32

// maxRemembered is the length of the longest text that a memo keeps.
const maxRemembered = 512

// notes are the keywords that ask nothing.
func notes() []string { return []string{"$schema", "$comment", "title", "description", "examples"} }

// only reports that a schema has no keywords but these, and notes.
func only(doc map[string]any, words ...string) bool {
	for word := range doc {
		if !slices.Contains(words, word) && !slices.Contains(notes(), word) {
			return false
		}
	}
	return true
}

// part compiles the schema at a pointer of a file.
func (s *set) part(file, pointer string, doc any) (*part, error) {
	schema, _ := doc.(map[string]any)
	if ref, ok := schema["$ref"].(string); ok { // what stands beside it means nothing in draft 7
		m, err := s.model(ref)
		if err != nil {
			return nil, err
		}
		return m.part, nil
	}
	compiled, err := s.at(file, pointer)
	if err != nil {
		return nil, err
	}
	p := &part{schema: compiled}
	if name, ok := schema["format"].(string); ok && schema["type"] == "string" && only(schema, "type", "format") {
		p.format = formats()[name].valid
	}
	return p, p.take(s, file, pointer, schema)
}

// take takes a schema apart, if its keywords allow it.
func (p *part) take(s *set, file, pointer string, doc map[string]any) (err error) {
	if items, ok := doc["items"].(map[string]any); ok && only(doc, "type", "items") {
		p.items, err = s.part(file, pointer+"/items", items)
		return err
	}
	properties, _ := doc["properties"].(map[string]any)
	if len(properties) == 0 || len(properties) > maxMembers || !only(doc, "type", "required", "additionalProperties", "properties") {
		return nil
	}
	f := &frame{names: slices.Sorted(maps.Keys(properties)), index: map[string]int{}}
	free := map[string]any{}
	for i, name := range f.names {
		member, err := s.part(file, pointer+"/properties/"+jsonx.Escape(name), properties[name])
		if err != nil {
			return err
		}
		p.members = append(p.members, member)
		f.index[name] = i
		free[name] = map[string]any{}
	}
	names := maps.Clone(doc)
	names["properties"] = free
	if err = s.loader.AddSchema(s.base+"frame/"+file+pointer, gojsonschema.NewRawLoader(names)); err != nil {
		return err
	}
	if f.schema, err = s.at("frame/"+file+pointer, ""); err != nil {
		return err
	}
	p.frame = f
	return nil
}

// good reports that a value satisfies the schema. A false may also come of
// what cannot be validated in parts.
func (p *part) good(v any) bool {
	switch v := v.(type) {
	case nil:
		return p.once(&p.null, nil)
	case bool:
		if v {
			return p.once(&p.yes, v)
		}
		return p.once(&p.no, v)
	case string:
		if p.format != nil {
			return p.format(v)
		}
		return p.texts.has(v) || valid(p.schema, v) && p.texts.add(v, len(v))
	case json.Number:
		return p.numbers.has(v) || valid(p.schema, v) && p.numbers.add(v, len(v))
	case []any:
		if p.items != nil {
			return !slices.ContainsFunc(v, func(item any) bool { return !p.items.good(item) })
		}
	case map[string]any:
		if p.frame != nil {
			return p.goodObject(v)
		}
	}
	return valid(p.schema, v)
}

func (p *part) once(known *atomic.Bool, v any) bool {
	if known.Load() {
		return true
	}
	if !valid(p.schema, v) {
		return false
	}
	known.Store(true)
	return true
}

func (p *part) goodObject(o map[string]any) bool {
	var present uint64
	for name, v := range o {
		i, known := p.frame.index[name]
		if !known || !p.members[i].good(v) {
			return false
		}
		present |= 1 << i
	}
	return p.frame.good(present)
}

// good reports that the names whose bits are set may stand together.
func (f *frame) good(present uint64) bool {
	if f.seen.has(present) {
		return true
	}
	names := map[string]any{}
	for i, name := range f.names {
		if present&(1<<i) != 0 {
			names[name] = nil
		}
	}
	return valid(f.schema, names) && f.seen.add(present, 0)
}

func valid(s *gojsonschema.Schema, v any) bool {
	errors, _, err := validate(s, v)
	return err == nil && len(errors) == 0
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

// add remembers a value, unless its size is too large; it is always true.
func (m *memo[T]) add(v T, size int) bool {
	if size <= maxRemembered {
		m.slots[m.next.Add(1)%uint32(len(m.slots))].Store(&v)
	}
	return true
}
