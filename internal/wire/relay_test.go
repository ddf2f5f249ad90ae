package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
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
// which it does, however it cuts them: interim ones pass even where the final
// one is held already.
func TestRelay(t *testing.T) {
	t.Parallel()
	const printed = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
	long := strings.Repeat("Link: </a>\r\n", 1000)
	for _, c := range []struct {
		name  string
		steps func(r *http.Request, print func(string))
		want  string
	}{
		{"framed by net/http", func(r *http.Request, print func(string)) {
			Relay(r, []byte(" 404 No\r\nx: Y"), false)
			print(printed)
		}, "HTTP/1.1 404 No\r\nx: Y\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"},
		{"framed by itself", func(r *http.Request, print func(string)) {
			Relay(r, []byte(" 404 No\r\ntransfer-encoding: chunked\r\nx: Y"), true)
			print(printed)
		}, "HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\nx: Y\r\nConnection: close\r\n\r\n1\r\na\r\n"},
		{"long", func(r *http.Request, print func(string)) {
			Relay(r, []byte(" 404 No\r\nx: Y"), true)
			print("HTTP/1.1 200 OK\r\n" + long + "\r\nbody")
		}, "HTTP/1.1 404 No\r\nx: Y\r\n\r\nbody"},
		{"interim", func(r *http.Request, print func(string)) {
			RelayInterim(r, []byte(" 103 Hint\r\nlink: a"))
			print("HTTP/1.1 103 Early Hints\r\n" + long + "\r\n")
			print("HTTP/1.1 102 Processing\r\n\r\n")
			Relay(r, []byte(" 404 No"), true)
			print(printed)
		}, "HTTP/1.1 103 Hint\r\nlink: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 404 No\r\nConnection: close\r\n\r\n1\r\na\r\n"},
		{"interim behind the final one", func(r *http.Request, print func(string)) {
			Relay(r, []byte(" 404 No"), true)
			print("HTTP/1.1 100 Continue\r\n\r\n" + printed)
		}, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nConnection: close\r\n\r\n1\r\na\r\n"},
		{"interim to HTTP/1.0", func(r *http.Request, print func(string)) {
			RelayInterim(r, []byte(" 103 Hint"))
			print("HTTP/1.0 103 Early Hints\r\n\r\n")
			print("HTTP/1.0 100 Continue\r\n\r\n")
			Relay(r, []byte(" 404 No"), true)
			print("HTTP/1.0 200 OK\r\n\r\n")
		}, "HTTP/1.0 404 No\r\n\r\n"},
	} {
		for _, size := range []int{1, 7, 4096, 1 << 20} {
			t.Run(fmt.Sprint(c.name, " in pieces of ", size), func(t *testing.T) {
				t.Parallel()
				w := &written{}
				conn := &Conn{Conn: w}
				r, err := http.NewRequestWithContext(context.WithValue(t.Context(), connKey{}, conn), http.MethodGet, "/", nil)
				if err != nil {
					t.Fatal(err)
				}
				c.steps(r, func(text string) {
					for piece := range slices.Chunk([]byte(text), size) {
						if n, err := conn.Write(piece); n != len(piece) || err != nil {
							t.Errorf("Write returned %d, %v", n, err)
						}
					}
				})
				if got := w.text.String(); got != c.want {
					t.Errorf("got\n%q\nwant\n%q", got, c.want)
				}
			})
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	Relay(r, nil, false) // of a connection that is none of ours
}

// TestHeadWithoutEnd holds that no more than a bounded head is waited for.
func TestHeadWithoutEnd(t *testing.T) {
	t.Parallel()
	w := &written{}
	conn := &Conn{Conn: w, state: held}
	var err error
	for n := 0; err == nil && n <= maxPrinted; n += 4096 {
		_, err = conn.Write(bytes.Repeat([]byte("a"), 4096))
	}
	if !errors.Is(err, errLongHead) || w.text.Len() > 0 {
		t.Errorf("got %v, and %d bytes were written", err, w.text.Len())
	}
}
