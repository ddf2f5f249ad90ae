package wire_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"dispatchmock/internal/wire"
)

// TestPausesAreKept holds that a pause lasts as long as it says, even beyond
// the deadlines of net/http, which would cut the answer off.
func TestPausesAreKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, send string
		b          *wire.Break
		want       time.Duration
	}{
		{"between chunks", ask, &wire.Break{Kind: wire.BreakChunked, Chunks: 3, Pause: 250 * time.Millisecond}, 500 * time.Millisecond},
		{"before the answer", strings.Replace(ask, "Host", "Delay: 500ms\r\nHost", 1), nil, 500 * time.Millisecond},
		{"never answers", ask, &wire.Break{Kind: wire.BreakSilent, Limit: 500 * time.Millisecond}, 500 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := launch(t, c.b, nil)
			start := time.Now()
			conn := s.connect(t, c.send)
			for range 2 {
				if err := <-s.sent; err != nil {
					t.Errorf("Send returned %v", err)
				}
				if took := time.Since(start); took < c.want {
					t.Errorf("the answer took %v, want at least %v", took, c.want)
				}
				if c.b != nil && c.b.Kind == wire.BreakSilent {
					return
				}
				start = time.Now()
				if _, err := io.WriteString(conn, c.send); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestPausesEndEarly holds that neither a client that has left nor a server
// that stops waits for a pause of minutes.
func TestPausesEndEarly(t *testing.T) {
	t.Parallel()
	long := strings.Replace(ask, "Host", "Delay: 5m\r\nHost", 1)
	for _, c := range []struct {
		name, send string
		b          *wire.Break
		want       string // of a client that stays while the server stops
	}{
		{"between chunks", ask, &wire.Break{Kind: wire.BreakChunked, Chunks: 2, Pause: 5 * time.Minute},
			"HTTP/1.1 200 Good\r\nX-First: 1\r\nTransfer-Encoding: chunked\r\nX-Last: 2\r\n\r\n7\r\n" + body[:7] + "\r\n7\r\n" + body[7:] + "\r\n0\r\n\r\n"},
		{"before the answer", long, nil, strings.Replace(head, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1) + body},
		{"never answers", ask, &wire.Break{Kind: wire.BreakSilent}, ""},
		{"never answers, with a request behind", ask + ask, &wire.Break{Kind: wire.BreakSilent}, ""},
	} {
		t.Run(c.name+", the client leaves", func(t *testing.T) {
			t.Parallel()
			s := launch(t, c.b, nil)
			conn := s.connect(t, c.send)
			<-s.entered
			conn.Close()
			select {
			case <-s.sent: //nolint:errcheck // that there is one is all that counts
			case <-time.After(patience):
				t.Error("the server still waits for a client that has left")
			}
		})
		t.Run(c.name+", the server stops", func(t *testing.T) {
			t.Parallel()
			s := launch(t, c.b, nil)
			conn := s.connect(t, c.send)
			<-s.entered
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := s.http.Shutdown(ctx); err != nil {
				t.Errorf("Shutdown: %v", err)
			}
			if got, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) || string(got) != c.want {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}
