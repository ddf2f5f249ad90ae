package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dispatchmock/internal/wire"
)

// Resource is the path of the page's sample.
const Resource = "/customers/1/locations/1"

// Dispatcher is the header of a request that may do everything in tenant 1.
var Dispatcher = []string{"Authorization: Bearer dispatcher-token", "x-tenant-id: 1"}

// Sample is the page's request, with a token of the default data set.
var Sample = Message(http.MethodDelete, Resource, Dispatcher...)

// Message returns the bytes of a request without a body.
func Message(method, path string, header ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:8003\r\n" + strings.Join(append(header, ""), "\r\n") + "\r\n"
}

// Conn speaks raw bytes over one connection.
type Conn struct {
	*net.TCPConn
	Answers *bufio.Reader
}

// Dial opens a connection. Tests close it, or wait for the test to end.
func Dial(t testing.TB, address string) *Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(Patience)); err != nil {
		t.Fatal(err)
	}
	return &Conn{conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// Connect opens a connection to the server.
func (r *Server) Connect(t testing.TB) *Conn {
	t.Helper()
	return Dial(t, r.Addr().String())
}

// Send sends bytes.
func (c *Conn) Send(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("sending %.60q: %v", text, err)
	}
}

// Receive reads the answer to a request of the method.
func (c *Conn) Receive(t testing.TB, method string) Answer {
	t.Helper()
	a, err := ReadAnswer(c.Answers, method)
	if err != nil {
		t.Fatalf("reading the answer to %s: %v", method, err)
	}
	return a
}

// Ended reports whether the server ends a connection on which it has nothing
// more to say.
func (c *Conn) Ended(t testing.TB) bool {
	t.Helper()
	_, err := c.Answers.ReadByte()
	var late net.Error
	if err == nil || errors.As(err, &late) && late.Timeout() {
		t.Errorf("the connection is still open: %v", err)
		return false
	}
	return true
}

// Take sends a request on a connection of its own and returns every byte that
// comes back, and whether a TCP reset ends the connection. A client that stays
// keeps its half open until the server ends the connection.
func (r *Server) Take(t testing.TB, request string, stays bool) (got string, reset bool) {
	t.Helper()
	c := r.Connect(t)
	defer c.Close()
	// The server may answer and end the connection before it has read everything.
	_, _ = io.WriteString(c, request)
	if !stays {
		_ = c.CloseWrite()
	}
	text, err := io.ReadAll(c)
	reset = errors.Is(err, syscall.ECONNRESET)
	if err != nil && !reset {
		t.Fatalf("%.60q: the connection ends with %v behind %q", request, err, text)
	}
	return string(text), reset
}

// Raw sends bytes on a connection of its own, closes the sending half and
// returns all that comes back.
func (r *Server) Raw(t testing.TB, request string) string {
	t.Helper()
	got, reset := r.Take(t, request, false)
	if reset && got == "" {
		t.Fatalf("no answer to %.80q: the connection was reset", request)
	}
	return got
}

// Ask sends a request without a body on a connection of its own and returns the
// answer.
func (r *Server) Ask(t testing.TB, method, path string, header ...string) Answer {
	t.Helper()
	c := r.Connect(t)
	defer c.Close()
	c.Send(t, Message(method, path, header...))
	return c.Receive(t, method)
}

// Together has n clients connect, lets them all send at once and returns their
// answers.
func (r *Server) Together(t testing.TB, n int, request string) []Answer {
	t.Helper()
	clients := make([]*Conn, n)
	for i := range clients {
		clients[i] = r.Connect(t)
	}
	method, _, _ := strings.Cut(request, " ")
	answers, errs := make([]Answer, n), make([]error, n)
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i, c := range clients {
		wait.Go(func() {
			defer c.Close()
			<-start
			if _, errs[i] = io.WriteString(c, request); errs[i] == nil {
				answers[i], errs[i] = ReadAnswer(c.Answers, method)
			}
		})
	}
	close(start)
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("client %d of %d: %v", i, n, err)
		}
	}
	return answers
}

// Answer is a response as its bytes say it, spelling and order included.
type Answer struct {
	Status int
	Reason string
	Fields []wire.Field
	Body   string
}

// Value returns the value of the first field of that exact spelling.
func (a Answer) Value(name string) string {
	for _, f := range a.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// ReadAnswer reads one answer; the error is io.EOF where none begins.
func ReadAnswer(r *bufio.Reader, method string) (Answer, error) {
	var a Answer
	line, err := r.ReadString('\n')
	if err != nil {
		if line != "" {
			err = fmt.Errorf("the status line ends at %q", line)
		}
		return a, err
	}
	proto, rest, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), " ")
	status, reason, _ := strings.Cut(rest, " ")
	a.Reason = reason
	if a.Status, err = strconv.Atoi(status); err != nil || !strings.HasPrefix(proto, "HTTP/1.") {
		return a, fmt.Errorf("%q is not a status line", line)
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
		a.Fields = append(a.Fields, wire.Field{Name: name, Value: value})
	}
	if a.Status < 200 || method == http.MethodHead {
		return a, nil
	}
	n, err := strconv.Atoi(a.Value("Content-Length"))
	if err != nil {
		return a, fmt.Errorf("the length of the body: %w", err)
	}
	body := make([]byte, n)
	if n, err = io.ReadFull(r, body); err != nil {
		return a, fmt.Errorf("the body has %d of %d bytes: %w", n, len(body), io.ErrUnexpectedEOF)
	}
	a.Body = string(body)
	return a, nil
}

// RequestID returns the X-REQUEST-ID of the last of some raw answers.
func RequestID(answers string) string {
	_, rest, _ := strings.Cut(answers[max(strings.LastIndex(answers, "HTTP/1."), 0):], "\r\nX-REQUEST-ID: ")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// Authorized returns the bytes of a request by the Dispatcher, without a body.
func Authorized(method, path string, header ...string) string {
	return Message(method, path, append(slices.Clone(header), Dispatcher...)...)
}
