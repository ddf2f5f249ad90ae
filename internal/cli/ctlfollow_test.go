package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// streaming is a server that plays one script of server-sent events for each
// connection; the last one stays open.
type streaming struct {
	mu      sync.Mutex
	scripts []string
	asked   []string // Last-Event-ID of each connection
}

func (s *streaming) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.asked)
	s.asked = append(s.asked, r.Header.Get("Last-Event-Id"))
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	// Half of a line, then the rest: a reader must put them together.
	text := s.scripts[min(n, len(s.scripts)-1)]
	for _, part := range []string{text[:len(text)/2], text[len(text)/2:]} {
		_, _ = io.WriteString(w, part)
		_ = http.NewResponseController(w).Flush()
	}
	if n >= len(s.scripts)-1 {
		<-r.Context().Done()
	}
}

func eventOf(id int, path string) string {
	return fmt.Sprintf("id: %d\nevent: exchange\ndata: {\"id\":%d,\"start\":\"2022-08-20T01:38:16.5Z\",\"method\":\"GET\",\"path\":\"%s\",\"status\":404,\"verdict\":\"invalid\",\"message\":\"path: no\"}\n\n", id, id, path)
}

// TestFollowConnectsAgain holds that a follower whose stream ends asks for
// what came behind the last event that it saw, whole.
func TestFollowConnectsAgain(t *testing.T) {
	t.Parallel()
	half := strings.TrimSuffix(eventOf(8, "/half"), "\n")
	s := &streaming{scripts: []string{
		"retry: 1\n\n" + eventOf(5, "/a") + ":\n\n" + eventOf(7, "/b") + half,
		"retry: 1\n\nevent: missed\ndata: {}\n\nevent: dropped\ndata: {}\n\n",
		eventOf(8, "/half") + eventOf(9, `/\u001b[2J`),
	}}
	h := httptest.NewServer(s)
	stdout, stderr, stop := beside(t, "ctl", "--url", h.URL, "journal", "follow")
	defer h.Close()
	defer stop()
	stdout.await(t, `(?m)^9 .*\n`)
	want := "5      01:38:16.500 GET     404 invalid   /a  path: no\n" +
		"7      01:38:16.500 GET     404 invalid   /b  path: no\n" +
		"8      01:38:16.500 GET     404 invalid   /half  path: no\n" +
		"9      01:38:16.500 GET     404 invalid   /\\u001b[2J  path: no\n"
	if got := stdout.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.mu.Lock()
	asked := fmt.Sprintf("%q", s.asked)
	s.mu.Unlock()
	if want := `["" "7" "7"]`; asked != want {
		t.Errorf("the connections asked for what is behind %s, want %s", asked, want)
	}
	for _, want := range []string{"the journal let go of exchanges", "came faster than they were read", "connecting again"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("standard error lacks %q:\n%s", want, stderr)
		}
	}
	if code := stop(); code != exitDone {
		t.Errorf("stopped, it has the exit code %d, want 0", code)
	}
}

// failing is an output that nobody reads any more.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestFollowEndsWithItsReader holds that a follower whose output is closed
// does not go on.
func TestFollowEndsWithItsReader(t *testing.T) {
	t.Parallel()
	h := httptest.NewServer(&streaming{scripts: []string{eventOf(1, "/"), eventOf(1, "/")}})
	defer h.Close()
	stderr := newPrinted()
	if code := Run(t.Context(), []string{"ctl", "--url", h.URL, "journal", "follow"}, nil, nil, failing{}, stderr); code != exitWrong {
		t.Errorf("got the exit code %d, want 1; it says %s", code, stderr)
	}
}

// TestFollowIsBounded holds that an event without an end ends the command, and
// does not fill the memory.
func TestFollowIsBounded(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"one line": "data: a", "many lines": "data: a\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, more := part, strings.Repeat("a", 64<<10)
			if strings.HasSuffix(part, "\n") {
				more = strings.Repeat(part, 10_000)
			}
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, err := io.WriteString(w, first)
				for err == nil { // until the client leaves
					_, err = io.WriteString(w, more)
				}
			}))
			t.Cleanup(h.Close)
			if o := run(t, "ctl", "--url", h.URL, "journal", "follow"); o.code != exitWrong || !strings.Contains(o.stderr, "an event of it is longer than 4194304 bytes") {
				t.Errorf("got %d and %q", o.code, o.stderr)
			}
		})
	}
}
