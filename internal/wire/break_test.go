package wire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"dispatchmock/internal/certs"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"
)

var patience = testkit.Patience

const (
	body = `{"field": "x"}`
	head = "HTTP/1.1 200 Good\r\nX-First: 1\r\nContent-Length: 14\r\nX-Last: 2\r\n\r\n"
	ask  = "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n"
)

var chunkedHead = strings.Replace(head, "Content-Length: 14", "Transfer-Encoding: chunked", 1)

// breaking is a server whose replies suffer a break, where their path is
// "/" and not "/whole".
type breaking struct {
	address string
	http    *http.Server
	entered chan struct{}
	sent    chan error  // what Send returned, for each reply
	trust   *tls.Config // of clients, where the server speaks HTTPS
}

func launch(t *testing.T, b *wire.Break, wrap func(net.Listener) net.Listener) *breaking {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if wrap == nil {
		wrap = func(l net.Listener) net.Listener { return wire.Limit(l, wire.Limits{Places: 10}) }
	}
	return serve(t, b, wrap(l), patience)
}

// serve starts the server at a listener, with a limit of net/http's on the time
// of a request.
func serve(t *testing.T, b *wire.Break, l net.Listener, timeout time.Duration) *breaking {
	t.Helper()
	s := &breaking{address: l.Addr().String(), entered: make(chan struct{}, 100), sent: make(chan error, 100)}
	s.http = &http.Server{ReadTimeout: timeout, WriteTimeout: timeout, IdleTimeout: patience,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reply := &wire.Reply{Status: 200, Reason: "Good", Body: wire.Raw([]byte(body)),
				Fields: []wire.Field{{Name: "X-First", Value: "1"}, {Name: wire.ContentLength, Value: "14"}, {Name: "X-Last", Value: "2"}}}
			if r.URL.Path == "/bodiless" {
				reply.Body, reply.Fields = wire.Empty(), []wire.Field{{Name: wire.ContentLength, Value: "0"}}
			}
			if r.URL.Path != "/whole" {
				reply.Break = b
			}
			s.entered <- struct{}{}
			if d, err := time.ParseDuration(r.Header.Get("Delay")); err == nil {
				wire.Pause(r, d)
			}
			s.sent <- wire.Send(w, r, reply)
		})}
	attached := wire.Attach(s.http, l, nil)
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(attached) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.http.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

