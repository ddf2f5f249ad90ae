package wire_test

import (
	"io"
	"strings"
	"testing"
)

// TestAmbiguousLength holds that a connection ends behind a request whose end
// another server may see elsewhere, before what follows is read.
func TestAmbiguousLength(t *testing.T) {
	t.Parallel()
	const next = "GET /whole HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		name, sent string
		ends       bool
	}{
		{"chunks and a length", "PUT /whole HTTP/1.1\r\nHost: x\r\ncontent-length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
		{"HTTP/1.0 with chunks", "PUT /whole HTTP/1.0\r\nConnection: keep-alive\r\ntransfer-encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", true},
		{"chunks", "PUT /whole HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		{"a length", "PUT /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", false},
		{"HTTP/1.0 with a length", "PUT /whole HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn := launch(t, nil, nil).connect(t, c.sent+next)
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(conn)
			if n := strings.Count(string(got), "200 Good"); err != nil || (n == 1) != c.ends {
				t.Errorf("got %d answers, %v:\n%s", n, err, got)
			}
			if says := strings.Contains(string(got), "\r\nConnection: close\r\n"); says != c.ends {
				t.Errorf("that the connection is closed is said: %v\n%s", says, got)
			}
		})
	}
}
