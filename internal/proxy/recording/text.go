package recording

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// withoutLines returns a head without the fields of these names, in lower case.
func withoutLines(head string, names ...string) string {
	lines := strings.Split(head, "\r\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		name, _, ok := strings.Cut(line, ":")
		return ok && slices.Contains(names, strings.ToLower(name)) && line != lines[0]
	}), "\r\n")
}

// withLength returns a head with the length of another body, where it has one.
func withLength(head string, n int) string {
	lines := strings.Split(head, "\r\n")
	for i, line := range lines[1:] {
		if name, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "content-length") {
			lines[i+1] = name + ": " + strconv.Itoa(n)
		}
	}
	return strings.Join(lines, "\r\n")
}

// chunks returns a body in one chunk.
func chunks(body string) string {
	if body == "" {
		return "0\r\n\r\n"
	}
	return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
}

// quoteHead returns a head as a golden request has it: lines of text, those
// that no editor likes in the quotes of a template.
func quoteHead(head string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(head, "\r\n") {
		b.WriteString(quote(line) + "\n")
	}
	return b.String()
}

// quoteBody returns a body as a golden request has it.
func quoteBody(body string) string {
	if body == "" {
		return ""
	}
	return quote(body) + "\n"
}

// quote returns a text that a template turns into the same text.
func quote(text string) string {
	plain := utf8.ValidString(text) && !strings.Contains(text, "{{") &&
		!strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\n' && c != '\t' || c == 0x7f })
	if plain {
		return text
	}
	return "{{" + strconv.Quote(text) + "}}"
}
