package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
)

// headOf returns a request whose head has n bytes, where the request line has
// them or a field has.
func headOf(t *testing.T, n int, method, path string, line bool, header ...string) string {
	t.Helper()
	build := func(pad string) string {
		if line {
			return testkit.Message(method, path+"?"+pad, header...)
		}
		return testkit.Message(method, path, append([]string{"x-note: " + pad}, header...)...)
	}
	text := build(strings.Repeat("a", n-len(build(""))))
	if len(text) != n {
		t.Fatalf("the head has %d bytes, want %d", len(text), n)
	}
	return text
}

// TestHeadLimitIsExact holds that a head of just as many bytes as the limit
// says passes, and one of a byte more is refused, whatever came before it on
// its connection, and not acted upon.
func TestHeadLimitIsExact(t *testing.T) {
	t.Parallel()
	chunked := testkit.Authorized(http.MethodDelete, testkit.Resource, "Transfer-Encoding: chunked") + "2\r\n{}\r\n0\r\n\r\n"
	length := testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 2") + "{}"
	front := func(b app.Deps) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.Mock.ServeHTTP(w, r) })
	}
	for _, before := range []struct {
		name, text string
		answers    int
	}{{"first", "", 0}, {"second", testkit.Sample, 1}, {"behind a body", length, 1}, {"behind a chunked body", chunked, 1}, {"third", testkit.Sample + length, 2}} {
		for _, line := range []bool{false, true} {
			for _, proxied := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, line %t, front %t", before.name, line, proxied), func(t *testing.T) {
					t.Parallel()
					s := testkit.Settings{}
					if proxied {
						s.Handler = front
					}
					r := testkit.Start(t, s)
					for _, c := range []struct{ size, status int }{
						{app.MaxHeaderBytes, 404}, {app.MaxHeaderBytes + 1, 431}, {app.MaxHeaderBytes + 4096, 431}, {app.MaxHeaderBytes + 8000, 431},
					} {
						client := r.Connect(t)
						text := before.text + headOf(t, c.size, http.MethodGet, "/nowhere", line, testkit.Dispatcher...)
						go func() { _, _ = io.WriteString(client, text) }() // the server may stop reading
						for range before.answers {
							client.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
						}
						client.Receive(t, http.MethodGet).WantVendor(t, c.status)
						if c.status == 431 {
							client.Ended(t)
						}
						client.Close()
					}
					r.WantQuiet(t)
				})
			}
		}
	}
}

// TestHeadLimitOfTheAdminAPI holds the same limit there, on the listener of
// the API and on one of its own.
func TestHeadLimitOfTheAdminAPI(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"", "127.0.0.1:0"} {
		t.Run(own, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{Options: app.Options{Admin: app.Admin{Address: own}}})
			address := r.Addr()
			if own != "" {
				address = r.AdminAddr()
			}
			for size, status := range map[int]int{app.MaxHeaderBytes: 200, app.MaxHeaderBytes + 1: 431} {
				conn, err := net.Dial("tcp", address.String())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				go func() {
					_, _ = io.WriteString(conn, headOf(t, size, http.MethodGet, "/_mock/health", false)) // the server may stop reading
				}()
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || response.StatusCode != status {
					t.Fatalf("got %v, %v for a head of %d bytes, want %d", response, err, size, status)
				}
				response.Body.Close()
			}
		})
	}
}