// connect opens a connection and sends the text.
func (s *breaking) connect(t *testing.T, text string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// open connects by whichever protocol the server speaks.
func (s *breaking) open(t *testing.T, text string) net.Conn {
	t.Helper()
	if s.trust == nil {
		return s.connect(t, text)
	}
	c := tls.Client(s.connect(t, ""), s.trust)
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// launchSecure starts the server with HTTPS.
func launchSecure(t *testing.T, b *wire.Break) *breaking {
	t.Helper()
	a, err := certs.Open(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM())
	s := launch(t, b, func(l net.Listener) net.Listener {
		return tls.NewListener(wire.Limit(l, wire.Limits{Places: 10}), a.Server())
	})
	s.trust = &tls.Config{RootCAs: pool, ServerName: "localhost"}
	return s
}

// whole holds that the server goes on: another client gets a whole answer.
func (s *breaking) whole(t *testing.T) {
	t.Helper()
	c := s.open(t, "GET /whole HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	got, err := io.ReadAll(c)
	if want := strings.Replace(head, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1) + body; err != nil || string(got) != want {
		t.Errorf("another client got %q, %v, want %q", got, err, want)
	}
}

// TestBreaks holds, byte by byte, what comes over the wire and how the
// connection ends.
func TestBreaks(t *testing.T) {
	t.Parallel()
	garbage := []byte{0xff, 0, '\r', '\n', 7}
	first := strings.Replace(ask, "/", "/whole", 1)
	for _, c := range []struct {
		name  string
		b     wire.Break
		send  string
		want  string
		reset bool
	}{
		{"reset before a byte", wire.Break{Kind: wire.BreakReset}, ask, "", true},
		{"reset on a used connection", wire.Break{Kind: wire.BreakReset}, first + ask, head + body, true},
		{"reset behind the head", wire.Break{Kind: wire.BreakInBody}, ask, head, true},
		{"truncated at once", wire.Break{Kind: wire.BreakTruncated}, ask, head, false},
		{"truncated behind 5 bytes", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, ask, head + body[:5], false},
		{"truncated behind more than there is", wire.Break{Kind: wire.BreakTruncated, Bytes: 1000}, ask, head + body[:13], false},
		{"truncated on a used connection", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, first + ask, head + body + head + body[:5], false},
		{"truncated with more behind than was read", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, ask + strings.Repeat(first, 1000), head + body[:5], false},
		{"truncated HEAD", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, strings.Replace(ask, "DELETE", "HEAD", 1), head, false},
		{"truncated without a body", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, strings.Replace(ask, "/", "/bodiless", 1),
			"HTTP/1.1 200 Good\r\nContent-Length: 0\r\n\r\n", false},
		{"truncated HTTP/1.0", wire.Break{Kind: wire.BreakTruncated, Bytes: 5}, strings.Replace(ask, "1.1", "1.0", 1), strings.Replace(head, "1.1", "1.0", 1) + body[:5], false},
		{"garbage", wire.Break{Kind: wire.BreakGarbage, Garbage: garbage}, ask, string(garbage), false},
		{"empty", wire.Break{Kind: wire.BreakEmpty}, ask, "", false},
		{"empty on a used connection", wire.Break{Kind: wire.BreakEmpty}, first + ask, head + body, false},
		{"never answers, up to the limit", wire.Break{Kind: wire.BreakSilent, Limit: 10 * time.Millisecond}, ask, "", false},
	} {
		check := func(t *testing.T, s *breaking) {
			conn := s.open(t, c.send)
			got, err := io.ReadAll(conn)
			if string(got) != c.want {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
			if s.trust != nil && errors.Is(err, io.ErrUnexpectedEOF) {
				err = nil // closed without the farewell of TLS
			}
			if reset := errors.Is(err, syscall.ECONNRESET); reset != c.reset || !reset && err != nil {
				t.Errorf("the connection ended with %v, want a reset: %v", err, c.reset)
			}
			s.whole(t)
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, launch(t, &c.b, nil))
		})
		t.Run(c.name+", HTTPS", func(t *testing.T) {
			t.Parallel()
			check(t, launchSecure(t, &c.b))
		})
	}
}

// TestNoHandshake holds that a client which speaks HTTP to HTTPS, or does not
// trust the certificate, has made no request, and that the former is told why.
func TestNoHandshake(t *testing.T) {
	t.Parallel()
	s := launchSecure(t, nil)
	if got, _ := io.ReadAll(s.connect(t, ask)); !bytes.HasPrefix(got, []byte("HTTP/1.0 400 Bad Request\r\n")) || !bytes.Contains(got, []byte("https://")) {
		t.Errorf("HTTP is answered by %q, want a 400 that says what to do", got)
	}
	stranger := tls.Client(s.connect(t, ""), &tls.Config{ServerName: "localhost"})
	if err := stranger.Handshake(); err == nil {
		t.Error("a client that does not know the authority trusts the server")
	}
	s.whole(t)
	if n := len(s.entered); n != 1 {
		t.Errorf("the handler was entered %d times, want once", n)
	}
}

// TestChunked holds the chunks, the pauses, and that the connection goes on.
func TestChunked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, send, want string
		chunks           int
	}{
		{"three", ask, chunkedHead + "4\r\n" + body[:4] + "\r\n5\r\n" + body[4:9] + "\r\n5\r\n" + body[9:] + "\r\n0\r\n\r\n", 3},
		{"none named", ask, chunkedHead + "e\r\n" + body + "\r\n0\r\n\r\n", 0},
		{"more than bytes", ask, chunkedHead + chunksOf(body) + "0\r\n\r\n", 100},
		{"HEAD", strings.Replace(ask, "DELETE", "HEAD", 1), head, 3},
		{"without a body", strings.Replace(ask, "/", "/bodiless", 1), "HTTP/1.1 200 Good\r\nContent-Length: 0\r\n\r\n", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := launch(t, &wire.Break{Kind: wire.BreakChunked, Chunks: c.chunks, Pause: 5 * time.Millisecond}, nil)
			conn := s.connect(t, c.send)
			// The same connection carries a next exchange.
			for range 2 {
				got := make([]byte, len(c.want))
				if _, err := io.ReadFull(conn, got); err != nil || string(got) != c.want {
					t.Fatalf("got %q, %v\nwant %q", got, err, c.want)
				}
				if _, err := io.WriteString(conn, c.send); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	t.Run("HTTP/1.0", func(t *testing.T) {
		t.Parallel()
		s := launch(t, &wire.Break{Kind: wire.BreakChunked, Chunks: 3}, nil)
		got, err := io.ReadAll(s.connect(t, strings.Replace(ask, "1.1", "1.0", 1)))
		if want := strings.Replace(head, "1.1", "1.0", 1) + body; err != nil || string(got) != want {
			t.Errorf("got %q, %v\nwant %q: HTTP/1.0 has no chunks", got, err, want)
		}
	})
}

func chunksOf(text string) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteString("1\r\n" + string(c) + "\r\n")
	}
	return b.String()
}

// TestHiddenSocket holds that a reset which cannot be made is told, and ends
// the connection all the same.
func TestHiddenSocket(t *testing.T) {
	t.Parallel()
	s := launch(t, &wire.Break{Kind: wire.BreakReset}, func(l net.Listener) net.Listener { return hiding{l} })
	conn := s.connect(t, ask)
	if got, err := io.ReadAll(conn); len(got) > 0 || err != nil {
		t.Errorf("got %q, %v, want the connection closed", got, err)
	}
	if err := <-s.sent; err == nil || !strings.Contains(err.Error(), "cannot be reset") {
		t.Errorf("Send returned %v, want it to say that the connection cannot be reset", err)
	}
}

type hiding struct{ net.Listener }

func (h hiding) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	return struct{ net.Conn }{c}, err
}

// TestUnknownBreak holds that a kind that nobody knows is no silent success.
func TestUnknownBreak(t *testing.T) {
	t.Parallel()
	s := launch(t, &wire.Break{Kind: "strange"}, nil)
	if got, _ := io.ReadAll(s.connect(t, ask)); !bytes.Equal(got, nil) {
		t.Errorf("got %q, want the connection closed", got)
	}
	if err := <-s.sent; err == nil || !strings.Contains(err.Error(), "strange") {
		t.Errorf("Send returned %v, want it to name the kind", err)
	}
}
