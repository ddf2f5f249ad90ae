package app_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"syscall"
	"testing"
	"time"

	"dispatchmock/internal/report"
)

// answered returns the answer that an entry of the journal has.
func answered(t testing.TB, x report.Entry) string {
	t.Helper()
	text := x.Response.Head
	if text != "" {
		text += "\r\n\r\n"
	}
	plain, err := base64.StdEncoding.DecodeString(x.Response.BodyBase64)
	if err != nil {
		t.Fatal(err)
	}
	return text + x.Response.Body + string(plain)
}

// unchunked returns a message whose body is free of chunks.
func unchunked(text string) string {
	if !strings.Contains(text, "\r\nTransfer-Encoding: chunked\r\n") {
		return text
	}
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	plain, _ := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body)))
	return head + "\r\n\r\n" + string(plain)
}

// entry returns what the journal says of the exchange of a request ID.
func (r *running) entry(t testing.TB, session, requestID string) report.Entry {
	t.Helper()
	var x report.Entry
	if err := json.Unmarshal([]byte(r.admin(t, http.MethodGet, "/journal/"+requestID+"?session="+session, "")), &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// take sends a request and returns every byte that comes back, and whether a
// TCP reset ends the connection. A client that stays keeps its half open: the
// server ends the connection, or the test fails for want of patience.
func take(t testing.TB, r *running, request string, stays bool) (got string, reset bool) {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if !stays {
		// The server may have ended the connection already.
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	text, err := io.ReadAll(conn)
	reset = errors.Is(err, syscall.ECONNRESET)
	if err != nil && !reset {
		t.Fatalf("%.60q: the connection ends with %v behind %q", request, err, text)
	}
	return string(text), reset
}
