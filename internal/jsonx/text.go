package jsonx

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// maxShort is the length in bytes at which a value is cut in a diagnostic.
const maxShort = 160

// Short prints a value as JSON on one line, cut where it is long.
func Short(v any) string {
	if s, ok := v.(string); ok && len(s) > maxShort {
		n := maxShort
		for n > maxShort-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		v = s[:n]
	}
	b, err := AppendJSON(nil, v)
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

// Plain prints a value as a person would write it: text without quotes.
func Plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Short(v)
}

// Text returns a value that is a text, and "" in the place of any other.
func Text(v any) string {
	s, _ := v.(string)
	return s
}

// Cut returns a text of which no more than the first bytes are left, with an
// ellipsis where it was longer.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Count returns a number of things in words: 1 record, 2 records.
func Count(n any, noun string) string {
	text := fmt.Sprint(n)
	if text != "1" {
		noun += "s"
	}
	return text + " " + noun
}

// DidYouMean returns the question that follows a name which is not known, or "".
func DidYouMean(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
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
