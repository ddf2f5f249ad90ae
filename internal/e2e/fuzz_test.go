package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"dispatchmock/internal/testkit"
)

// FuzzRawRequest sends arbitrary bytes on a connection. The server answers in
// the vendor's form or closes; it has no trouble of its own, and goes on.
func FuzzRawRequest(f *testing.F) {
	for _, g := range goldens(f) {
		for _, x := range g.exchanges {
			if len(x.request) < 2000 {
				f.Add([]byte(x.request))
			}
		}
	}
	for _, text := range []string{"", "\r\n", "\x00", "GET", "GET / HTTP/1.1\r\n\r\n", testkit.Sample + testkit.Sample, testkit.Sample + "x", testkit.Sample + "GARBAGE\r\n\r\n",
		testkit.Message("HEAD", testkit.Resource) + testkit.Sample, testkit.Message("CONNECT", "a:1"), testkit.Message("GET", testkit.Resource, "Connection: Upgrade", "Upgrade: h2c"),
		testkit.Message("DELETE", testkit.Resource, "Expect: 100-continue", "Content-Length: 3") + "abc" + testkit.Sample,
		testkit.Message("DELETE", testkit.Resource, "Transfer-Encoding: chunked") + "3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n" + testkit.Sample} {
		f.Add([]byte(text))
	}
	watch := &watcher{}
	r := testkit.Start(f, testkit.Settings{LogTo: watch})
	f.Fuzz(func(t *testing.T, input []byte) {
		answers := exchangeBytes(t, r, input)
		methods := methodsOf(input)
		read := bufio.NewReader(bytes.NewReader(answers))
		for n := 0; ; {
			method := "" // of a request that is none
			if n < len(methods) {
				method = methods[n]
			}
			a, err := testkit.ReadAnswer(read, method)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("answer %d: %v, want whole answers only\nall: %q", n+1, err, answers)
			}
			if a.Status < 200 {
				continue // 100 Continue
			}
			n++
			if diag := a.Unlike(); diag != "" {
				t.Fatalf("answer %d: %s\nall: %q", n, diag, answers)
			}
			if a.Body != "" && !json.Valid([]byte(a.Body)) {
				t.Fatalf("answer %d: the body is not JSON: %q", n, a.Body)
			}
		}
		parseByLibrary(t, answers, methods)
		if bad := watch.bad(); bad != "" {
			t.Fatalf("the server had trouble of its own: %s", bad)
		}
	})
}

// exchangeBytes sends the input, closes the sending half and returns all that
// comes back until the server closes.
func exchangeBytes(t *testing.T, r *testkit.Server, input []byte) []byte {
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatalf("the server does not go on: %v", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(testkit.Patience))
	_, _ = conn.Write(input) // the server may answer and close before the end
	_ = conn.(*net.TCPConn).CloseWrite()
	answers, err := io.ReadAll(conn)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Fatalf("the server neither answers nor closes; so far it said %q", answers)
	}
	return answers
}

// parseByLibrary holds that a client that uses net/http understands the answers.
func parseByLibrary(t *testing.T, answers []byte, methods []string) {
	read := bufio.NewReader(bytes.NewReader(answers))
	for n := 0; ; {
		request := &http.Request{Method: http.MethodGet}
		if n < len(methods) {
			request.Method = methods[n]
		}
		response, err := http.ReadResponse(read, request)
		if errors.Is(err, io.ErrUnexpectedEOF) && read.Buffered() == 0 {
			return
		}
		if err != nil {
			t.Fatalf("answer %d: net/http does not understand it: %v\nall: %q", n+1, err, answers)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatalf("answer %d: net/http cannot read its body: %v\nall: %q", n+1, err, answers)
		}
		response.Body.Close()
		if response.StatusCode >= 200 {
			n++
		}
	}
}

// methodsOf returns the methods of the requests in the input, as far as they
// are ones: an answer to HEAD has no body.
func methodsOf(input []byte) []string {
	var methods []string
	for read := bufio.NewReader(bytes.NewReader(input)); ; {
		peeked, _ := read.Peek(len("HEAD "))
		first := string(peeked) // which is of the reader's buffer
		request, err := http.ReadRequest(read)
		if err != nil {
			if first == "HEAD " { // it is refused as such
				methods = append(methods, http.MethodHead)
			}
			return methods
		}
		methods = append(methods, request.Method)
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return methods
		}
	}
}

// watcher is a log that keeps only what must never be in it.
type watcher struct{ seen testkit.Buffer }

func (w *watcher) Write(p []byte) (int, error) {
	for _, word := range []string{"panic", "violation of the contract", "internal error"} {
		if bytes.Contains(p, []byte(word)) {
			return w.seen.Write(p)
		}
	}
	return len(p), nil
}

func (w *watcher) bad() string { return w.seen.String() }
