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
			if x.Status != 200 || x.Verdict() != exchange.VerdictViolation || !hasFinding(x.Violations, "body", "whole") {
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

func hasFinding(list []exchange.Violation, part, rule string) bool {
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
			if unvalidated := x.Unvalidated == "the client left before its end"; unvalidated != (c.answer != "") {
				t.Errorf("the body is unvalidated because of %q", x.Unvalidated)
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
	long := strings.Repeat("x", 100_000)
	for _, answer := range []string{ok, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + long, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 204 No\r\n\r\n",
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
