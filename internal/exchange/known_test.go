package exchange

import (
	"strings"
	"testing"
)

func TestKnownText(t *testing.T) {
	t.Parallel()
	k := NewKnown([]string{"dispatcher-token", "second-dispatcher-token", "abc", "abc.def", "=x=/y", "===", "tok+en/="})
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

// TestKnownExchange holds that no part of an exchange keeps a token, and that
// the exchange itself, which others hold, does not change.
func TestKnownExchange(t *testing.T) {
	t.Parallel()
	list := []Finding{{Value: `"my-token"`, Remedy: "not my-token"}}
	x := &Exchange{Method: "my-token", Path: "/my-token", Request: Message{Head: "GET /my-token", Body: []byte("my-token")},
		Response: Message{Head: "HTTP/1.1 400 try my-token", Body: []byte("try my-token"), Size: 12}, Problems: list, Violations: list, Deliberate: list}
	got := NewKnown([]string{"my-token"}).Exchange(x)
	for name, text := range map[string]string{"method": got.Method, "path": got.Path, "request": got.Request.Head, "request's body": string(got.Request.Body),
		"response": got.Response.Head, "response's body": string(got.Response.Body), "value": got.Problems[0].Value, "remedy": got.Violations[0].Remedy, "deliberate": got.Deliberate[0].Value} {
		if strings.Contains(text, "my-token") || !strings.Contains(text, "********") {
			t.Errorf("%s: got %q, want stars for the token", name, text)
		}
	}
	if list[0].Value != `"my-token"` || string(x.Response.Body) != "try my-token" || x.Path != "/my-token" {
		t.Errorf("the exchange itself has changed: %+v", x)
	}
	if len(got.Response.Body) != 12 {
		t.Errorf("got %d bytes, want the 12 that there were", len(got.Response.Body))
	}
}
