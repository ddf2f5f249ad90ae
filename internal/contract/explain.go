package contract

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
)

// keywords are those of JSON Schema that the library's kinds of error are
// about, where both have not the same name.
var keywords = map[string]string{
	"invalid_type":                    "type",
	"additional_property_not_allowed": "additionalProperties",
	"string_gte":                      "minLength",
	"string_lte":                      "maxLength",
	"number_gte":                      "minimum",
	"number_lte":                      "maximum",
	"number_gt":                       "exclusiveMinimum",
	"number_lt":                       "exclusiveMaximum",
	"array_min_items":                 "minItems",
	"array_max_items":                 "maxItems",
	"array_min_properties":            "minProperties",
	"array_max_properties":            "maxProperties",
	"array_no_additional_items":       "additionalItems",
	"multiple_of":                     "multipleOf",
	"invalid_property_name":           "propertyNames",
	"number_not":                      "not",
	"unique":                          "uniqueItems",
	"missing_dependency":              "dependencies",
}

// explain turns the library's error into a violation in our words.
func (m *Model) explain(e gojsonschema.ResultError, part string) exchange.Violation {
	path := errorPath(e)
	word := cmp.Or(keywords[e.Type()], e.Type())
	n, ok := m.locate(path)
	value := e.Value()
	if !ok {
		f := n.violation(part, jsonx.Pointer(path), word, value, lower(e.Description()))
		f.Rule = word
		return f
	}
	if word == "dependencies" {
		return n.explainDependency(path, e, part)
	}
	if word == "required" || word == "additionalProperties" {
		return m.explainMember(n, path, jsonx.Text(e.Details()["property"]), word, value, part)
	}
	n = n.branch(word)
	if _, ok := n.doc[word]; !ok {
		return n.violation(part, jsonx.Pointer(path), word, value, lower(e.Description()))
	}
	return n.violation(part, jsonx.Pointer(path), word, value, n.hint(word, value))
}

// branch returns the node whose keyword a value breaks: the place itself, or
// else a branch of its anyOf. The types of all branches are asked as one.
func (n node) branch(word string) node {
	branches, _ := n.doc["anyOf"].([]any)
	if _, ok := n.doc[word]; ok {
		return n
	}
	var types []any
	for i, b := range branches {
		doc, _ := b.(map[string]any)
		if doc[word] == nil {
			continue
		}
		if word != "type" {
			return node{n.src, n.pointer + "/anyOf/" + strconv.Itoa(i), doc}
		}
		types = append(types, doc[word])
	}
	if len(types) == 0 {
		return n
	}
	return node{n.src, n.pointer + "/anyOf", map[string]any{word: types}}
}

// explainMember explains a member that is missing, or that no rule knows.
func (m *Model) explainMember(n node, path []string, name, word string, value any, part string) exchange.Violation {
	at := append(slices.Clone(path), name)
	if word == "required" {
		f := n.violation(part, jsonx.Pointer(at), word, nil, "is required")
		f.Value, f.Rule = "", "required"
		if child, ok := m.locate(at); ok {
			f.Documented = jsonx.Text(child.doc["description"])
			if example := child.example(); example != "" {
				f.Hint += "; send" + strings.TrimPrefix(example, ",")
			}
		}
		return f
	}
	known, _ := n.doc["properties"].(map[string]any)
	names := slices.Sorted(maps.Keys(known))
	patterns, _ := n.doc["patternProperties"].(map[string]any)
	for _, p := range slices.Sorted(maps.Keys(patterns)) {
		names = append(names, "names that match "+p)
	}
	hint := "is not a known name"
	if near := jsonx.DidYouMean(name, names); near != "" {
		hint += near
	} else if len(names) > 0 {
		hint += "; known are " + strings.Join(names, ", ")
	}
	return n.violation(part, jsonx.Pointer(at), word, value, hint)
}

// explainDependency explains a member that is missing beside another.
func (n node) explainDependency(path []string, e gojsonschema.ResultError, part string) exchange.Violation {
	missing := jsonx.Text(e.Details()["dependency"])
	object, _ := e.Value().(map[string]any)
	dependencies, _ := n.doc["dependencies"].(map[string]any)
	var beside []string
	for name, list := range dependencies {
		all, _ := list.([]any)
		if _, ok := object[name]; ok && slices.Contains(all, any(missing)) {
			beside = append(beside, name)
		}
	}
	slices.Sort(beside)
	f := n.violation(part, jsonx.Pointer(append(slices.Clone(path), missing)), "dependencies", nil, "is required beside "+strings.Join(beside, ", "))
	f.Value = ""
	return f
}

// violation fills in what the schema says of the place.
func (n node) violation(part, pointer, word string, value any, hint string) exchange.Violation {
	f := exchange.Violation{Part: part, Pointer: pointer, Rule: word, Value: jsonx.Short(value), Hint: hint,
		Schema: n.src.path + "#" + n.pointer + "/" + word}
	if rule, ok := n.doc[word]; ok {
		f.Rule += ": " + jsonx.Short(rule)
	}
	f.Documented = jsonx.Text(n.doc["description"])
	if s, ok := value.(string); ok && n.doc["writeOnly"] == true {
		f.Value = jsonx.Short(redact.Value(s))
	}
	return f
}

// firstErrors returns the errors that come first in the order of violations, and
// how many more there are. The library stops at nothing and sorts nothing.
func firstErrors(all []gojsonschema.ResultError) (first []gojsonschema.ResultError, more int) {
	type placed struct {
		gojsonschema.ResultError
		missing bool
		pointer string
	}
	var errors []placed
	for _, e := range all {
		if !isBranch(e) {
			errors = append(errors, placed{e, e.Type() == "required", errorPointer(e)})
		}
	}
	slices.SortStableFunc(errors, func(a, b placed) int { return comparePlaces(a.missing, b.missing, a.pointer, b.pointer) })
	for _, e := range errors[:min(len(errors), jsonx.MaxShown)] {
		first = append(first, e.ResultError)
	}
	return first, len(errors) - len(first)
}

// isBranch reports an error that only says that a branch failed; the branch's
// own errors say more.
func isBranch(e gojsonschema.ResultError) bool {
	switch e.Type() {
	case "number_any_of", "number_all_of", "number_one_of", "condition_then", "condition_else":
		return true
	}
	return false
}

// errorPointer returns the place that the violation of an error names.
func errorPointer(e gojsonschema.ResultError) string {
	tokens := errorPath(e)
	for _, name := range []string{"property", "dependency"} {
		if member, ok := e.Details()[name].(string); ok {
			return jsonx.Pointer(append(tokens, member))
		}
	}
	return jsonx.Pointer(tokens)
}

func errorPath(e gojsonschema.ResultError) []string {
	return strings.Split(e.Context().String("\x00"), "\x00")[1:]
}
