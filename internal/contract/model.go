package contract

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Model is one compiled schema with what it needs to explain itself.
type Model struct {
	src      source
	files    map[string]source // what its references may name
	schema   *gojsonschema.Schema
	past     [][]string // where values must lie in the past; "*" is any item
	whole    [][]string // where numbers must be integers
	used     bool       // some operation names it
	property *property  // nil where the model is always validated as a whole
	fields   []*field   // set where the values travel as text
}

// model compiles a model of the set, unless it is there.
func (s *set) model(file string) (*Model, error) {
	if m := s.models[file]; m != nil {
		return m, nil
	}
	schema, err := s.at(file, "")
	if err != nil {
		return nil, err
	}
	m := &Model{src: s.files[file], files: s.files, schema: schema, property: &property{schema: schema}}
	s.models[file] = m // its properties may refer to it
	m.past = m.find(func(doc map[string]any) bool { return doc["format"] == pastTimestamp })
	m.whole = m.find(wantsInteger)
	if err := m.property.split(s, file, "", m.src.doc); err != nil {
		return nil, err
	}
	m.fields = fieldsOf(m)
	return m, nil
}

// lone compiles a schema that refers to no other file.
func lone(name string, doc map[string]any) (*Model, error) {
	schema, err := draft7().Compile(gojsonschema.NewRawLoader(clone(doc)))
	if err != nil {
		return nil, err
	}
	return &Model{src: source{name, doc}, schema: schema}, nil
}

// Validate returns the rules that a decoded value breaks at the time now.
func (m *Model) Validate(v any, part string, now time.Time) []exchange.Violation {
	violations, more := m.first(v, part)
	m.eachPast(v, func(at []string, s string) {
		if t, err := model.ParseTimestamp(s); err == nil && t.After(now) {
			n, _ := m.locate(at)
			violations = append(violations, n.violation(part, jsonx.Pointer(at), "format", s, notPast+model.Timestamp(now)))
		}
	})
	slices.SortStableFunc(violations, compareViolations)
	return m.withMore(violations, more, part)
}

const notPast = "must lie in the past; it is now "

// AwaitsClock reports whether a later clock would make a violation none.
func AwaitsClock(v exchange.Violation) bool { return strings.HasPrefix(v.Hint, notPast) }

// validateSchema returns the rules that a value breaks at any time.
func (m *Model) validateSchema(v any, part string) []exchange.Violation {
	violations, more := m.first(v, part)
	return m.withMore(violations, more, part)
}

// withMore adds a violation that says how many more there are. Its rule is no
// keyword and it has no place, so that whoever ignores places does not ignore
// what was not looked at.
func (m *Model) withMore(violations []exchange.Violation, more int, part string) []exchange.Violation {
	if more > 0 {
		violations = append(violations, exchange.Violation{Part: part, Rule: "more", Schema: m.src.path, Hint: jsonx.More(more)})
	}
	return violations
}

// first returns the first of the rules that a value breaks, and how many more
// there are.
func (m *Model) first(v any, part string) (violations []exchange.Violation, more int) {
	if m.property != nil && m.property.valid(v) {
		return nil, 0
	}
	errors, found, err := validate(m.schema, v)
	if err != nil {
		return []exchange.Violation{{Part: part, Rule: "schema", Schema: m.src.path, Hint: err.Error()}}, 0
	}
	first, more := firstErrors(errors)
	for _, e := range first {
		violations = append(violations, m.explain(e, part))
	}
	if len(violations) == 0 && len(errors) > 0 {
		e := errors[0]
		violations = append(violations, exchange.Violation{Part: part, Rule: e.Type(), Value: jsonx.Short(e.Value()), Schema: m.src.path, Hint: lower(e.Description())})
	}
	for i := range violations {
		violations[i].Pointer = found.pointer(violations[i].Pointer)
	}
	slices.SortStableFunc(violations, compareViolations)
	// What two members miss, the library finds for each, and each violation names both.
	return slices.Compact(violations), more
}

func compareViolations(a, b exchange.Violation) int {
	return comparePlaces(a.Rule == "required", b.Rule == "required", a.Pointer, b.Pointer)
}

// comparePlaces gives an order to what the library finds in none. What is
// missing comes first, as it says most of a value that is another model's; of
// one object it stays in the order of "required".
func comparePlaces(missingA, missingB bool, a, b string) int {
	switch {
	case missingA && missingB:
		return comparePointers(path.Dir(a), path.Dir(b))
	case missingA:
		return -1
	case missingB:
		return 1
	}
	return comparePointers(a, b)
}

// comparePointers puts items in the order of their indices, and all else in
// that of the alphabet.
func comparePointers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) int {
		i, errA := strconv.Atoi(a)
		j, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return cmp.Or(cmp.Compare(i, j), strings.Compare(a, b))
		}
		return strings.Compare(a, b)
	})
}

