package wire

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
)

// written is a connection that keeps what is written.
type written struct {
	net.Conn
	text strings.Builder
}

func (w *written) Write(p []byte) (int, error) { return w.text.Write(p) }

// TestRelay holds what becomes of heads that net/http prints, in the order in
// which it does: interim ones pass even where the final one is held already.
func TestRelay(t *testing.T) {
	t.Parallel()
	const printed = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
	for _, c := range []struct {
		name  string
		steps func(*http.Request, *Conn)
		want  string
	}{
		{"framed by net/http", func(r *http.Request, c *Conn) {
			Relay(r, []byte(" 404 No\r\nx: Y"), false)
		}, "HTTP/1.1 404 No\r\nx: Y\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"},
		{"framed by itself", func(r *http.Request, c *Conn) {
			Relay(r, []byte(" 404 No\r\ntransfer-encoding: chunked\r\nx: Y"), true)
		}, "HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\nx: Y\r\nConnection: close\r\n\r\n1\r\na\r\n"},
		{"interim", func(r *http.Request, c *Conn) {
			RelayInterim(r, []byte(" 103 Hint\r\nlink: a"))
			_, _ = c.Write([]byte("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"))
			_, _ = c.Write([]byte("HTTP/1.1 102 Processing\r\n\r\n"))
			Relay(r, []byte(" 404 No"), true)
		}, "HTTP/1.1 103 Hint\r\nlink: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 404 No\r\nConnection: close\r\n\r\n1\r\na\r\n"},
		{"interim behind the final one", func(r *http.Request, c *Conn) {
			Relay(r, []byte(" 404 No"), true)
			_, _ = c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		}, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nConnection: close\r\n\r\n1\r\na\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &written{}
			conn := &Conn{Conn: w}
			r, err := http.NewRequestWithContext(context.WithValue(t.Context(), connKey{}, conn), http.MethodGet, "/", nil)
			if err != nil {
				t.Fatal(err)
			}
			c.steps(r, conn)
			if n, err := conn.Write([]byte(printed)); n != len(printed) || err != nil {
				t.Errorf("Write returned %d, %v", n, err)
			}
			if got := w.text.String(); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
	if r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil); err != nil || Relay(r, nil, false) {
		t.Error("a head is held for a connection that is none of ours")
	}
}
