package contract

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
)

// keywords says which keyword of JSON Schema each of the library's kinds of
// error is about.
func keyword(kind string) string {
	switch kind {
	case "invalid_type":
		return "type"
	case "additional_property_not_allowed":
		return "additionalProperties"
	case "string_gte":
		return "minLength"
	case "string_lte":
		return "maxLength"
	case "number_gte":
		return "minimum"
	case "number_lte":
		return "maximum"
	case "array_min_items":
		return "minItems"
	case "array_max_items":
		return "maxItems"
	case "array_min_properties":
		return "minProperties"
	case "array_max_properties":
		return "maxProperties"
	case "array_no_additional_items":
		return "additionalItems"
	case "number_gt":
		return "exclusiveMinimum"
	case "number_lt":
		return "exclusiveMaximum"
	case "multiple_of":
		return "multipleOf"
	case "invalid_property_name":
		return "propertyNames"
	case "number_not":
		return "not"
	case "unique":
		return "uniqueItems"
	case "missing_dependency":
		return "dependencies"
	}
	return kind // required, enum, const, pattern, format, contains
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

// explain turns the library's error into a finding in our words.
func (m *Model) explain(e gojsonschema.ResultError, part string) exchange.Violation {
	path := errorPath(e)
	word := keyword(e.Type())
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
		name, _ := e.Details()["property"].(string)
		return m.explainMember(n, path, name, word, value, part)
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
			f.Documented, _ = child.doc["description"].(string)
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
	if near := jsonx.Nearest(name, names); near != "" {
		hint += "; did you mean " + near + "?"
	} else if len(names) > 0 {
		hint += "; known are " + strings.Join(names, ", ")
	}
	return n.violation(part, jsonx.Pointer(at), word, value, hint)
}

// explainDependency explains a member that is missing beside another.
func (n node) explainDependency(path []string, e gojsonschema.ResultError, part string) exchange.Violation {
	missing, _ := e.Details()["dependency"].(string)
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

// finding fills in what the schema says of the place.
func (n node) violation(part, pointer, word string, value any, hint string) exchange.Violation {
	f := exchange.Violation{Part: part, Pointer: pointer, Rule: word, Value: jsonx.Short(value), Hint: hint,
		Schema: n.src.path + "#" + n.pointer + "/" + word}
	if rule, ok := n.doc[word]; ok {
		f.Rule += ": " + jsonx.Short(rule)
	}
	f.Documented, _ = n.doc["description"].(string)
	if s, ok := value.(string); ok && n.doc["writeOnly"] == true {
		f.Value = jsonx.Short(redact.Value(s))
	}
	return f
}
