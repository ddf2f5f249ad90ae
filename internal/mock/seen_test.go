package mock_test

import (
	"encoding/base64"
	"io"
	"net/http/httputil"
	"strings"
	"testing"

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
