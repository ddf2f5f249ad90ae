package exchange

import (
	"strings"
	"testing"

	"dispatchmock/internal/redact"
)

// TestWithout holds that no part of an exchange keeps a token, and that
// the exchange itself, which others hold, does not change.
func TestWithout(t *testing.T) {
	t.Parallel()
	list := []Violation{{Value: `"my-token"`, Hint: "not my-token"}}
	x := &Exchange{Method: "my-token", Path: "/my-token", Request: Message{Head: "GET /my-token", Body: []byte("my-token")},
		Response: Message{Head: "HTTP/1.1 400 try my-token", Body: []byte("try my-token"), Size: 12}, Problems: list, Violations: list, Deliberate: list}
	got := x.Without(redact.Known([]string{"my-token"}))
	for name, text := range map[string]string{"method": got.Method, "path": got.Path, "request": got.Request.Head, "request's body": string(got.Request.Body),
		"response": got.Response.Head, "response's body": string(got.Response.Body), "value": got.Problems[0].Value, "hint": got.Violations[0].Hint, "deliberate": got.Deliberate[0].Value} {
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
