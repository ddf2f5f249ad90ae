package redact

import (
	"strings"
	"testing"
)

func TestKnownText(t *testing.T) {
	t.Parallel()
	k := Known([]string{"dispatcher-token", "second-dispatcher-token", "abc", "abc.def", "=x=/y", "===", "tok+en/="})
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"no secret", "no secret"},
		{"try Bearer dispatcher-token.", "try Bearer ****************."},
		{"second-dispatcher-token", strings.Repeat("*", 23)},
		{"third-dispatcher-token dispatcher-tokens", "third-dispatcher-token dispatcher-tokens"},
		{"/customers/dispatcher-token/locations/abc?x=abc", "/customers/****************/locations/***?x=***"},
		{"abc.def abc.de abcd", "******* ***.de abcd"},
		{"a =x=/y b x=/y", "a ***** b x=/y"},
		{"tok+en/=abc", strings.Repeat("*", 11)},
		{"===", "==="},
		{`"dispatcher-token"`, `"****************"`},
		{"é dispatcher-token\xff", "é ****************\xff"},
	} {
		if got := k.Text(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
