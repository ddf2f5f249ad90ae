package app_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
)

// wantQuiet fails where the server had trouble of its own.
func wantQuiet(t *testing.T, r *running) {
	t.Helper()
	for _, word := range []string{"panic", "violation", "internal error", "superfluous"} {
		if log := r.log.String(); strings.Contains(log, word) {
			t.Errorf("the log has %q:\n%.4000s", word, log)
		}
	}
}

// TestSlowSender sends a request byte by byte; between any two bytes another
// client is answered.
func TestSlowSender(t *testing.T) {
	t.Parallel()
	body := message(http.MethodDelete, resource, append([]string{"Content-Length: 5"}, dispatcher...)...) + "{   }"
	for name, request := range map[string]string{"head": sample, "body": body} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{})
			slow, other := r.connect(t), r.connect(t)
			for i := range len(request) {
				slow.send(t, request[i:i+1])
				other.send(t, message(http.MethodGet, resource, dispatcher...))
				wantVendor(t, other.receive(t, http.MethodGet), http.StatusOK)
			}
			wantVendor(t, slow.receive(t, http.MethodDelete), http.StatusOK)
			wantQuiet(t, r)
		})
	}
}

// TestHalfClosedClient closes its sending half behind the request; the answer
// comes all the same.
func TestHalfClosedClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, request string
		statuses      []int
	}{
		{"whole request", sample, []int{200}},
		{"two requests", sample + sample, []int{200, 200}},
		{"with a body", message(http.MethodDelete, resource, append([]string{"Content-Length: 2"}, dispatcher...)...) + "{}", []int{200}},
		{"refused request", message(http.MethodDelete, resource), []int{401}},
		{"cut body", message(http.MethodDelete, resource, append([]string{"Content-Length: 3"}, dispatcher...)...) + "{}", []int{400}},
		{"cut chunk", message(http.MethodDelete, resource, append([]string{"Transfer-Encoding: chunked"}, dispatcher...)...) + "5\r\n{}", []int{400}},
		{"request and a half", sample + "DELETE /customers/1/loc", []int{200, 400}},
		{"half a head", sample[:len(sample)-4], []int{400}},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{})
			client := r.connect(t)
			client.send(t, c.request)
			if err := client.Conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			for i, want := range c.statuses {
				a, err := readAnswer(client.read, http.MethodDelete)
				if errors.Is(err, io.EOF) && want == 400 && i == len(c.statuses)-1 {
					return // net/http may also close without a word on a cut head
				}
				if err != nil {
					t.Fatalf("answer %d: %v", i+1, err)
				}
				wantVendor(t, a, want)
			}
			if rest, _ := io.ReadAll(client.read); len(rest) > 0 {
				t.Errorf("got more than the answers: %q", rest)
			}
			wantQuiet(t, r)
		})
	}
}

// TestClientLeaves disconnects at all sorts of moments; the server goes on for
// the others, and stops cleanly (launch sees to that).
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	withBody := message(http.MethodDelete, resource, append([]string{"Content-Length: 1000000"}, dispatcher...)...)
	chunked := message(http.MethodDelete, resource, append([]string{"Transfer-Encoding: chunked"}, dispatcher...)...)
	for _, c := range []struct{ name, sent string }{
		{"before a byte", ""},
		{"in the request line", "DELETE /cust"},
		{"in the head", sample[:60]},
		{"before the body", withBody},
		{"in the body", withBody + strings.Repeat("x", 1000)},
		{"in a chunk", chunked + "ff\r\nabc"},
		{"between chunks", chunked + "3\r\nabc\r\n"},
		{"before the answer", sample},
		{"in hundreds of answers", strings.Repeat(sample, 500)},
	} {
		for _, reset := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: ", with a reset"}[reset], func(t *testing.T) {
				t.Parallel()
				r := launch(t, settings{})
				for range 10 {
					client := r.connect(t)
					if reset {
						// What was not sent is thrown away, and the peer is told so.
						if err := client.Conn.(*net.TCPConn).SetLinger(0); err != nil {
							t.Fatal(err)
						}
					}
					client.send(t, c.sent)
					client.Close()
				}
				wantVendor(t, r.ask(t, http.MethodGet, resource, dispatcher...), http.StatusOK)
				wantQuiet(t, r)
			})
		}
	}
}

