package proxy

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"dispatchmock/internal/wire"
)

// FuzzResponseHead holds that a head which is passed on as it came says to the
// next reader what net/http has read in it: no body and no field hides in it.
func FuzzResponseHead(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 field: No.\r\nx-a:b\r\nX-A: c\r\n\r\n",
		"HTTP/1.0 200\nContent-Length: 4\n\n\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nConnection: close, X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\x00\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l := newLink(&canned{from: iotest.OneByteReader(bytes.NewReader(b))})
		defer l.listen()()
		var response *http.Response
		var raw []byte
		for {
			var err error
			if response, err = http.ReadResponse(l.in, nil); err != nil {
				return
			}
			raw = l.head()
			if response.StatusCode >= 200 {
				break
			}
			if response.StatusCode < 100 || response.StatusCode == http.StatusSwitchingProtocols {
				return
			}
		}
		head := headOf(raw, response)
		if !passable(head) {
			t.Fatalf("%q is passed on as %q", raw, head)
		}
		chunked := len(response.TransferEncoding) > 0
		passed := withoutConnection(head, chunked)
		if !chunked {
			passed = withoutCoding(passed)
		} else if !hasField(passed, "transfer-encoding") {
			passed = append(passed, "\r\nTransfer-Encoding: chunked"...) // net/http says it
		}
		again, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(passed), strings.NewReader("\r\n\r\n"))), nil)
		if err != nil {
			t.Fatalf("%q is passed on as %q, which nobody reads: %v", b, passed, err)
		}
		if again.Status != blank(response.Status) || again.ContentLength != response.ContentLength || len(again.TransferEncoding) != len(response.TransferEncoding) {
			t.Errorf("%q is passed on as %q: got %q and the length %d, want %q and %d", b, passed, again.Status, again.ContentLength, response.Status, response.ContentLength)
		}
		if passable(bytes.TrimSuffix(raw, headEnd)) {
			same(t, b, passed, again.Header, response.Header)
		}
	})
}

var headEnd = []byte("\r\n\r\n")

// blank has spaces in the place of controls.
func blank(s string) string {
	b := []byte(s)
	for i, c := range b {
		if isControl(c) {
			b[i] = ' '
		}
	}
	return string(b)
}

// canned is a connection from which something comes.
type canned struct {
	net.Conn
	from io.Reader
}

func (c *canned) Read(p []byte) (int, error) { return c.from.Read(p) }

// same holds that two headers differ in fields about the connection alone.
func same(t *testing.T, b, passed []byte, got, want http.Header) {
	t.Helper()
	named := map[string]bool{"Te": true}
	for _, name := range hops {
		named[http.CanonicalHeaderKey(name)] = true
	}
	for _, value := range want["Connection"] {
		for word := range strings.SplitSeq(value, ",") {
			named[http.CanonicalHeaderKey(strings.TrimSpace(word))] = true
		}
	}
	for name := range maps.Clone(want) {
		if named[name] {
			delete(want, name)
			delete(got, name)
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q is passed on as %q: got the fields %q, want %q", b, passed, got, want)
	}
}

// FuzzRequestHead holds the same of requests, as net/http frames them.
func FuzzRequestHead(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"DELETE http://b/x?y HTTP/1.1\r\nhost:a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		"PUT * HTTP/1.0\r\nConnection: X, host\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nX: a\n b\n\nx\r\n\r\n",
		"PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	p := &Proxy{Options: Options{Target: &url.URL{Scheme: "http", Host: "target:80", Path: "/base"}}}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		if err != nil || r.Method == http.MethodConnect {
			return
		}
		for _, values := range r.Header {
			for _, v := range values {
				if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
					return // net/http's server refuses it
				}
			}
		}
		head, _, plain := wire.CutHead(b)
		if !plain {
			return
		}
		passed, err := p.outbound(head, r)
		if err != nil {
			return
		}
		again, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(passed)))
		if err != nil {
			t.Fatalf("%q is passed on as %q, which nobody reads: %v", b, passed, err)
		}
		if again.Method != r.Method || again.Host != "target:80" || again.URL.Scheme != "" || again.RequestURI != "*" && !strings.HasPrefix(path.Clean(again.URL.Path)+"/", "/base/") || again.ContentLength != r.ContentLength || len(again.TransferEncoding) != len(r.TransferEncoding) {
			t.Errorf("%q is passed on as %q: got %s to %q%s of the length %d, want %s to the target of %d", b, passed, again.Method, again.Host, again.URL.Path, again.ContentLength, r.Method, r.ContentLength)
		}
		same(t, b, passed, again.Header, r.Header)
	})
}
