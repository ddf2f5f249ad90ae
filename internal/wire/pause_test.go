package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dispatchmock/internal/wire"
)

// pipes is a listener whose connections are in memory, where synctest knows
// what waits.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	close(p.closed)
	return nil
}

// TestPausesAreKept holds that a pause lasts as long as it says, even beyond
// the deadlines of net/http, which would cut the answer off.
func TestPausesAreKept(t *testing.T) {
	t.Parallel()
	const pause, timeout = 2 * time.Minute, time.Minute
	for _, c := range []struct {
		name, send string
		b          *wire.Break
		want       string
	}{
		{"between chunks", ask, &wire.Break{Kind: wire.BreakChunked, Chunks: 2, Pause: pause}, chunkedHead + "7\r\n" + body[:7] + "\r\n7\r\n" + body[7:] + "\r\n0\r\n\r\n"},
		{"before the answer", strings.Replace(ask, "Host", "Delay: 2m\r\nHost", 1), nil, head + body},
		{"never answers", ask, &wire.Break{Kind: wire.BreakSilent, Limit: pause}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := pipes{make(chan net.Conn), make(chan struct{})}
				s := serve(t, c.b, l, timeout)
				client, server := net.Pipe()
				defer client.Close()
				l.accept <- server
				// The connection goes on behind a pause.
				for range 2 {
					start := time.Now()
					if _, err := io.WriteString(client, c.send); err != nil {
						t.Fatal(err)
					}
					got := make([]byte, max(len(c.want), 1))
					n, err := io.ReadFull(client, got)
					if string(got[:n]) != c.want || (err != nil) != (c.want == "") {
						t.Errorf("got %q, %v, want %q", got[:n], err, c.want)
					}
					if took := time.Since(start); took != pause {
						t.Errorf("the answer took %v, want %v", took, pause)
					}
					if err := <-s.sent; err != nil {
						t.Errorf("Send returned %v", err)
					}
					if c.want == "" {
						return
					}
				}
			})
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
			chunkedHead + "7\r\n" + body[:7] + "\r\n7\r\n" + body[7:] + "\r\n0\r\n\r\n"},
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
