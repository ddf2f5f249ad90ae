package mock

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
)

func now() time.Time { return time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC) }

// TestDetail holds what a client is told of a value.
func TestDetail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", maxReceived+1)
	for _, c := range []struct{ name, value, text, want string }{
		{"received", `"abc"`, "abc", `Must be an integer; received "abc".`},
		{"nothing received", "", "", "Must be an integer."},
		{"placeholder", `"{your-tenant-id}"`, "{your-tenant-id}", "{your-tenant-id} is the documentation's placeholder; the value must be an integer."},
		{"path placeholder", `"{customer_id}"`, "{customer_id}", "{customer_id} is the documentation's placeholder; the value must be an integer."},
		{"braces that are none", `"{}"`, "{}", `Must be an integer; received "{}".`},
		{"longest shown", `"` + long[1:] + `"`, long[1:], `Must be an integer; received "` + long[1:] + `".`},
		{"cut", `"` + long + `"`, long, `Must be an integer; received "` + long[1:] + `"... (65 bytes).`},
		{"line break", `"a\r\nb"`, "a\r\nb", `Must be an integer; received "a\r\nb".`},
		{"quote", `"a\"b"`, `a"b`, `Must be an integer; received "a\"b".`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := detail(exchange.Violation{Value: c.value, Hint: "must be an integer"}, c.text); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestCutIsText holds that a value cut inside a character is still good text:
// it goes into a JSON body.
func TestCutIsText(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		text := strings.Repeat("a", maxReceived-n) + strings.Repeat("é", 10)
		if got := cut(text); !utf8.ValidString(got) {
			t.Errorf("cut(%q) = %q, which is no UTF-8", text, got)
		}
	}
	for _, text := range []string{"\xff\xfe", strings.Repeat("\xff", 100)} {
		if got := cut(text); !utf8.ValidString(got) {
			t.Errorf("cut(%q) = %q, which is no UTF-8", text, got)
		}
	}
}

// TestSentence holds the form of what a client reads.
func TestSentence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a": "A.", "must be x": "Must be x.", "{x} is": "{x} is."} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}
