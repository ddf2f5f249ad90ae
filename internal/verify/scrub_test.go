package verify

import (
	"testing"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
)

func TestScrubber(t *testing.T) {
	t.Parallel()
	s := newScrubber(&Options{Token: "key", SecondToken: "key-2", RoleTokens: map[dispatch.Role]string{"Driver": "driver-token"}})
	for _, c := range []struct{ in, want string }{
		{"no secret", "no secret"},
		{"key-2 key", exchange.HashOf("key-2") + " " + exchange.HashOf("key")},
		{"driver-token's user", exchange.HashOf("driver-token") + "'s user"},
		{"try Bearer other-token.", "try Bearer " + exchange.HashOf("other-token") + "."},
		{`"bearer aGVsbG8.x/y+z="`, `"bearer ` + exchange.HashOf("aGVsbG8.x/y+z=") + `"`},
		{"WWW-Authenticate: Bearer", "WWW-Authenticate: Bearer"},
		{"the scheme Bearer authentication.", "the scheme Bearer authentication."},
	} {
		if got := s.Replace(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
