package proxy_test

import (
	"io"
	"strings"
	"sync"
	"testing"
)

// TestSurplus holds that what a target sends beyond an answer is the answer to
// no other request.
func TestSurplus(t *testing.T) {
	t.Parallel()
	const good = "HTTP/1.1 200 Good\r\nContent-Length: 5\r\n\r\ngood!"
	const evil = "HTTP/1.1 200 Evil\r\nSet-Cookie: evil\r\nContent-Length: 0\r\n\r\n"
	for _, c := range []struct{ name, method, answer, want string }{
		{"a second answer", "GET", ok + evil, ok},
		{"a second answer behind a body", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + evil, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"},
		{"a second answer behind chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + evil, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"},
		{"a body of HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 61\r\n\r\n" + evil, "HTTP/1.1 200 OK\r\nContent-Length: 61\r\n\r\n"},
		{"a body of 204", "GET", "HTTP/1.1 204 No\r\n\r\n" + evil, "HTTP/1.1 204 No\r\n\r\n"},
		{"a body of 304", "GET", "HTTP/1.1 304 No\r\n\r\n" + evil, "HTTP/1.1 304 No\r\n\r\n"},
		{"a body in two framings", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 66\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := target(t, func(p *peer) {
				for {
					head, err := p.head()
					if err != nil {
						return
					}
					answer := c.answer
					if strings.HasPrefix(head, "GET /good ") {
						answer = good
					}
					if _, err := io.WriteString(p.Conn, answer); err != nil {
						return
					}
				}
			})
			p := before(t, url)
			client := p.connect(t)
			var others sync.WaitGroup
			for range 4 {
				other := p.connect(t)
				others.Go(func() {
					for range 100 {
						_, _ = io.WriteString(other.Conn, "GET /good HTTP/1.1\r\nHost: a\r\n\r\n") // reading tells
						got := make([]byte, len(good))
						if n, err := io.ReadFull(other.Reader, got); string(got) != good {
							t.Errorf("another request got %.300q, %v", got[:n], err)
							return
						}
					}
				})
			}
			defer others.Wait()
			for range 100 {
				client.send(t, c.method+" / HTTP/1.1\r\nHost: a\r\n\r\n")
				client.expect(t, c.want)
			}
		})
	}
}
