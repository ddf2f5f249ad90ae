package redact

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestRedaction holds what stands for a secret: never the secret, always the same.
func TestMark(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, shown, stand string }{
		{"Bearer dispatcher-token", `^Bearer #[0-9a-f]{8}$`, `^Bearer [a-z]{10}-[a-z]{5}$`},
		{"bearer aB3.x_9=", `^bearer #[0-9a-f]{8}$`, `^bearer [a-z][A-Z][0-9]\.[a-z]_[0-9]=$`},
		{"Bearer", `^#[0-9a-f]{8}$`, `^[A-Z][a-z]{5}$`},
		{"Token secret", `^#[0-9a-f]{8}$`, `^[A-Z][a-z]{4} [a-z]{6}$`},
		{"Basic YTpi", `^Basic #[0-9a-f]{8}$`, `^Basic [A-Z]{2}[a-z]{2}$`},
		{"Bearer  two", `^Bearer #[0-9a-f]{8}$`, `^Bearer  [a-z]{3}$`},
		{"Bearer " + strings.Repeat("a1", 200), `^Bearer #[0-9a-f]{8}$`, `^Bearer ([a-z][0-9]){200}$`},
	} {
		b := NewMark(c.in)
		if !regexp.MustCompile(c.shown).MatchString(b.Shown) || b.Shown != Value(c.in) {
			t.Errorf("%q is shown as %q, want %s", c.in, b.Shown, c.shown)
		}
		if !regexp.MustCompile(c.stand).MatchString(b.Stand) || len(b.Stand) != len(c.in) || b.Stand == c.in {
			t.Errorf("for %q stands %q, want %s", c.in, b.Stand, c.stand)
		}
		if NewMark(c.in) != b {
			t.Errorf("%q has another mark the second time", c.in)
		}
	}
	if a, b := NewMark("Bearer aaaa"), NewMark("Bearer aaab"); a.Shown == b.Shown || a.Stand == b.Stand {
		t.Errorf("two secrets have the marks %v and %v, want them told apart", a, b)
	}
	for in, stand := range map[string]string{
		"Bearer {your-auth-token}": `^Bearer {your-auth-token}$`,
		"Bearer a{token}b":         `^Bearer [a-z]{token}[a-z]$`,
		"Bearer {Token}{a{b}":      `^Bearer {[A-Z][a-z]{4}}{[a-z]{b}$`,
	} {
		// The answer to a placeholder names it, and must be had again.
		if got := NewMark(in).Stand; !regexp.MustCompile(stand).MatchString(got) {
			t.Errorf("for %q stands %q, want %s", in, got, stand)
		}
	}
	if got, want := NewMark("Bearer abc").Shown, "Bearer "+Hash("abc"); got != want {
		t.Errorf("got %q, want %q: a token's hash finds its mark", got, want)
	}
}

// TestSalt holds that who guesses a token cannot tell by its hash, or by its
// placeholder, whether the guess is right.
func TestSalt(t *testing.T) {
	t.Parallel()
	const token = "dispatcher-token"
	sum := sha256.Sum256([]byte(token))
	if got := Hash(token); got == fmt.Sprintf("#%x", sum[:4]) || got != Hash(token) {
		t.Errorf("got %s, want a salted hash that stays", got)
	}
	if got := NewMark(token).Stand; got == "qyvyolsbrs-vlzdv" {
		t.Errorf("got %s, which is drawn from the hash without a salt", got)
	}
	if first, second := Blank("Bearer "+token), Blank("Bearer second4Token"); first != "Bearer xxxxxxxxxx-xxxxx" || second != "Bearer xxxxxx0Xxxxx" {
		t.Errorf("got %s and %s, want what is the same in each run", first, second)
	}
}
