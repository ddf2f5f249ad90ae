package admin_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/app"
)

// guesses is a server whose token is guessed, with a clock that stands and a
// count of the waits.
type guesses struct {
	*running
	mu    sync.Mutex
	now   time.Time
	waits int
}

func guessed(t *testing.T) *guesses {
	t.Helper()
	g := &guesses{now: sampleTime}
	g.running = launch(t, settings{admin: app.Admin{Token: "right", Wait: func(_ context.Context, d time.Duration) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if d != time.Second {
			t.Errorf("waits %v, want 1s", d)
		}
		g.waits++
	}}, now: func() time.Time {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.now
	}})
	return g
}

// ask sends a token from a loopback address, and returns the status and how
// often it waited.
func (g *guesses) ask(t *testing.T, from, token string) (status, waits int) {
	t.Helper()
	answer := rawFrom(t, from, g.host, "GET /_mock/sessions HTTP/1.1\r\nHost: localhost\r\nX-Mock-Token: "+token+"\r\nConnection: close\r\n\r\n")
	g.mu.Lock()
	defer g.mu.Unlock()
	waits, g.waits = g.waits, 0
	return statusOf(t, answer), waits
}

func (g *guesses) pass(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

func (g *guesses) hold(t *testing.T, from, token string, wantStatus, wantWaits int) {
	t.Helper()
	if status, waits := g.ask(t, from, token); status != wantStatus || waits != wantWaits {
		t.Errorf("%s from %s: got %d after %d waits, want %d after %d", token, from, status, waits, wantStatus, wantWaits)
	}
}

// TestGuesses holds that an address that guesses waits, that the right token
// is never refused, and that who waits is told apart.
func TestGuesses(t *testing.T) {
	t.Parallel()
	g := guessed(t)
	for range 10 {
		g.hold(t, "127.0.0.1", "wrong", 401, 0)
	}
	g.hold(t, "127.0.0.1", "wrong", 401, 1)
	g.hold(t, "127.0.0.1", "right", 200, 1) // giving up early tells nothing
	g.hold(t, "127.0.0.2", "right", 200, 0)
	g.hold(t, "127.0.0.2", "wrong", 401, 0)
	if got := g.do(t, "GET", "/_mock/sessions", ""); got.status != http.StatusUnauthorized || g.waits != 0 {
		t.Errorf("without a token got %d after %d waits, want 401 at once", got.status, g.waits)
	}
	g.pass(time.Second)
	g.hold(t, "127.0.0.1", "right", 200, 0)
	g.hold(t, "127.0.0.1", "wrong", 401, 0)
	g.hold(t, "127.0.0.1", "wrong", 401, 1)
}

// TestGuessesFromManyAddresses holds that many addresses together wait, but
// not one that has sent the right token before.
func TestGuessesFromManyAddresses(t *testing.T) {
	t.Parallel()
	g := guessed(t)
	g.hold(t, "127.0.1.1", "right", 200, 0)
	for i := range 100 {
		g.hold(t, "127.0.0."+strconv.Itoa(1+i/10), "wrong", 401, 0)
	}
	g.hold(t, "127.0.1.2", "wrong", 401, 1)
	g.hold(t, "127.0.1.3", "right", 200, 1)
	g.hold(t, "127.0.1.1", "right", 200, 0)
	g.hold(t, "127.0.1.3", "right", 200, 0)
	g.pass(time.Second)
	g.hold(t, "127.0.1.4", "wrong", 401, 0)
}

// TestForwarded holds that without a token nobody on another machine comes in
// through a proxy that says whom it serves.
func TestForwarded(t *testing.T) {
	t.Parallel()
	open, guarded := launch(t, settings{}), launch(t, settings{admin: app.Admin{Token: "right"}})
	for header, want := range map[string]int{
		"X-Forwarded-For: 192.0.2.1": 403, "X-Forwarded-For: 127.0.0.1, 192.0.2.1": 403, "X-Forwarded-For: unknown": 403, "X-Real-Ip: 2001:db8::1": 403,
		`Forwarded: by=a;for="[2001:db8::1]:4711"`: 403, "Forwarded: For=127.0.0.1": 200, "True-Client-IP: 192.0.2.1": 403,
		"X-Forwarded-For: 127.0.0.1": 200, "X-Forwarded-For: ::1, 127.0.0.2": 200,
	} {
		if got := open.do(t, "GET", "/_mock/sessions", "", header); got.status != want || want == 403 && !strings.Contains(got.problem.Detail, "--admin-token-file") {
			t.Errorf("%s: got %d %s, want %d", header, got.status, got.body, want)
		}
		if got := guarded.do(t, "GET", "/_mock/sessions", "", header, "X-Mock-Token: right"); got.status != 200 {
			t.Errorf("%s with the token: got %d, want 200", header, got.status)
		}
	}
}
