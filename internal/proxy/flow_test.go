package proxy_test

import (
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
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

// TestTargetDies cuts the target off in the middle of a body: the client sees
// the cut, the record says so, and the proxy goes on.
func TestTargetDies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, answer, want string }{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
		{"before the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := target(t, func(p *peer) {
				head, _ := p.head()
				if strings.HasPrefix(head, "GET /good ") {
					_, _ = io.WriteString(p.Conn, ok)
					return
				}
				_, _ = io.WriteString(p.Conn, c.answer)
			})
			p := before(t, url)
			client := p.connect(t)
			client.send(t, "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\n\r\n")
			client.expect(t, c.want)
			client.expectEnd(t)
			x := p.next(t)
			if x.Status != 200 || x.Verdict() != exchange.Violated || !hasFinding(x.Violations, "body", "whole") {
				t.Errorf("the record has the status %d and the violations %v, want that the body broke off", x.Status, x.Violations)
			}
			if log := p.log.String(); !strings.Contains(log, "the target broke off") {
				t.Errorf("the log says nothing of it:\n%s", log)
			}
			again := p.connect(t)
			again.send(t, "GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
			again.expect(t, ok)
		})
	}
}

func hasFinding(list []exchange.Finding, part, rule string) bool {
	for _, f := range list {
		if f.Part == part && f.Rule == rule {
			return true
		}
	}
	return false
}

// TestClientLeaves holds that the target is let go of when the client leaves,
// and that the record blames nobody else.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, answer string }{
		{"before the head", ""},
		{"in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			came, over := make(chan struct{}), make(chan error, 1)
			url := target(t, func(p *peer) {
				_, _ = p.head()
				_, _ = io.WriteString(p.Conn, c.answer)
				close(came)
				_, err := p.ReadByte()
				over <- err
			})
			p := before(t, url)
			client := p.connect(t)
			client.send(t, "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\n\r\n")
			<-came
			if c.answer != "" {
				client.expect(t, c.answer)
			}
			client.Close()
			if err := receive(t, over); err == nil {
				t.Error("the target got a byte, want the end of the connection")
			}
			x := p.next(t)
			if !hasFinding(x.Problems, "connection", "wait for the answer") || len(x.Violations) > 0 && x.Status == 0 || x.Err != nil {
				t.Errorf("got the problems %v, the violations %v and the error %v, want that the client left", x.Problems, x.Violations, x.Err)
			}
		})
	}
}

// TestLongBodies passes bodies far beyond what is kept, both ways, and holds
// that the memory in use does not grow with them.
func TestLongBodies(t *testing.T) {
	const size = 64 << 20
	url := target(t, func(p *peer) {
		_, _ = p.head()
		n, _ := io.Copy(io.Discard, io.LimitReader(p, size))
		_, _ = io.WriteString(p.Conn, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.FormatInt(n, 10)+"\r\n\r\n")
		_, _ = io.Copy(p.Conn, io.LimitReader(zeros{}, size))
	})
	p := before(t, url)
	client := p.connect(t)
	var start, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&start)
	client.send(t, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: "+strconv.Itoa(size)+"\r\n\r\n")
	if _, err := io.Copy(client.Conn, io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.head(); err != nil {
		t.Fatalf("%v\n%s", err, p.log)
	}
	most := uint64(0)
	for left := int64(size); left > 0; left -= 8 << 20 {
		if n, err := io.CopyN(io.Discard, client, 8<<20); err != nil {
			t.Fatalf("with %d bytes to go came %d: %v\n%s", left, n, err, p.log)
		}
		runtime.GC()
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapAlloc)
	}
	if grown := int64(most) - int64(start.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes while bodies of %d passed", grown, size)
	}
	x := p.next(t)
	if x.Request.Size != size || len(x.Request.Body) != exchange.MaxBody || x.Response.Size != size || cap(x.Response.Body) > 2*exchange.MaxBody {
		t.Errorf("the record has %d of %d bytes of the request, and %d (in %d) of %d of the response", len(x.Request.Body), x.Request.Size,
			len(x.Response.Body), cap(x.Response.Body), x.Response.Size)
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestRecordedBeforeAnswered holds that who has an answer finds its record.
func TestRecordedBeforeAnswered(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{ok, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 204 No\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"} {
		t.Run(answer[9:12]+" "+strconv.Itoa(len(answer)), func(t *testing.T) {
			t.Parallel()
			url, _ := script(t, answer)
			p := before(t, url)
			client := p.connect(t)
			client.send(t, "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\n\r\n")
			client.expect(t, answer)
			select {
			case <-p.seen:
			default:
				t.Error("the client has its answer, and there is no record yet")
			}
			response, err := http.Get(p.url + "/_mock/journal")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if text, _ := io.ReadAll(response.Body); !strings.Contains(string(text), "/customers/1/locations/1") {
				t.Errorf("the journal says %s", text)
			}
		})
	}
}
