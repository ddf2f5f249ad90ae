package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzRawRequest sends arbitrary bytes on a connection. The server answers in
// the vendor's form or closes; it has no trouble of its own, and goes on.
func FuzzRawRequest(f *testing.F) {
	for _, g := range goldenCases(f) {
		for _, file := range g.archive.Files {
			if file.Name == "request" && len(file.Data) < 2000 && !strings.Contains(string(file.Data), "{{") {
				f.Add([]byte(toWire(string(file.Data))))
			}
		}
	}
	for _, text := range []string{"", "\r\n", "\x00", "GET", "GET / HTTP/1.1\r\n\r\n", sample + sample, sample + "x", sample + "GARBAGE\r\n\r\n",
		message("HEAD", resource) + sample, message("CONNECT", "a:1"), message("GET", resource, "Connection: Upgrade", "Upgrade: h2c"),
		message("DELETE", resource, "Expect: 100-continue", "Content-Length: 3") + "abc" + sample,
		message("DELETE", resource, "Transfer-Encoding: chunked") + "3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n" + sample} {
		f.Add([]byte(text))
	}
	watch := &watcher{}
	r := launch(f, settings{logTo: watch})
	f.Fuzz(func(t *testing.T, input []byte) {
		answers := exchangeBytes(t, r, input)
		methods := methodsOf(input)
		read := bufio.NewReader(bytes.NewReader(answers))
		for n := 0; ; {
			method := "" // of a request that is none
			if n < len(methods) {
				method = methods[n]
			}
			a, err := readAnswer(read, method)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("answer %d: %v, want whole answers only\nall: %q", n+1, err, answers)
			}
			if a.status < 200 {
				continue // 100 Continue
			}
			n++
			if diag := diagOf(a); diag != "" {
				t.Fatalf("answer %d: %s\nall: %q", n, diag, answers)
			}
			if a.body != "" && !json.Valid([]byte(a.body)) {
				t.Fatalf("answer %d: the body is not JSON: %q", n, a.body)
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
func exchangeBytes(t *testing.T, r *running, input []byte) []byte {
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatalf("the server does not go on: %v", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
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
type watcher struct{ seen safeBuffer }

func (w *watcher) Write(p []byte) (int, error) {
	for _, word := range []string{"panic", "violation of the contract", "internal error"} {
		if bytes.Contains(p, []byte(word)) {
			return w.seen.Write(p)
		}
	}
	return len(p), nil
}

func (w *watcher) bad() string { return w.seen.String() }
