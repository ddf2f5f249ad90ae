package wire_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/wire"
)

// inPieces is a listener whose connections are read in pieces of at most a
// size; 0 is no limit.
type inPieces struct {
	net.Listener
	size atomic.Int64
}

func (l *inPieces) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &pieces{c, l}, nil
}

type pieces struct {
	net.Conn
	l *inPieces
}

func (c *pieces) Read(p []byte) (int, error) {
	if n := int(c.l.size.Load()); n > 0 {
		p = p[:min(n, len(p))]
	}
	return c.Conn.Read(p)
}

func (c *pieces) NetConn() net.Conn { return c.Conn }

// FuzzIntake holds that the head which is recorded of a request says what
// net/http has read of that request, whatever a client sends and however it
// comes.
func FuzzIntake(f *testing.F) {
	const next = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nX-Skip: 1\r\nContent-Length: 40\r\n\r\nGET /evil HTTP/1.1\r\nHost: h\r\nX: aaaaaa\r\n\r\n" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + next,
		"POST / HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nX-Skip: 1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc" + next,
		"GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\nGET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /c HTTP/1.0\r\n\r\n",
		"\r\n" + next, "GET / HTTP/1.1\r\nHost: h\r\nX-Pass: 1\r\n\r\n" + next,
		"POST / HTTP/1.1\r\nHost: h\r\n\r\n\r\n\r\n" + next,
		"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + next,
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + next,
		"GET http://a/b?c HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nCONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + strings.Repeat("a", 90000) + next,
	} {
		f.Add([]byte(seed), uint16(0))
		f.Add([]byte(seed), uint16(7))
	}
	var wrong atomic.Pointer[string]
	s := &http.Server{ReadTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := agrees(wire.RequestHead(r), r); err != nil {
			text := err.Error()
			wrong.Store(&text)
		}
		if r.Header.Get("X-Skip") == "" {
			_, _ = io.Copy(io.Discard, r.Body) // the client may end it
		}
		if r.Header.Get("X-Pass") != "" {
			wire.PassThrough(r)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_ = wire.Send(w, r, &wire.Reply{Status: 200, Fields: []wire.Field{{Name: "Content-Length", Value: "2"}}, Body: wire.Raw([]byte("{}"))}) // the client may have left
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	cut := &inPieces{Listener: l}
	attached := wire.Attach(s, cut, func(int, string) *wire.Reply { return &wire.Reply{Status: 400, Body: wire.Empty()} })
	var done sync.WaitGroup
	done.Go(func() { _ = s.Serve(attached) }) // until it is closed
	f.Cleanup(func() {
		_ = s.Close()
		done.Wait()
	})
	f.Fuzz(func(t *testing.T, in []byte, size uint16) {
		cut.size.Store(int64(size))
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patience)) // a loopback socket takes one
		var reading sync.WaitGroup
		reading.Go(func() { _, _ = io.Copy(io.Discard, c) }) // its end is all that matters
		_, _ = c.Write(in)                                   // the server may refuse it
		_ = c.(*net.TCPConn).CloseWrite()
		reading.Wait()
		if text := wrong.Swap(nil); text != nil {
			t.Fatalf("of %q: %s", in, *text)
		}
	})
}

// agrees holds a head that is recorded against the request.
func agrees(head []byte, r *http.Request) error {
	q, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"))))
	if err != nil {
		return fmt.Errorf("the head %q: %w", head, err)
	}
	for _, values := range r.Header {
		for i, v := range values {
			values[i] = strings.TrimSpace(v) // a folded field may end in a space
		}
	}
	if q.Method != r.Method || q.RequestURI != r.RequestURI || q.Host != r.Host || !reflect.DeepEqual(q.Header, r.Header) {
		return fmt.Errorf("the head %q is recorded of %s %s to %s with %q", head, r.Method, r.RequestURI, r.Host, r.Header)
	}
	return nil
}
