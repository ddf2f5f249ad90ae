package jsonx

import "strings"

// Pointer joins tokens into a JSON pointer that people read: long ones are cut.
func Pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + Escape(Cut(t, maxShort)))
	}
	return b.String()
}

// ShortPointer cuts the long tokens of a JSON pointer.
func ShortPointer(p string) string {
	if len(p) <= maxShort {
		return p
	}
	tokens := strings.Split(p, "/")
	for i, t := range tokens {
		tokens[i] = Cut(t, maxShort)
	}
	return strings.Join(tokens, "/")
}

var escapes, unescapes = strings.NewReplacer("~", "~0", "/", "~1"), strings.NewReplacer("~1", "/", "~0", "~")

// Escape makes a name a token of a JSON pointer.
func Escape(token string) string { return escapes.Replace(token) }

// Unescape makes a token of a JSON pointer the name that it stands for.
func Unescape(token string) string { return unescapes.Replace(token) }

// Tokens returns the names and indexes that a JSON pointer leads through.
func Tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, t := range tokens {
		tokens[i] = Unescape(t)
	}
	return tokens
}
