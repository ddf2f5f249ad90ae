package proxy_test

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/wire"
)

// Of the former transport some 30 of 60,000 answers had another request's head.
var crossings = flag.Int("crossings", 20_000, "how many requests TestNothingCrosses sends")

// answerTo is what a target answers to a request: no two answers are alike.
func answerTo(method, path string) (head, body string) {
	own := "X-REQUEST-ID: " + path[1:]
	switch kind, _, _ := strings.Cut(path[1:], "-"); kind {
	case "none":
		return lines("HTTP/1.1 204 None of "+path, own, "", ""), ""
	case "empty":
		return lines("HTTP/1.1 200 Empty of "+path, "Content-Length: 0", own, "", ""), ""
	case "preflight":
		return lines("HTTP/1.1 200 Preflight of "+path, own, "content-length: 0", "", ""), ""
	}
	body = strings.Repeat(path, 40)
	head = lines("HTTP/1.1 200 Record of "+path, own, fmt.Sprintf("Set-Cookie: session=%x", path), fmt.Sprintf("Content-Length: %d", len(body)), "", "")
	if method == "HEAD" {
		body = ""
	}
	return head, body
}

// TestNothingCrosses holds that each client gets the answer to its own request,
// to the byte, and that journal and recording have it so, where answers with
// and without a body share the connections to the target.
func TestNothingCrosses(t *testing.T) {
	for _, clients := range []int{4, 24, 200} {
		t.Run(fmt.Sprint(clients, " clients"), func(t *testing.T) {
			url := target(t, func(p *peer) {
				_ = p.SetDeadline(time.Time{}) // its client has one
				for {
					head, err := p.head()
					if err != nil {
						return
					}
					asked := strings.Fields(head)
					head, body := answerTo(asked[0], asked[1])
					if _, err := io.WriteString(p.Conn, head+body); err != nil {
						return
					}
				}
			})
			var journaled, recorded atomic.Int64
			p := launchBefore(t, url, func(o *proxy.Options) {
				quiet(o)
				o.Passed = func(x *proxy.Passed) {
					recorded.Add(1)
					head, body := answerTo(x.Method, x.Path)
					if want := fmt.Sprint(fieldsOf(head)); fmt.Sprint(x.Reply.Fields) != want || string(x.Reply.Body.Bytes) != body {
						t.Errorf("the recording of %s %s has the fields %s and %d bytes", x.Method, x.Path, x.Reply.Fields, len(x.Reply.Body.Bytes))
					}
				}
			}, func(o *app.Options) {
				discard(o)
				o.Recorded = func(x *exchange.Exchange) {
					journaled.Add(1)
					head, body := answerTo(x.Method, x.Path)
					asked := strings.Fields(x.Request.Head)
					if asked[1] != x.Path || x.RequestID != x.Path[1:] || cookieless(x.Response.Head) != cookieless(strings.TrimSuffix(head, "\r\n\r\n")) || string(x.Response.Body) != body {
						t.Errorf("the record of %s %s has the heads\n%s\n%s", x.Method, x.Path, x.Request.Head, x.Response.Head)
					}
				}
			})
			each := *crossings / 3 / clients
			var all sync.WaitGroup
			for c := range clients {
				conn := p.connect(t)
				all.Go(func() { askInTurn(t, conn, c, each) })
			}
			all.Wait()
			if want := int64(each * clients); journaled.Load() != want || recorded.Load() != want {
				t.Errorf("%d requests have %d records, and %d in the recording", want, journaled.Load(), recorded.Load())
			}
		})
	}
}

// askInTurn sends requests of all kinds on one connection.
func askInTurn(t *testing.T, conn *peer, client, n int) {
	kinds := []string{"GET user", "GET none", "HEAD user", "GET empty", "OPTIONS preflight", "GET user"}
	for i := range n {
		method, kind, _ := strings.Cut(kinds[(client+i)%len(kinds)], " ")
		path := fmt.Sprintf("/%s-%d-%d", kind, client, i)
		_ = conn.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
		_, _ = fmt.Fprintf(conn.Conn, "%s %s HTTP/1.1\r\nHost: h\r\nX-REQUEST-ID: %s\r\n\r\n", method, path, path[1:])
		head, body := answerTo(method, path)
		got := make([]byte, len(head)+len(body))
		if read, err := io.ReadFull(conn.Reader, got); string(got) != head+body {
			t.Errorf("%s %s was answered (%v)\n%.300q\nwant\n%.300q", method, path, err, got[:read], head)
			return
		}
	}
	if n := conn.Buffered(); n > 0 {
		t.Errorf("client %d got %d bytes more", client, n)
	}
}

func fieldsOf(head string) []wire.Field {
	var fields []wire.Field
	for line := range strings.SplitSeq(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			fields = append(fields, wire.Field{Name: name, Value: value})
		}
	}
	return fields
}

// cookieless returns a head without the field that a record redacts.
func cookieless(head string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(head, "\r\n"), func(l string) bool { return strings.HasPrefix(l, "Set-Cookie: ") }), "\r\n")
}
