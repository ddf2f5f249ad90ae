package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestHostsOfSessions holds that a request whose host is a session's name in
// any spelling is that session's, or is refused: the default session never
// answers in its place.
func TestHostsOfSessions(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "orders"}`, nil)
	const target = resource
	for _, c := range []struct {
		target, host string
		session      string // "" is a refusal
	}{
		{target, "orders.localhost", "orders"},
		{target, "orders.localhost:8003", "orders"},
		{target, "orders.localhost:", "orders"},
		{target, "orders.localhost.", "orders"},
		{target, "orders.localhost.:8003", "orders"},
		{target, "orders.localhost..", "orders"},
		{target, "ORDERS.LocalHost.:1", "orders"},
		{"http://orders.localhost" + target, "orders.localhost", "orders"},
		{"http://orders.localhost.:8003" + target, "Orders.localhost", "orders"},
		{"http://user:password@orders.localhost" + target, "orders.localhost", "orders"},
		{"HTTP://ORDERS.LOCALHOST" + target, "orders.localhost", "orders"},

		{target, "orders..localhost", ""},
		{target, ".localhost.", ""},
		{target, "orders.localhost:80:80", ""},
		{target, "orders.localhost:http", ""},
		{target, "orders.localhost.:8003.", ""},
		{target, "orders%2elocalhost", ""},
		{target, "orders%2Elocalhost", ""},
		{target, "%6frders.localhost", ""},
		{target, "[orders.localhost]", ""},
		{target, "orders.localhost,127.0.0.1", ""},
		{target, "orders.localhost;", ""},
		{target, "orders\u3002localhost", ""},
		{target, "ｏrders.localhost", ""},
		{target, "xn--orders-.localhost", ""},
		{target, "user@orders.localhost", ""},
		{target, "http://orders.localhost", ""},
		{"http://orders%E3%80%82localhost" + target, "orders.localhost", ""},
		{"http://orders%2elocalhost" + target, "orders.localhost", ""},
		{"http://127.0.0.1" + target, "orders.localhost", ""},
		{"http://orders.localhost" + target, "127.0.0.1", ""},
		{"http://orders.localhost" + target, "other.localhost", ""},

		{target, "localhost", "default"},
		{target, "localhost.:8003", "default"},
		{target, "127.0.0.1:8003", "default"},
		{target, "[::1]:8003", "default"},
		{target, "[::1]", "default"},
		{target, "::1", "default"},
		{target, "mock_server:8003", "default"},
		{target, "mock.example.", "default"},
		{target, "", "default"},
		{"http://localhost:1" + target, "127.0.0.1:2", "default"},
	} {
		t.Run(fmt.Sprintf("%.40s %s", strings.TrimSuffix(c.target, target), c.host), func(t *testing.T) {
			answer := raw(t, r.host, "GET "+c.target+" HTTP/1.1\r\nHost: "+c.host+"\r\nAuthorization: Bearer dispatcher-token\r\nx-tenant-id: 1\r\nConnection: close\r\n\r\n")
			got := statusOf(t, answer)
			if c.session == "" {
				if got != http.StatusNotFound && got != http.StatusBadRequest {
					t.Errorf("got %d, want it refused:\n%s", got, answer)
				}
				return
			}
			if got != http.StatusOK {
				t.Fatalf("got %d, want 200:\n%s", got, answer)
			}
			if last := lastSession(t, r); last != c.session {
				t.Errorf("the session %s has answered, want %s", last, c.session)
			}
		})
	}
}

// lastSession returns the session of the newest exchange.
func lastSession(t *testing.T, r *running) string {
	t.Helper()
	var list struct {
		Exchanges []struct{ Session string }
	}
	r.must(t, "GET", "/journal?limit=1", "", &list)
	if len(list.Exchanges) == 0 {
		t.Fatal("the journal is empty")
	}
	return list.Exchanges[0].Session
}
