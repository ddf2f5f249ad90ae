// Package terminal keeps text of others from steering a terminal: control
// characters move the cursor and change settings, and marks of direction let a
// line read otherwise than it is.
package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible writes each character that does not show as an escape, such as
// \u202e. The result has no line breaks.
func Visible(s string) string { return escaped(s, "") }

// VisibleLines is Visible, but keeps tabs and the ends of lines.
func VisibleLines(s string) string { return escaped(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t") }

func escaped(s, keep string) string {
	if IsVisible(s, keep) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// IsVisible reports whether a text has only characters that show, and those of
// also.
func IsVisible(s, also string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if !unicode.IsPrint(r) && !strings.ContainsRune(also, r) {
			return false
		}
	}
	return true
}
