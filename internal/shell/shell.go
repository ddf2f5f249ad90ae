// Package shell writes texts of any origin so that a POSIX shell reads each as
// one word and runs nothing of it, from a script and from a paste alike.
package shell

import (
	"fmt"
	"strings"

	"dispatchmock/internal/terminal"
)

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Word returns a text as one word. What a person could not see in a terminal,
// or what would steer one, is written as the output of printf. A NUL byte is
// lost: no argument of a command can have one.
func Word(s string) string {
	switch {
	case s != "" && strings.Trim(s, alphanumeric+"-_./:@%+,") == "":
		return s
	case terminal.IsVisible(s, ""):
		return Quote(s)
	}
	return `"$(printf ` + PrintfFormat(s) + `)"`
}

// Quote returns a text in single quotes, in which nothing but a single quote
// has a meaning.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// QuoteForAll returns a text in quotes for whatever shell a person has: in double
// quotes where they do, because those are good on Windows too.
func QuoteForAll(s string) string {
	if strings.ContainsAny(s, "\"$`\\!%") {
		return Quote(s)
	}
	return `"` + s + `"`
}

// Comment returns a line of a comment. An interactive zsh has no comments and
// reads the line as a command, so no character that it gives a meaning to is
// kept.
func Comment(s string) string {
	return "# " + strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphanumeric+" ,.:/_-", r) {
			return r
		}
		return '_'
	}, s)
}

// PrintfFormat returns the quoted format with which printf prints a text. An
// exclamation mark is escaped because old interactive shells expand one within
// the double quotes around a printf; a dash is because a format that begins
// with one is taken for an option.
func PrintfFormat(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := range len(s) {
		switch ch := s[i]; {
		case ch == '%':
			b.WriteString("%%")
		case ch < ' ' || ch > '~' || ch == '\'' || ch == '\\' || ch == '!' || ch == '-' && i == 0:
			fmt.Fprintf(&b, `\%03o`, ch)
		default:
			b.WriteByte(ch)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
