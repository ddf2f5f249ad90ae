package admin_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// stubborn is a connection whose deadlines a test can see; stuck, it takes
// nothing until its deadline.
type stubborn struct {
	header http.Header
	mu     sync.Mutex
	text   strings.Builder
	read   []time.Time
	write  time.Time
	stuck  chan struct{} // closed where it takes what is written
}

func (s *stubborn) Header() http.Header { return s.header }
func (s *stubborn) WriteHeader(int)     {}
func (s *stubborn) FlushError() error   { return nil }

func (s *stubborn) SetReadDeadline(t time.Time) error {
	s.read = append(s.read, t)
	return nil
}

func (s *stubborn) SetWriteDeadline(t time.Time) error {
	s.write = t
	return nil
}

func (s *stubborn) Write(p []byte) (int, error) {
	if !s.write.After(time.Now()) {
		return 0, fmt.Errorf("%w: %v", os.ErrDeadlineExceeded, s.write)
	}
	select {
	case <-s.stuck:
	case <-time.After(time.Until(s.write)):
		return 0, os.ErrDeadlineExceeded
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *stubborn) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// open is a channel that lets everything pass.
func open() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// streaming serves one stream of an admin API's to a connection in a bubble of its
// own time; it returns the journal and a channel that tells the end.
func streaming(t *testing.T, ctx context.Context, w http.ResponseWriter, d *admin.Admin, target string) <-chan struct{} {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", target, nil))
	}()
	return ended
}

func adminOf(t *testing.T, j *journal.Journal) *admin.Admin {
	t.Helper()
	d, err := admin.New(admin.Options{Contract: testkit.Contract(t), Schemas: schemas.FS, Journal: j, Log: slog.New(slog.DiscardHandler),
		Sessions: session.NewSessions(session.Options{Fixtures: testkit.Fixtures(t, testkit.Data{}, sampleTime), Now: time.Now, NewID: uuid.New})})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func add(j *journal.Journal, n int, text string) {
	for range n {
		j.Add(nil, &exchange.Exchange{Session: "default", Method: "GET", Path: "/" + text, Status: 200})
	}
}

const streamTarget = "http://localhost/_mock/journal/stream"

// TestStreamHasNoDeadline holds that a stream lives on when nothing happens for
// long, with a sign of life now and then: the server's limits on the time of a
// request do not end it.
func TestStreamHasNoDeadline(t *testing.T) {
	t.Parallel()
	testkit.Fixtures(t, testkit.Data{}, sampleTime) // outside of the bubble
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Limits{Count: 100, Bytes: 1 << 20})
		ctx, cancel := context.WithCancel(t.Context())
		w := &stubborn{header: http.Header{}, stuck: open()}
		ended := streaming(t, ctx, w, adminOf(t, j), streamTarget)
		time.Sleep(time.Hour) // of the bubble
		if got := strings.Count(w.String(), ":\n\n"); got < 60 {
			t.Errorf("in an hour of silence came %d signs of life, want one a minute at least", got)
		}
		add(j, 1, "late")
		synctest.Wait()
		if !strings.Contains(w.String(), `"path":"/late"`) {
			t.Errorf("after an hour nothing is told any more:\n%s", w)
		}
		if len(w.read) != 1 || !w.read[0].IsZero() {
			t.Errorf("the deadline of reading was set to %v, want it taken away", w.read)
		}
		cancel()
		<-ended
	})
}

// TestStuckReaderIsLeft holds that a reader that takes nothing is left within
// seconds, and one that is too slow is told that it was dropped.
func TestStuckReaderIsLeft(t *testing.T) {
	t.Parallel()
	testkit.Fixtures(t, testkit.Data{}, sampleTime) // outside of the bubble
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Limits{Count: 10_000, Bytes: 64 << 20})
		d := adminOf(t, j)
		start := time.Now()
		<-streaming(t, t.Context(), &stubborn{header: http.Header{}, stuck: make(chan struct{})}, d, streamTarget)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("a reader that takes nothing was served for %v", took)
		}
		// Now one that is stuck for two seconds while thousands of exchanges
		// happen.
		w := &stubborn{header: http.Header{}, stuck: make(chan struct{})}
		ended := streaming(t, t.Context(), w, d, streamTarget)
		synctest.Wait()
		add(j, 5000, "fast")
		time.Sleep(2 * time.Second)
		close(w.stuck)
		<-ended
		if text := w.String(); !strings.HasSuffix(text, "event: dropped\ndata: {}\n\n") {
			t.Errorf("the slow reader was not told that it was dropped: …%s", text[max(len(text)-200, 0):])
		}
		if n := strings.Count(w.String(), "event: exchange\n"); n > 2000 {
			t.Errorf("the slow reader was served %d exchanges, want no endless queue", n)
		}
	})
}

// TestStreamTellsWhatIsMissing holds that a reader that comes back too late is
// told so, and one that comes back to another server's journal goes on.
func TestStreamTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	testkit.Fixtures(t, testkit.Data{}, sampleTime) // outside of the bubble
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			after, want string
		}{
			{"5", "event: missed\ndata: {}\n\nid: 11\n"},
			{"10", "id: 11\n"},
			{"15", "id: 16\n"},
			{"4711", ""},
		} {
			j := journal.New(journal.Limits{Count: 10, Bytes: 1 << 20})
			add(j, 20, "x")
			ctx, cancel := context.WithCancel(t.Context())
			w := &stubborn{header: http.Header{}, stuck: open()}
			ended := streaming(t, ctx, w, adminOf(t, j), streamTarget+"?after="+c.after)
			synctest.Wait()
			if got := w.String(); !strings.HasPrefix(got, "retry: 1000\n\n"+c.want) {
				t.Errorf("after %s: got %.100q, want %q", c.after, got, c.want)
			}
			add(j, 1, "next")
			synctest.Wait()
			if got := w.String(); !strings.Contains(got, "id: 21\n") {
				t.Errorf("after %s: the next exchange is not told: %q", c.after, got)
			}
			cancel()
			<-ended
			if err := ctx.Err(); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	})
}
