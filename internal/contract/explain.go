package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
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
func (m *Model) explain(e gojsonschema.ResultError, part string) exchange.Finding {
	path := strings.Split(e.Context().String("\x00"), "\x00")[1:]
	word := keyword(e.Type())
	n, ok := m.locate(path)
	value := e.Value()
	if !ok {
		f := n.finding(part, pointer(path), word, value, lower(e.Description()))
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
		return n.finding(part, pointer(path), word, value, lower(e.Description()))
	}
	return n.finding(part, pointer(path), word, value, n.remedy(word, value))
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
func (m *Model) explainMember(n node, path []string, name, word string, value any, part string) exchange.Finding {
	at := append(slices.Clone(path), name)
	if word == "required" {
		f := n.finding(part, pointer(at), word, nil, "is required")
		f.Value, f.Rule = "", "required"
		if child, ok := m.locate(at); ok {
			f.Documented, _ = child.doc["description"].(string)
			if example := child.example(); example != "" {
				f.Remedy += "; send" + strings.TrimPrefix(example, ",")
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
	remedy := "is not a known name"
	if near := Nearest(name, names); near != "" {
		remedy += "; did you mean " + near + "?"
	} else if len(names) > 0 {
		remedy += "; known are " + strings.Join(names, ", ")
	}
	return n.finding(part, pointer(at), word, value, remedy)
}

// explainDependency explains a member that is missing beside another.
func (n node) explainDependency(path []string, e gojsonschema.ResultError, part string) exchange.Finding {
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
	f := n.finding(part, pointer(append(slices.Clone(path), missing)), "dependencies", nil, "is required beside "+strings.Join(beside, ", "))
	f.Value = ""
	return f
}

// finding fills in what the schema says of the place.
func (n node) finding(part, pointer, word string, value any, remedy string) exchange.Finding {
	f := exchange.Finding{Part: part, Pointer: pointer, Rule: word, Value: short(value), Remedy: remedy,
		Schema: n.src.path + "#" + n.pointer + "/" + word}
	if rule, ok := n.doc[word]; ok {
		f.Rule += ": " + short(rule)
	}
	f.Documented, _ = n.doc["description"].(string)
	if s, ok := value.(string); ok && n.doc["writeOnly"] == true {
		f.Value = short(exchange.Redact(s))
	}
	return f
}

// remedy says in words what a rule asks of a value.
func (n node) remedy(word string, value any) string {
	rule := n.doc[word]
	switch word {
	case "type":
		return "must be " + typeWords(rule) + n.example()
	case "enum":
		items, _ := rule.([]any)
		names := make([]string, len(items))
		for i, item := range items {
			names[i] = plain(item)
		}
		return "must be one of " + strings.Join(names, ", ")
	case "const":
		return "must be " + plain(rule)
	case "minLength", "maxLength":
		s, _ := value.(string)
		bound := map[string]string{"minLength": "at least", "maxLength": "at most"}[word]
		return fmt.Sprintf("must have %s %s, and has %d", bound, count(rule, "character"), utf8.RuneCountInString(s))
	case "minItems", "maxItems":
		items, _ := value.([]any)
		bound := map[string]string{"minItems": "at least", "maxItems": "at most"}[word]
		return fmt.Sprintf("must have %s %s, and has %d", bound, count(rule, "item"), len(items))
	case "minProperties", "maxProperties":
		members, _ := value.(map[string]any)
		bound := map[string]string{"minProperties": "at least", "maxProperties": "at most"}[word]
		return fmt.Sprintf("must have %s %s, and has %d", bound, count(rule, "member"), len(members))
	case "minimum":
		return "must be at least " + plain(rule)
	case "maximum":
		return "must be at most " + plain(rule)
	case "pattern":
		if title, ok := n.doc["title"].(string); ok {
			return "must be " + title + n.example()
		}
		return "must match " + plain(rule) + n.example()
	case "format":
		name, _ := rule.(string)
		if name == "regex" { // of the schemas of schemas; the library knows it
			return "must be a regular expression as Go's regexp package reads it"
		}
		return "must be " + cmp.Or(formats()[name].meaning, name)
	case "uniqueItems":
		return "must not have an item twice"
	}
	return "must satisfy " + word + ": " + short(rule)
}

func (n node) example() string {
	if list, ok := n.doc["examples"].([]any); ok && len(list) > 0 {
		return ", for example " + plain(list[0])
	}
	return ""
}

func typeWords(rule any) string {
	var names []string
	switch rule := rule.(type) {
	case string:
		names = []string{rule}
	case []any:
		for _, r := range rule {
			names = append(names, plain(r))
		}
	}
	for i, name := range names {
		switch name {
		case "integer", "array", "object":
			names[i] = "an " + name
		case "null":
		default:
			names[i] = "a " + name
		}
	}
	return strings.Join(names, " or ")
}

func count(n any, noun string) string {
	text := plain(n)
	if text != "1" {
		noun += "s"
	}
	return text + " " + noun
}

// Nearest returns the name that is a likely slip of the given one, or "".
func Nearest(name string, known []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// maxShort is the length in bytes at which a value is cut in a finding.
const maxShort = 160

// short prints a value as JSON on one line, cut where it is long.
func short(v any) string {
	if s, ok := v.(string); ok && len(s) > maxShort {
		n := maxShort
		for n > maxShort-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		v = s[:n]
	}
	b, err := wire.AppendJSON(nil, v)
	if err != nil {
		b, err = json.Marshal(v)
		if err != nil {
			return fmt.Sprintf("%T", v)
		}
	}
	if len(b) > maxShort {
		return string(b[:border(b, maxShort)]) + "…"
	}
	return string(b)
}

// border returns the last place up to n at which no escape is cut.
func border(b []byte, n int) int {
	for i := 0; ; {
		step := 1
		if b[i] == '\\' {
			if step = 2; b[i+1] == 'u' {
				step = len(`\u0000`)
			}
		}
		if i+step > n {
			return i
		}
		i += step
	}
}

// plain prints a value as a person would write it: text without quotes.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return short(v)
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// pointer joins tokens into a JSON pointer.
func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escape(t))
	}
	return b.String()
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")

func escape(token string) string { return escapes.Replace(token) }
