package proxy_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
)

// TestKeepAliveAndPipelining sends requests in one go, on one connection, and
// holds that they come to the target and back in order, and on how few
// connections.
func TestKeepAliveAndPipelining(t *testing.T) {
	t.Parallel()
	connections := make(chan struct{}, 100)
	url := target(t, func(p *peer) {
		connections <- struct{}{}
		for {
			head, err := p.head()
			if err != nil {
				return
			}
			path := strings.Fields(head)[1]
			if _, err := io.WriteString(p.Conn, lines("HTTP/1.1 200 OK", "content-Length: "+strconv.Itoa(len(path)), "", path)); err != nil {
				return
			}
		}
	})
	p := before(t, url)
	client := p.connect(t)
	var all, want strings.Builder
	for i := range 50 {
		path := "/" + strings.Repeat("x", i)
		all.WriteString("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n")
		want.WriteString(lines("HTTP/1.1 200 OK", "content-Length: "+strconv.Itoa(len(path)), "", path))
	}
	client.send(t, all.String())
	client.expect(t, want.String())
	for i := range 50 {
		if x := p.next(t); x.Sequence != uint64(i+1) || x.Request.Head != "GET /"+strings.Repeat("x", i)+" HTTP/1.1\r\nhost: a" {
			t.Fatalf("the record of request %d has the number %d and the head %q", i, x.Sequence, x.Request.Head)
		}
	}
	if n := len(connections); n != 1 {
		t.Errorf("the target was connected to %d times, want once", n)
	}
}

// TestExpectContinue holds that the body waits for the target's word, which is
// passed on as it came.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	url := target(t, func(p *peer) {
		head, _ := p.head()
		got <- head
		_, _ = io.WriteString(p.Conn, "HTTP/1.1 100 Go On\r\nx-a: b\r\n\r\n")
		body := make([]byte, 2)
		_, _ = io.ReadFull(p, body)
		got <- string(body)
		_, _ = io.WriteString(p.Conn, ok)
	})
	client := before(t, url).connect(t)
	client.send(t, lines("DELETE / HTTP/1.1", "Host: a", "EXPECT: 100-continue", "Content-Length: 2", "", ""))
	if head := receive(t, got); !strings.Contains(head, "EXPECT: 100-continue\r\n") {
		t.Errorf("the target got %q", head)
	}
	client.expect(t, "HTTP/1.1 100 Go On\r\nx-a: b\r\n\r\n")
	client.send(t, "{}")
	if body := receive(t, got); body != "{}" {
		t.Errorf("the target got the body %q", body)
	}
	client.expect(t, ok)
}

// TestExpectRefused holds that a target that closes may answer without the
// body.
func TestExpectRefused(t *testing.T) {
	t.Parallel()
	const no = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	url := target(t, func(p *peer) {
		_, _ = p.head()
		_, _ = io.WriteString(p.Conn, no)
	})
	client := before(t, url).connect(t)
	client.send(t, lines("PUT / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 1000000", "", ""))
	client.expect(t, no)
	client.expectEnd(t)
}

// TestEarlyAnswer holds that an answer may begin before the body of the request
// has come, and that both come to their end.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	url := target(t, func(p *peer) {
		_, _ = p.head()
		_, _ = io.WriteString(p.Conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
		body := make([]byte, 3)
		_, _ = io.ReadFull(p, body)
		_, _ = p.Conn.Write(body)
	})
	p := before(t, url)
	client := p.connect(t)
	client.send(t, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
	client.expect(t, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
	client.send(t, "def")
	client.expect(t, "def")
	if x := p.next(t); string(x.Request.Body) != "def" || string(x.Response.Body) != "abcdef" {
		t.Errorf("the record has the bodies %q and %q", x.Request.Body, x.Response.Body)
	}
}

// TestStreaming holds that each piece passes before the next is made, in both
// directions: the other end makes it only when it has the one before.
func TestStreaming(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, head, first, second, wantHead string }{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "abc", "def", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", "3\r\ndef\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"events", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nContent-Length: 6\r\n\r\n", "abc", "def", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nContent-Length: 6\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			step := make(chan struct{})
			url := target(t, func(p *peer) {
				_, _ = p.head()
				for _, piece := range []string{c.head, c.first, c.second} {
					_, _ = io.WriteString(p.Conn, piece)
					<-step
				}
			})
			defer close(step)
			client := before(t, url).connect(t)
			client.send(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			for _, piece := range []string{c.wantHead, c.first, c.second} {
				client.expect(t, piece)
				step <- struct{}{}
			}
		})
	}
	t.Run("request", func(t *testing.T) {
		t.Parallel()
		got := make(chan string)
		url := target(t, func(p *peer) {
			head, _ := p.head()
			got <- head
			for range 2 {
				piece := make([]byte, 8)
				_, _ = io.ReadFull(p, piece)
				got <- string(piece)
			}
			_, _ = p.head()
			_, _ = io.WriteString(p.Conn, ok)
		})
		client := before(t, url).connect(t)
		client.send(t, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
		receive(t, got)
		for _, piece := range []string{"3\r\nabc\r\n", "3\r\ndef\r\n"} {
			client.send(t, piece)
			if g := receive(t, got); g != piece {
				t.Fatalf("the target got %q, want %q", g, piece)
			}
		}
		client.send(t, "0\r\n\r\n")
		client.expect(t, ok)
	})
}
