package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFirstInstant freezes the clock at the zero of Go's times: it is a time
// like any other.
func TestFirstInstant(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const clients = `{"tenants": [{"id": 1}], "clients": [{"token": "dispatcher-token", "client_id": "web-app", "user": "dana", "roles": ["Dispatcher"], "tenants": [1]}]}`
	if err := os.WriteFile(filepath.Join(dir, "clients.json"), []byte(clients), 0o600); err != nil {
		t.Fatal(err)
	}
	const first, date = "0001-01-01T00:00:00Z", "\r\nDate: Mon, 01 Jan 0001 00:00:00 GMT\r\n"
	base := serve(t, "--fixtures", dir, "--clock", first)
	ask := "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer dispatcher-token\r\nx-tenant-id: 1\r\n\r\n"
	if got := rawly(t, base, ask); !strings.Contains(got, date) {
		t.Errorf("got %s\nwant%s", got, date)
	}
	saved := filepath.Join(t.TempDir(), "a.bundle")
	for _, args := range [][]string{{"ctl", "--url", base, "bundle", "save", saved}, {"replay", saved, "--fixtures", dir}} {
		if o := run(t, args...); o.code != exitDone {
			t.Errorf("%q: got %d: %s", args, o.code, o.stderr)
		}
	}
	// A scenario that ended then takes over no more.
	if o := run(t, "ctl", "--url", base, "scenario", "add", "error-500", "--until", first); o.code != exitDone || !strings.Contains(o.stdout, first) {
		t.Fatalf("got %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if got := rawly(t, base, ask); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("a scenario takes over when it has ended: %s", got)
	}
}
