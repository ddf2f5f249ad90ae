package proxy_test

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// early answers each request as soon as its head has come, and reads the body
// afterwards.
func early(p *peer) {
	_ = p.SetDeadline(time.Time{}) // its client has one
	for {
		if _, err := p.head(); err != nil {
			return
		}
		if _, err := io.WriteString(p.Conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, p.Reader, 10); err != nil {
			return
		}
	}
}

const halfSent = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234"

// TestEarlyAnswers holds that an answer which comes before the end of its
// request's body ends neither the connection nor the proxy, whenever the rest
// of the body comes.
func TestEarlyAnswers(t *testing.T) {
	t.Parallel()
	p := launchBefore(t, target(t, early), quiet, discard)
	var all sync.WaitGroup
	for range 8 {
		conn := p.connect(t)
		all.Go(func() {
			for i := range 100 {
				_ = conn.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
				_, _ = io.WriteString(conn.Conn, halfSent)
				if i%2 == 0 { // the rest comes behind the answer, or beside it
					_, _ = io.WriteString(conn.Conn, "56789")
				}
				if _, err := conn.head(); err != nil {
					t.Errorf("request %d: %v", i, err)
					return
				}
				if i%2 != 0 {
					_, _ = io.WriteString(conn.Conn, "56789")
				}
				if body, err := conn.Peek(2); err != nil || string(body) != "{}" {
					t.Errorf("request %d: got %q, %v", i, body, err)
					return
				}
				_, _ = conn.Discard(2)
			}
		})
	}
	all.Wait()
}

// TestEarlyAnswerToHalfARequest holds that a client which never sends the rest
// of its body has its answer, and that its connection ends behind it.
func TestEarlyAnswerToHalfARequest(t *testing.T) {
	t.Parallel()
	conn := launchBefore(t, target(t, early), quiet, discard).connect(t)
	_ = conn.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
	_, _ = io.WriteString(conn.Conn, halfSent)
	got, err := io.ReadAll(conn.Reader)
	if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(string(got), "\r\n\r\n{}") {
		t.Errorf("got %q, %v, want the answer and the end", got, err)
	}
}

// TestOwnAnswersKeepTheConnection holds that the proxy's own answers to requests
// with a body leave the connection to the next request.
func TestOwnAnswersKeepTheConnection(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/a": "HTTP/1.1 502 ", "/../a": "HTTP/1.1 400 "} {
		conn := launchBefore(t, "http://127.0.0.1:1/base/", quiet, discard).connect(t)
		for i := range 20 {
			_ = conn.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
			_, _ = io.WriteString(conn.Conn, "POST "+path+" HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789")
			head, err := conn.head()
			if err != nil || !strings.HasPrefix(head, want) {
				t.Errorf("%s, request %d: got %q, %v", path, i, head, err)
				break
			}
			_, length, _ := strings.Cut(head, "Content-Length: ")
			length, _, _ = strings.Cut(length, "\r\n")
			n, err := strconv.ParseInt(length, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.CopyN(io.Discard, conn.Reader, n); err != nil {
				t.Errorf("%s, request %d: %v", path, i, err)
				break
			}
		}
	}
}
