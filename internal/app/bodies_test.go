package app_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
)

// chunks returns a body in chunks of a size.
func chunks(total, size int) string {
	var b strings.Builder
	for total > 0 {
		n := min(total, size)
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, strings.Repeat("a", n))
		total -= n
	}
	return b.String() + "0\r\n\r\n"
}

// TestBodySizes sends bodies about the limit: within it a body changes
// nothing about the answer, whatever it says; above it the answer is 413.
func TestBodySizes(t *testing.T) {
	t.Parallel()
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d", n) }
	const coded, most = "Transfer-Encoding: chunked", app.MaxBodyBytes
	for _, c := range []struct {
		name, field, body string
		status            int
	}{
		{"empty", length(0), "", 200},
		{"JSON", length(2), "{}", 200},
		{"not JSON", length(3), "\xff\x00{", 200},
		{"the limit", length(most), strings.Repeat("a", most), 200},
		{"one more", length(most + 1), strings.Repeat("a", most+1), 413},
		{"ten times", length(10 * most), strings.Repeat("a", 10*most), 413},
		{"allowed, not sent", length(1 << 40), "", 413},
		{"beyond 64 bits", "Content-Length: 18446744073709551616", "", 400},
		{"negative", "Content-Length: -1", "", 400},
		{"one chunk of the limit", coded, chunks(most, most), 200},
		{"one chunk of one more", coded, chunks(most+1, most+1), 413},
		{"small chunks to the limit", coded, chunks(most, 1000), 200},
		{"small chunks to one more", coded, chunks(most+1, 1000), 413},
		{"chunks of ten times", coded, chunks(10*most, 100_000), 413},
		{"empty chunks", coded, "0\r\n\r\n", 200},
		{"broken chunk", coded, "zz\r\n", 400},
		{"trailer", coded, "2\r\n{}\r\n0\r\nX-Trailer: x\r\n\r\n", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{quiet: true})
			client := r.connect(t)
			head := message(http.MethodDelete, resource, append([]string{c.field}, dispatcher...)...)
			go func() { _, _ = io.WriteString(client, head+c.body) }() // the server may stop reading
			a := client.receive(t, http.MethodDelete)
			wantVendor(t, a, c.status)
			closes := a.value("Connection") == "close"
			if closes != (c.status != 200) {
				t.Errorf("got Connection: %q with %d; want close exactly where what follows cannot be told from a request", a.value("Connection"), c.status)
			}
			if !closes {
				client.send(t, sample)
				wantVendor(t, client.receive(t, http.MethodDelete), http.StatusOK)
			}
			wantQuiet(t, r)
		})
	}
}

// TestSmuggling holds that a body is never taken for a request.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	inner := message(http.MethodDelete, "/customers/2/locations/1", dispatcher...)
	for _, c := range []struct{ name, field, body string }{
		{"within its length", fmt.Sprintf("Content-Length: %d", len(inner)), inner},
		{"too large", fmt.Sprintf("Content-Length: %d", app.MaxBodyBytes+len(inner)), inner},
		{"in a chunk", "Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(inner), inner)},
		{"behind a broken chunk", "Transfer-Encoding: chunked", "zz\r\n" + inner},
		{"unknown coding", "Transfer-Encoding: gzip", inner},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{quiet: true})
			got := r.raw(t, message(http.MethodPut, resource, append([]string{c.field}, dispatcher...)...)+c.body)
			if n := strings.Count(got, "HTTP/1.1 "); n != 1 {
				t.Errorf("got %d answers, want 1:\n%s", n, got)
			}
			if after := r.ask(t, http.MethodGet, "/customers/2/locations/1", dispatcher...); !strings.Contains(after.body, `"customer_id": 2, "is_active": true`) {
				t.Errorf("the request in the body was performed: %s", after.body)
			}
		})
	}
}

// TestManyConnections keeps hundreds of connections open that say nothing or
// half of something; another client is answered at once.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{quiet: true})
	const many = 400
	var held []*wireClient
	for i := range many {
		c := r.connect(t)
		switch i % 4 {
		case 1:
			c.send(t, "DELETE /customers")
		case 2:
			c.send(t, message(http.MethodDelete, resource, append([]string{"Content-Length: 2"}, dispatcher...)...)+"{")
		case 3:
			c.send(t, sample)
			wantVendor(t, c.receive(t, http.MethodDelete), http.StatusOK)
		}
		held = append(held, c)
	}
	for range 20 {
		wantVendor(t, r.ask(t, http.MethodGet, resource, dispatcher...), http.StatusOK)
	}
	for i, c := range held { // those that wait are answered when they go on
		switch i % 4 {
		case 0, 3:
			c.send(t, sample)
		case 1:
			c.send(t, strings.TrimPrefix(sample, "DELETE /customers"))
		case 2:
			c.send(t, "}")
		}
		wantVendor(t, c.receive(t, http.MethodDelete), http.StatusOK)
	}
	wantQuiet(t, r)
}

// TestStrangeRequests sends what is nearly a request; each is answered in the
// vendor's form, and the server goes on.
func TestStrangeRequests(t *testing.T) {
	t.Parallel()
	with := func(fields ...string) string { return message(http.MethodDelete, resource, fields...) }
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"two tenants", with(dispatcher[0], dispatcher[1], "x-tenant-id: 2"), 400},
		{"the same tenant twice", with(dispatcher[0], dispatcher[1], dispatcher[1]), 400},
		{"two tokens", with(dispatcher[0], dispatcher[0], dispatcher[1]), 401},
		{"tenant with a tab", with(dispatcher[0], "x-tenant-id: 1\t1"), 400},
		{"tenant with a line break within", with(dispatcher[0], "x-tenant-id: 1\r\n 1"), 400},
		{"tenant that is no UTF-8", with(dispatcher[0], "x-tenant-id: \xff\xfe"), 400},
		{"control character", with(dispatcher[0], "x-tenant-id: \x01"), 400},
		{"bare CR", with(dispatcher[0], "x-tenant-id: 1\rx: y"), 400},
		{"line feeds alone", strings.ReplaceAll(sample, "\r\n", "\n"), 200},
		{"empty lines before", "\r\n" + sample, 400},
		{"lower-case protocol", strings.Replace(sample, "HTTP/1.1", "http/1.1", 1), 400},
		{"HTTP/3.0", strings.Replace(sample, "HTTP/1.1", "HTTP/3.0", 1), 400},
		{"a path with a space", strings.Replace(sample, "/1 HTTP", "/1 2 HTTP", 1), 400},
		{"a broken escape", strings.Replace(sample, "/1 HTTP", "/%zz HTTP", 1), 400},
		{"a null in the path", strings.Replace(sample, "/1 HTTP", "/%00 HTTP", 1), 400},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("a", 100) + "\r\n\r\n", 400},
		{"upgrade to WebSocket", with(append([]string{"Connection: Upgrade", "Upgrade: websocket"}, dispatcher...)...), 200},
		{"upgrade to HTTP/2", with(append([]string{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"}, dispatcher...)...), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{})
			client := r.connect(t)
			client.send(t, c.request)
			if err := client.Conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			wantVendor(t, client.receive(t, http.MethodDelete), c.status)
			wantVendor(t, r.ask(t, http.MethodGet, resource, dispatcher...), http.StatusOK)
			wantQuiet(t, r)
		})
	}
}