// TestHeadSizes holds the limit on the request line and the header fields: a
// client below it is answered as always, one above it in the vendor's form,
// and what it sent is not acted upon.
func TestHeadSizes(t *testing.T) {
	t.Parallel()
	field := func(n int) string {
		return message(http.MethodDelete, resource, append([]string{"x-note: " + strings.Repeat("a", n)}, dispatcher...)...)
	}
	many := func(n int) string {
		return message(http.MethodDelete, resource, append(strings.Split(strings.Repeat("x-note: a\n", n)+"x-note: a", "\n"), dispatcher...)...)
	}
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"well below", field(app.MaxHeaderBytes - 1024), 200},
		{"above", field(app.MaxHeaderBytes + 8192), 431},
		{"1 MB", field(1 << 20), 431},
		{"10 MB", field(10 << 20), 431},
		{"1 MB of authorization", message(http.MethodDelete, resource, "Authorization: Bearer "+strings.Repeat("a", 1<<20)), 431},
		{"60 KB of authorization", message(http.MethodDelete, resource, "x-tenant-id: 1", "Authorization: Bearer "+strings.Repeat("a", 60_000)), 401},
		{"60 KB of each input", message(http.MethodDelete, resource, dispatcher[0], "x-tenant-id: "+strings.Repeat("1", 60_000)), 400},
		{"1,000 fields", many(1000), 200},
		{"100,000 fields", many(100_000), 431},
		{"request line of 60 KB", message(http.MethodGet, "/"+strings.Repeat("a", 60_000), dispatcher...), 404},
		{"request line of 1 MB", message(http.MethodGet, "/"+strings.Repeat("a", 1<<20), dispatcher...), 431},
		{"method of 60 KB", message(strings.Repeat("A", 60_000), resource, dispatcher...), 405},
		{"no end of line", strings.Repeat("a", 1<<20), 431},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{quiet: true})
			client := r.connect(t)
			go func() { _, _ = io.WriteString(client, c.request) }() // the server may stop reading
			a := client.receive(t, http.MethodDelete)
			wantVendor(t, a, c.status)
			if len(a.reason) > 300 {
				t.Errorf("the reason phrase has %d bytes, want it cut: clients refuse status lines of a few kilobytes", len(a.reason))
			}
			if len(a.body) > 2000 {
				t.Errorf("the body has %d bytes, want what was received cut", len(a.body))
			}
			if c.status == 431 && !strings.Contains(a.reason, fmt.Sprint(app.MaxHeaderBytes)) {
				t.Errorf("got the reason phrase %q, want it to tell the limit", a.reason)
			}
			if c.status != 200 {
				if after := r.ask(t, http.MethodGet, resource, dispatcher...); !strings.Contains(after.body, `"customer_id": 1, "is_active": true`) {
					t.Errorf("the refused request changed the record: %s", after.body)
				}
			}
			wantQuiet(t, r)
		})
	}
}

// TestReasonPhraseIsCut holds the length of the status line where the detail is
// long for a good reason; the body has all of it.
func TestReasonPhraseIsCut(t *testing.T) {
	t.Parallel()
	var ids, tenants []string
	for i := range 200 {
		ids = append(ids, fmt.Sprint(1000+i))
		tenants = append(tenants, fmt.Sprintf(`{"id": %d}`, 1000+i))
	}
	file := fmt.Sprintf(`{"tenants": [%s], "clients": [{"token": "many-token", "client_id": "many", "roles": ["Dispatcher"], "tenants": [%s]}]}`,
		strings.Join(tenants, ","), strings.Join(ids, ","))
	r := launch(t, settings{files: map[string]string{"many.json": file}})
	a := r.ask(t, http.MethodDelete, resource, "Authorization: Bearer many-token", "x-tenant-id: 1")
	wantVendor(t, a, http.StatusForbidden)
	if len(a.reason) > 240 || !strings.HasSuffix(a.reason, "...") {
		t.Errorf("got a reason phrase of %d bytes, %q, want at most 240 that end in dots: clients refuse long status lines", len(a.reason), a.reason)
	}
	if !strings.Contains(a.body, ids[199]) {
		t.Errorf("got the body %s, want it whole", a.body)
	}
}
