package cli

import (
	"os/exec"
	"strings"
	"testing"

	"dispatchmock/internal/shell"
)

// TestQuoteAndWord hold that a shell reads back what was quoted for it.
func TestQuoteAndWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, quoted, word string }{
		{"plain", `"plain"`, "plain"},
		{"./mock-1_a/fixtures", `"./mock-1_a/fixtures"`, "./mock-1_a/fixtures"},
		{"two words", `"two words"`, `"two words"`},
		{"a$b", `'a$b'`, `'a$b'`},
		{`a"b`, `'a"b'`, `'a"b'`},
		{"a`b", "'a`b'", "'a`b'"},
		{`a\b`, `'a\b'`, `'a\b'`},
		{"a'b", `"a'b"`, `"a'b"`},
		{`a'$b`, `'a'\''$b'`, `'a'\''$b'`},
		{"a;b&c|d", `"a;b&c|d"`, `"a;b&c|d"`},
		{"~/a*", `"~/a*"`, `"~/a*"`},
		{"é", `"é"`, `"é"`},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			if got := shell.QuoteForAll(c.text); got != c.quoted {
				t.Errorf("quote: got %s, want %s", got, c.quoted)
			}
			if got := word(c.text); got != c.word {
				t.Errorf("word: got %s, want %s", got, c.word)
			}
			sh, err := exec.LookPath("sh")
			if err != nil {
				t.Skipf("no shell to read it back: %v", err)
			}
			out, err := exec.CommandContext(t.Context(), sh, "-c", "printf '%s\\n' "+c.quoted+" "+c.word).Output()
			if want := c.text + "\n" + c.text + "\n"; err != nil || string(out) != want {
				t.Errorf("a shell reads %q, %v, want %q", out, err, strings.TrimSpace(want))
			}
		})
	}
}