// Diagnostics validates a value that was read from a file, at a place of the file that
// the pointer names.
func (m *Model) Diagnostics(file, at string, v any) jsonx.Diagnostics {
	var diags jsonx.Diagnostics
	first, more := m.first(v, "")
	for _, v := range first {
		diags = append(diags, jsonx.Diagnostic{File: file, Pointer: at + v.Pointer, Value: v.Value, Rule: v.Hint})
	}
	if more > 0 {
		diags = append(diags, jsonx.Others(file, more))
	}
	return diags
}

// node is a place in a schema file.
type node struct {
	src     source
	pointer string
	doc     map[string]any
}

// locate finds the schema that speaks of the value at a path.
func (m *Model) locate(path []string) (node, bool) {
	n := m.follow(node{m.src, "", m.src.doc})
	for _, token := range path {
		next, ok := n.child(token)
		if !ok {
			return n, false
		}
		n = m.follow(next)
	}
	return n, true
}

func (n node) child(token string) (node, bool) {
	if d, ok := sub(n.doc, "properties", token); ok {
		return node{n.src, n.pointer + "/properties/" + jsonx.Escape(token), d}, true
	}
	if d, ok := sub(n.doc, "items"); ok {
		if _, err := strconv.Atoi(token); err == nil || token == "*" {
			return node{n.src, n.pointer + "/items", d}, true
		}
	}
	if d, ok := sub(n.doc, "additionalProperties"); ok {
		return node{n.src, n.pointer + "/additionalProperties", d}, true
	}
	patterns, _ := n.doc["patternProperties"].(map[string]any)
	for p := range patterns {
		if ok, _ := regexp.MatchString(p, token); ok {
			d, _ := sub(patterns, p)
			return node{n.src, n.pointer + "/patternProperties/" + jsonx.Escape(p), d}, d != nil
		}
	}
	return node{}, false
}

// follow goes on to what a reference names.
func (m *Model) follow(n node) node {
	for range 32 { // a circle of references is the schema's error, not a reason to hang
		if all, ok := n.doc["allOf"].([]any); ok && len(all) == 1 {
			if d, ok := all[0].(map[string]any); ok {
				n = node{n.src, n.pointer + "/allOf/0", d}
				continue
			}
		}
		ref, ok := n.doc["$ref"].(string)
		if !ok {
			return n
		}
		file, fragment, _ := strings.Cut(ref, "#")
		src := n.src
		if file != "" {
			src = m.files[file]
		}
		d := src.doc
		for token := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
			if token != "" {
				d, _ = sub(d, token)
			}
		}
		n = node{src, fragment, d}
	}
	return n
}

func sub(doc map[string]any, path ...string) (map[string]any, bool) {
	for _, name := range path {
		next, ok := doc[name].(map[string]any)
		if !ok {
			return nil, false
		}
		doc = next
	}
	return doc, true
}

// find returns where a part of the model's schema is as asked for.
func (m *Model) find(asked func(doc map[string]any) bool) (paths [][]string) {
	var look func(node, []string)
	look = func(n node, path []string) {
		if len(path) > maxDepth {
			return
		}
		n = m.follow(n)
		if asked(n.doc) {
			paths = append(paths, path)
			return
		}
		properties, _ := n.doc["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if next, ok := n.child(name); ok {
				look(next, append(path[:len(path):len(path)], name))
			}
		}
		if next, ok := sub(n.doc, "items"); ok {
			look(node{n.src, n.pointer + "/items", next}, append(path[:len(path):len(path)], "*"))
		}
	}
	look(node{m.src, "", m.src.doc}, nil)
	return paths
}

// wantsInteger reports a schema whose numbers are integers.
func wantsInteger(doc map[string]any) bool {
	types := typesOf(doc)
	return slices.Contains(types, any("integer")) && !slices.Contains(types, any("number"))
}

// Fractions returns the pointers to integers that are written with a fraction
// or an exponent: for JSON Schema 1.0 is an integer, and it is printed as 1.0.
func (m *Model) Fractions(v any) (pointers []string) {
	room := make([]string, 0, maxDepth+1)
	for _, path := range m.whole {
		eachAt(v, path, room, func(at []string, v any) {
			if n, ok := v.(json.Number); ok && strings.ContainsAny(string(n), ".eE") {
				pointers = append(pointers, jsonx.Pointer(at))
			}
		})
	}
	return pointers
}

// eachPast visits the texts that must lie in the past.
func (m *Model) eachPast(v any, visit func(at []string, s string)) {
	room := make([]string, 0, maxDepth+1)
	for _, path := range m.past {
		eachAt(v, path, room, func(at []string, v any) {
			if s, ok := v.(string); ok {
				visit(at, s)
			}
		})
	}
}

// eachAt visits the values at a path. The place is the visit's
// only until the visit returns.
func eachAt(v any, path, at []string, visit func([]string, any)) {
	if len(path) == 0 {
		visit(at, v)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if next, ok := v[path[0]]; ok {
			eachAt(next, path[1:], append(at, path[0]), visit)
		}
	case []any:
		if path[0] == "*" {
			for i, next := range v {
				eachAt(next, path[1:], append(at, strconv.Itoa(i)), visit)
			}
		}
	}
}
