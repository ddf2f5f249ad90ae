package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/testwait"
	"dispatchmock/internal/wire"
)

var patience = testwait.Patience

// answer is a response as its bytes say it, spelling and order included.
type answer struct {
	proto  string
	status int
	reason string
	fields []wire.Field
	body   string
}

// value returns the value of the first field of that exact spelling.
func (a answer) value(name string) string {
	for _, f := range a.fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// wireClient speaks raw bytes over one connection.
type wireClient struct {
	net.Conn
	read *bufio.Reader
}

func (r *running) connect(t testing.TB) *wireClient {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &wireClient{conn, bufio.NewReader(conn)}
}

func (c *wireClient) send(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("sending %.60q: %v", text, err)
	}
}

// receive reads the answer to a request of the method.
func (c *wireClient) receive(t testing.TB, method string) answer {
	t.Helper()
	a, err := readAnswer(c.read, method)
	if err != nil {
		t.Fatalf("reading the answer to %s: %v", method, err)
	}
	return a
}

// readAnswer reads one answer; the error is io.EOF where none begins.
func readAnswer(r *bufio.Reader, method string) (answer, error) {
	var a answer
	line, err := r.ReadString('\n')
	if err != nil {
		if line != "" {
			err = fmt.Errorf("the status line ends at %q", line)
		}
		return a, err
	}
	status := ""
	a.proto, status, _ = strings.Cut(strings.TrimSuffix(line, "\r\n"), " ")
	status, a.reason, _ = strings.Cut(status, " ")
	if a.status, err = strconv.Atoi(status); err != nil || !strings.HasPrefix(a.proto, "HTTP/1.") {
		return a, fmt.Errorf("%q is no status line", line)
	}
	for {
		if line, err = r.ReadString('\n'); err != nil {
			return a, fmt.Errorf("the header section ends at %q: %w", line, io.ErrUnexpectedEOF)
		}
		if line == "\r\n" {
			break
		}
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\r\n"), ": ")
		if !ok || !strings.HasSuffix(line, "\r\n") {
			return a, fmt.Errorf("%q is not a header field", line)
		}
		a.fields = append(a.fields, wire.Field{Name: name, Value: value})
	}
	if a.status < 200 || method == http.MethodHead {
		return a, nil
	}
	n, err := strconv.Atoi(a.value("Content-Length"))
	if err != nil {
		return a, fmt.Errorf("the length of the body: %w", err)
	}
	body := make([]byte, n)
	if n, err = io.ReadFull(r, body); err != nil {
		return a, fmt.Errorf("the body has %d of %d bytes: %w", n, len(body), io.ErrUnexpectedEOF)
	}
	a.body = string(body)
	return a, nil
}

// ask sends a request on a connection of its own and returns the answer.
func (r *running) ask(t testing.TB, method, path string, header ...string) answer {
	t.Helper()
	c := r.connect(t)
	defer c.Close()
	c.send(t, message(method, path, header...))
	return c.receive(t, method)
}

// message returns the bytes of a request without a body.
func message(method, path string, header ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:8003\r\n" + strings.Join(append(header, ""), "\r\n") + "\r\n"
}

// sample is the page's request, with a token of the default world.
var sample = message(http.MethodDelete, "/customers/1/locations/1", dispatcher...)

// vendorFields are the header fields of every answer, in the page's order.
var vendorFields = []string{"Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
	"Allow", "Content-Length", "Content-Type", "Date", "Server", "X-API-VERSION", "X-REQUEST-ID"}

// diagOf says in what an answer is not one of the vendor's, or "".
func diagOf(a answer) string {
	var names []string
	for _, f := range a.fields {
		if f.Name != "Connection" && f.Name != "WWW-Authenticate" {
			names = append(names, f.Name)
		}
	}
	want := vendorFields
	if a.value("Content-Length") == "0" {
		want = slices.DeleteFunc(slices.Clone(want), func(n string) bool { return n == "Content-Type" })
	}
	if !slices.Equal(names, want) {
		return fmt.Sprintf("got the fields %q, want %q: the page shows them in every answer", names, want)
	}
	for _, leak := range []string{"goroutine ", ".go:", "runtime.", "panic"} {
		if strings.Contains(a.reason+a.body, leak) {
			return fmt.Sprintf("the client sees %q: %s %s", leak, a.reason, a.body)
		}
	}
	if a.status >= 300 && a.status < 400 || a.value("Location") != "" {
		return fmt.Sprintf("got the redirect %d", a.status)
	}
	if a.status < 400 || a.body == "" {
		return ""
	}
	var members map[string]string
	if err := json.Unmarshal([]byte(a.body), &members); err != nil {
		return fmt.Sprintf("got the error body %s, want an object of texts: %v", a.body, err)
	}
	if len(members) != 3 || members["field"] == "" || members["detail"] == "" || members["explanation"] == "" {
		return fmt.Sprintf("got the error body %s, want exactly field, detail and explanation", a.body)
	}
	if text := members["field"] + ": " + members["detail"]; len(text) < 200 && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) && a.reason != text {
		return fmt.Sprintf("got the reason phrase %q, want %q as in the body", a.reason, text)
	}
	return ""
}

// wantVendor fails the test where an answer is not one of the vendor's.
func wantVendor(t testing.TB, a answer, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("got status %d %s, want %d\n%s", a.status, a.reason, status, a.body)
	}
	if diag := diagOf(a); diag != "" {
		t.Error(diag)
	}
}

// eventually waits until the condition holds, and fails where it does not.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); !holds(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

// entries returns the lines of a log in JSON.
func entries(t testing.TB, log string) []map[string]any {
	t.Helper()
	var all []map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(log)))
	for d.More() {
		var e map[string]any
		if err := d.Decode(&e); err != nil {
			t.Fatalf("the log is not JSON: %v", err)
		}
		all = append(all, e)
	}
	return all
}

// about selects the entries of one message and one request ID; "" is any.
func about(all []map[string]any, message, requestID string) []map[string]any {
	return slices.DeleteFunc(slices.Clone(all), func(e map[string]any) bool {
		return message != "" && e["msg"] != message || requestID != "" && e["request_id"] != requestID
	})
}
