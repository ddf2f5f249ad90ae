package app_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
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
			r := testkit.Start(t, testkit.Settings{})
			client := r.Connect(t)
			head := testkit.Authorized(http.MethodDelete, testkit.Resource, c.field)
			go func() { _, _ = io.WriteString(client, head+c.body) }() // the server may stop reading
			a := client.Receive(t, http.MethodDelete)
			a.WantVendor(t, c.status)
			closes := a.Value("Connection") == "close"
			if closes != (c.status != 200) {
				t.Errorf("got Connection: %q with %d; want close exactly where what follows cannot be told from a request", a.Value("Connection"), c.status)
			}
			if !closes {
				client.Send(t, testkit.Sample)
				client.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
			}
			r.WantQuiet(t)
		})
	}
}

// TestSmuggling holds that a body is never taken for a request.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	inner := testkit.Authorized(http.MethodDelete, "/customers/2/locations/1")
	for _, c := range []struct{ name, field, body string }{
		{"within its length", fmt.Sprintf("Content-Length: %d", len(inner)), inner},
		{"too large", fmt.Sprintf("Content-Length: %d", app.MaxBodyBytes+len(inner)), inner},
		{"in a chunk", "Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(inner), inner)},
		{"behind a broken chunk", "Transfer-Encoding: chunked", "zz\r\n" + inner},
		{"unknown coding", "Transfer-Encoding: gzip", inner},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			got := r.Raw(t, testkit.Authorized(http.MethodPut, testkit.Resource, c.field)+c.body)
			if n := strings.Count(got, "HTTP/1.1 "); n != 1 {
				t.Errorf("got %d answers, want 1:\n%s", n, got)
			}
			if after := r.Ask(t, http.MethodGet, "/customers/2/locations/1", testkit.Dispatcher...); !strings.Contains(after.Body, `"customer_id": 2, "is_active": true`) {
				t.Errorf("the request in the body was performed: %s", after.Body)
			}
		})
	}
}

// TestManyConnections keeps hundreds of connections open that say nothing or
// half of something; another client is answered at once.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	const many = 400
	var held []*testkit.Conn
	for i := range many {
		c := r.Connect(t)
		switch i % 4 {
		case 1:
			c.Send(t, "DELETE /customers")
		case 2:
			c.Send(t, testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 2")+"{")
		case 3:
			c.Send(t, testkit.Sample)
			c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
		}
		held = append(held, c)
	}
	for range 20 {
		r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
	}
	for i, c := range held { // those that wait are answered when they go on
		switch i % 4 {
		case 0, 3:
			c.Send(t, testkit.Sample)
		case 1:
			c.Send(t, strings.TrimPrefix(testkit.Sample, "DELETE /customers"))
		case 2:
			c.Send(t, "}")
		}
		c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
	}
	r.WantQuiet(t)
}

// TestStrangeRequests sends what is nearly a request; each is answered in the
// vendor's form, and the server goes on.
func TestStrangeRequests(t *testing.T) {
	t.Parallel()
	with := func(fields ...string) string { return testkit.Message(http.MethodDelete, testkit.Resource, fields...) }
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"two tenants", with(testkit.Dispatcher[0], testkit.Dispatcher[1], "x-tenant-id: 2"), 400},
		{"the same tenant twice", with(testkit.Dispatcher[0], testkit.Dispatcher[1], testkit.Dispatcher[1]), 400},
		{"two tokens", with(testkit.Dispatcher[0], testkit.Dispatcher[0], testkit.Dispatcher[1]), 401},
		{"tenant with a tab", with(testkit.Dispatcher[0], "x-tenant-id: 1\t1"), 400},
		{"tenant with a line break within", with(testkit.Dispatcher[0], "x-tenant-id: 1\r\n 1"), 400},
		{"tenant that is no UTF-8", with(testkit.Dispatcher[0], "x-tenant-id: \xff\xfe"), 400},
		{"control character", with(testkit.Dispatcher[0], "x-tenant-id: \x01"), 400},
		{"bare CR", with(testkit.Dispatcher[0], "x-tenant-id: 1\rx: y"), 400},
		{"line feeds alone", strings.ReplaceAll(testkit.Sample, "\r\n", "\n"), 200},
		{"empty lines before", "\r\n" + testkit.Sample, 400},
		{"lower-case protocol", strings.Replace(testkit.Sample, "HTTP/1.1", "http/1.1", 1), 400},
		{"HTTP/3.0", strings.Replace(testkit.Sample, "HTTP/1.1", "HTTP/3.0", 1), 400},
		{"a path with a space", strings.Replace(testkit.Sample, "/1 HTTP", "/1 2 HTTP", 1), 400},
		{"a broken escape", strings.Replace(testkit.Sample, "/1 HTTP", "/%zz HTTP", 1), 400},
		{"a null in the path", strings.Replace(testkit.Sample, "/1 HTTP", "/%00 HTTP", 1), 400},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("a", 100) + "\r\n\r\n", 400},
		{"upgrade to WebSocket", with(append([]string{"Connection: Upgrade", "Upgrade: websocket"}, testkit.Dispatcher...)...), 200},
		{"upgrade to HTTP/2", with(append([]string{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"}, testkit.Dispatcher...)...), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := r.Connect(t)
			client.Send(t, c.request)
			if err := client.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			client.Receive(t, http.MethodDelete).WantVendor(t, c.status)
			r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
			r.WantQuiet(t)
		})
	}
}
