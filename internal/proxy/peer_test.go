package proxy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// peer is one end of a raw connection.
type peer struct {
	net.Conn
	*bufio.Reader
}

func (p *peer) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func newPeer(c net.Conn) *peer {
	_ = c.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
	return &peer{c, bufio.NewReader(c)}
}

func (r *running) connect(t testing.TB) *peer {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return newPeer(c)
}

func (p *peer) send(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(p.Conn, text); err != nil {
		t.Fatal(err)
	}
}

// expect reads exactly these bytes.
func (p *peer) expect(t testing.TB, want string) {
	t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(p.Reader, got)
	if string(got[:n]) != want {
		t.Fatalf("got\n%.2000q\nwant\n%.2000q (%v)", got[:n], want, err)
	}
}

// expectEnd expects the end of the connection, and nothing before it.
func (p *peer) expectEnd(t testing.TB) {
	t.Helper()
	if rest, err := io.ReadAll(p.Reader); len(rest) > 0 || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %q, %v, want the end of the connection", rest, err)
	}
}

// head reads a head with its empty line.
func (p *peer) head() (string, error) {
	var b strings.Builder
	for {
		line, err := p.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String(), err
		}
	}
}

// target is a server of raw connections; each is given to serve.
func target(t testing.TB, serve func(*peer)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			open.Go(func() {
				defer c.Close()
				serve(newPeer(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return "http://" + l.Addr().String()
}

// script is a target that reads requests, one after the other on each
// connection, and answers each with the bytes given; what it has read it tells.
func script(t testing.TB, answers ...string) (url string, got chan string) {
	t.Helper()
	got = make(chan string, 100)
	next := make(chan string, len(answers))
	for _, a := range answers {
		next <- a
	}
	return target(t, func(p *peer) {
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			body, err := bodyOf(p, head)
			got <- head + body
			if err != nil {
				return
			}
			select {
			case a := <-next:
				text, ends := strings.CutSuffix(a, closes)
				if _, err := io.WriteString(p.Conn, text); err != nil || ends {
					return
				}
			default:
				return
			}
		}
	}), got
}

// closes stands behind an answer after which the target closes.
const closes = "\x00close"

// bodyOf reads a body as it is on the wire.
func bodyOf(p *peer, head string) (string, error) {
	lower := strings.ToLower(head)
	if _, rest, ok := strings.Cut(lower, "\r\ncontent-length:"); ok {
		var n int
		if _, err := fmt.Sscan(rest, &n); err != nil {
			return "", err
		}
		b := make([]byte, n)
		_, err := io.ReadFull(p.Reader, b)
		return string(b), err
	}
	if !strings.Contains(lower, "\r\ntransfer-encoding:") {
		return "", nil
	}
	var b strings.Builder
	for {
		size, err := p.ReadString('\n')
		b.WriteString(size)
		if err != nil {
			return b.String(), err
		}
		if strings.TrimSpace(size) == "0" {
			rest, err := p.head() // the trailers
			return b.String() + rest, err
		}
		var n int
		if _, err := fmt.Sscanf(size, "%x", &n); err != nil {
			return b.String(), err
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(p.Reader, chunk); err != nil {
			return b.String(), err
		}
		b.Write(chunk)
	}
}

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	panic("not reached")
}
