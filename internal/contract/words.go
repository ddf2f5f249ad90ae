package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"dispatchmock/internal/wire"
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

// maxGuessed is the length of the longest name that is taken for a slip of
// another; comparing two names takes time by the product of their lengths.
const maxGuessed = 128

// Nearest returns the name that is a likely slip of the given one, or "".
func Nearest(name string, known []string) string {
	if len(name) > maxGuessed {
		return ""
	}
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

// pointer joins tokens into a JSON pointer that people read: long ones are cut.
func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escape(shortToken(t)))
	}
	return b.String()
}

// shortPointer cuts the long tokens of a JSON pointer.
func shortPointer(p string) string {
	if len(p) <= maxShort {
		return p
	}
	tokens := strings.Split(p, "/")
	for i, t := range tokens {
		tokens[i] = shortToken(t)
	}
	return strings.Join(tokens, "/")
}

func shortToken(t string) string {
	if len(t) <= maxShort {
		return t
	}
	return strings.ToValidUTF8(t[:maxShort], "") + "…"
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")

func escape(token string) string { return escapes.Replace(token) }
