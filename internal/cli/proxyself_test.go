package cli

import (
	"net/url"
	"testing"
)

// TestSelf holds which targets are the proxy itself.
func TestSelf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, listen string
		want           bool
	}{
		{"http://127.0.0.1:8003", "127.0.0.1:8003", true},
		{"http://localhost:8003/api", "127.0.0.1:8003", true},
		{"http://127.0.0.1:8003", "localhost:8003", true},
		{"http://127.0.0.1:8003", ":8003", true},
		{"http://[::1]:8003", "[::]:8003", true},
		{"http://LOCALHOST", "0.0.0.0:80", true},
		{"https://mock.example", "mock.example:443", true},
		{"http://127.0.0.1:8004", "127.0.0.1:8003", false},
		{"http://127.0.0.2:8003", "127.0.0.1:8003", false},
		{"http://[::1]:8003", "127.0.0.1:8003", false},
		{"http://api.example:8003", ":8003", false},
		{"http://127.0.0.1:0", "127.0.0.1:0", false},
	} {
		u, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := isSelf(u, c.listen); got != c.want {
			t.Errorf("%s, listening on %s: got %v", c.target, c.listen, got)
		}
	}
}
