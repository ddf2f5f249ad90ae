package mock_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/testkit"
)

// asking returns a request that names a scenario.
func asking(name string, header ...string) string {
	return testkit.Message(http.MethodDelete, testkit.Resource, append(append(header, "X-Mock-Scenario: "+name), testkit.Dispatcher...)...)
}

// TestPauses holds that a client which stays gets its answer no sooner than
// the scenario says.
func TestPauses(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	usual := r.Raw(t, testkit.Sample)
	for _, c := range []struct {
		name  string
		least time.Duration
		begin string // what comes before the pause
	}{
		{"slow", 2 * time.Second, ""},
		{"chunked", 7 * 250 * time.Millisecond, "HTTP/1.1 200 OK\r\n"},
		{"duplicate-click", 500 * time.Millisecond, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := r.Connect(t)
			begun := time.Now()
			client.Send(t, asking(c.name, "Connection: close", "x-request-id: "+testkit.RequestID(usual)))
			first := make([]byte, max(len(c.begin), 1))
			if _, err := io.ReadFull(client, first); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); c.begin == "" && took < c.least {
				t.Errorf("the first byte came after %v, want %v at least", took, c.least)
			}
			rest, err := io.ReadAll(client)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took < c.least {
				t.Errorf("the last byte came after %v, want %v at least", took, c.least)
			}
			// The connection ends, as the client asked.
			want := headed("\r\n\r\n", "")(usual)
			if c.begin != "" {
				want = inChunks(8)(usual)
			}
			head, body, _ := strings.Cut(want, "\r\n\r\n")
			if got := string(first) + string(rest); got != head+"\r\nConnection: close\r\n\r\n"+body {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}

// TestLongPauses holds for the scenarios that last longer than a test may that
// nothing is sent while others are answered, and that the pause ends with the
// client, or with the server, which stops within a second.
func TestLongPauses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		ends string // how an answer begins that comes when the server stops
	}{{"very-slow", "HTTP/1.1 200 OK\r\n"}, {"never-answers", ""}} {
		// waiting returns a client whose request has arrived.
		waiting := func(t *testing.T, r *testkit.Server) *testkit.Conn {
			t.Helper()
			client := r.Connect(t)
			client.Send(t, asking(c.name))
			// Its number is given out when it arrives; the journal has it later.
			sent := uint64(0)
			testkit.Eventually(t, "the request arrives", func() bool {
				sent++
				a := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...)
				return r.Entry(t, "default", a.Value("X-REQUEST-ID")).Sequence > sent
			})
			if err := client.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if n, err := client.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("%s: got %d bytes, %v, want none yet", c.name, n, err)
			}
			if err := client.SetDeadline(time.Now().Add(testkit.Patience)); err != nil {
				t.Fatal(err)
			}
			return client
		}
		t.Run(c.name+", the client leaves", func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := waiting(t, r)
			if err := client.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(client)
			if err != nil || !strings.HasPrefix(string(got), c.ends) || c.ends == "" && len(got) > 0 {
				t.Errorf("got %.60q, %v, want %q", got, err, c.ends)
			}
		})
		t.Run(c.name+", the server stops", func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := waiting(t, r)
			if err := r.Shutdown(testkit.Within(t, testkit.Patience)); err != nil {
				t.Errorf("Shutdown returned %v, want nil: a pause is no work", err)
			}
			got, err := io.ReadAll(client)
			if err != nil || !strings.HasPrefix(string(got), c.ends) || c.ends == "" && len(got) > 0 {
				t.Errorf("got %.60q, %v, want %q", got, err, c.ends)
			}
		})
	}
}

// TestPausesAreBounded holds that nobody can ask for a pause without an end.
func TestPausesAreBounded(t *testing.T) {
	t.Parallel()
	if scenario.MaxDelay > 5*time.Minute {
		t.Errorf("a pause may last %v, want 5 minutes at most", scenario.MaxDelay)
	}
	r := testkit.Start(t, testkit.Settings{})
	for _, then := range []string{
		`{"delay": {"fixed": "5m0.001s"}}`, `{"delay": {"min": "1s", "max": "1h"}}`, `{"delay": {"p50": "1s", "p99": "6m"}}`, `{"delay": {"fixed": "-1s"}}`,
		`{"connection": {"fault": "never_answers", "limit": "6m"}}`, `{"connection": {"fault": "chunked", "chunks": 3, "pause": "3m"}}`,
	} {
		body := fmt.Sprintf(`{"definition": {"name": "long", "description": "Too long.", "then": %s}}`, then)
		got := r.Raw(t, testkit.Message(http.MethodPost, "/_mock/sessions/default/scenarios", "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))+body)
		if !strings.HasPrefix(got, "HTTP/1.1 422 ") || !strings.Contains(got, "5m0s") && !strings.Contains(got, "must") {
			t.Errorf("%s: got %.300s, want 422 with the bound", then, got)
		}
	}
}
