package proxy

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

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
		read := bufio.NewReader(bytes.NewReader(b))
		var response *http.Response
		for {
			var err error
			if response, err = http.ReadResponse(read, nil); err != nil {
				return
			}
			response.Body.Close()
			if response.StatusCode >= 200 {
				break
			}
			if response.StatusCode < 100 || response.StatusCode == http.StatusSwitchingProtocols {
				return
			}
		}
		tapped := &tap{}
		for _, c := range b { // as slowly as a network may be
			tapped.keep([]byte{c})
		}
		head := tapped.head()
		if head == nil {
			return
		}
		chunked := len(response.TransferEncoding) > 0
		passed := withoutConnection(head, chunked)
		if !chunked {
			passed = withoutCoding(passed)
		}
		again, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(passed), strings.NewReader("\r\n\r\n"))), nil)
		if err != nil {
			t.Fatalf("%q is passed on as %q, which nobody reads: %v", b, passed, err)
		}
		again.Body.Close()
		if again.Status != response.Status || again.ContentLength != response.ContentLength || len(again.TransferEncoding) != len(response.TransferEncoding) {
			t.Errorf("%q is passed on as %q: got %q and the length %d, want %q and %d", b, passed, again.Status, again.ContentLength, response.Status, response.ContentLength)
		}
		same(t, b, passed, again.Header, response.Header)
	})
}

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
		// What net/http prints for the reverse proxy.
		out := &http.Request{Method: r.Method, URL: &url.URL{Scheme: "http", Host: "target:80", Path: "/"}, Header: http.Header{}, ContentLength: r.ContentLength,
			TransferEncoding: r.TransferEncoding}
		if r.ContentLength != 0 {
			out.Body = io.NopCloser(io.LimitReader(zeros{}, max(r.ContentLength, 3)))
		}
		if r.ContentLength > 1000 {
			return
		}
		var printed bytes.Buffer
		if err := out.Write(&printed); err != nil {
			return
		}
		line, body, _ := bytes.Cut(printed.Bytes(), headEnd)
		passed := framed(p.outbound(head, r), line)
		again, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(passed), bytes.NewReader(body))))
		if err != nil {
			t.Fatalf("%q is passed on as %q, which nobody reads: %v", b, passed, err)
		}
		if again.Method != r.Method || again.Host != "target:80" || again.ContentLength != r.ContentLength || len(again.TransferEncoding) != len(r.TransferEncoding) {
			t.Errorf("%q is passed on as %q: got %s to %q of the length %d, want %s to the target of %d", b, passed, again.Method, again.Host, again.ContentLength, r.Method, r.ContentLength)
		}
		same(t, b, passed, again.Header, r.Header)
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
