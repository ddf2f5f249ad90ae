package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"dispatchmock/internal/shell"
)

// visible writes what does not show as an escape, as \u202e: so a text from
// outside neither steers a terminal nor breaks a form that has no such
// character. It has no line breaks.
func visible(s string) string { return escaped(s, "") }

// visibleLines is visible, but keeps tabs and the ends of lines.
func visibleLines(s string) string { return escaped(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t") }

func escaped(s, keep string) string {
	if shell.IsPrintable(s, keep) {
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
