package contract

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"dispatchmock/internal/jsonx"
)

// hint says in words what a rule asks of a value.
func (n node) hint(word string, value any) string {
	rule := n.doc[word]
	switch word {
	case "type":
		return "must be " + typeWords(rule) + n.example()
	case "enum":
		items, _ := rule.([]any)
		names := make([]string, len(items))
		for i, item := range items {
			names[i] = jsonx.Plain(item)
		}
		return "must be one of " + strings.Join(names, ", ")
	case "const":
		return "must be " + jsonx.Plain(rule)
	case "minLength", "maxLength":
		return bounded(word, rule, "character", utf8.RuneCountInString(jsonx.Text(value)))
	case "minItems", "maxItems":
		items, _ := value.([]any)
		return bounded(word, rule, "item", len(items))
	case "minProperties", "maxProperties":
		members, _ := value.(map[string]any)
		return bounded(word, rule, "member", len(members))
	case "minimum":
		return "must be at least " + jsonx.Plain(rule)
	case "maximum":
		return "must be at most " + jsonx.Plain(rule)
	case "pattern":
		if title, ok := n.doc["title"].(string); ok {
			return "must be " + title + n.example()
		}
		return "must match " + jsonx.Plain(rule) + n.example()
	case "format":
		name := jsonx.Text(rule)
		if name == "regex" { // of the schemas of schemas; the library knows it
			return "must be a regular expression as Go's regexp package reads it"
		}
		return "must be " + cmp.Or(formats()[name].meaning, name)
	case "uniqueItems":
		return "must not have an item twice"
	}
	return "must satisfy " + word + ": " + jsonx.Short(rule)
}

// bounded says how many there must be, and are.
func bounded(word string, rule any, noun string, has int) string {
	bound := "at most"
	if strings.HasPrefix(word, "min") {
		bound = "at least"
	}
	return fmt.Sprintf("must have %s %s, and has %d", bound, jsonx.Count(rule, noun), has)
}

func (n node) example() string {
	if list, ok := n.doc["examples"].([]any); ok && len(list) > 0 {
		return ", for example " + jsonx.Plain(list[0])
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
			names = append(names, jsonx.Plain(r))
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

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
