package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
)

// TestSlowSender sends a request byte by byte; between any two bytes another
// client is answered.
func TestSlowSender(t *testing.T) {
	t.Parallel()
	body := testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 5") + "{   }"
	for name, request := range map[string]string{"head": testkit.Sample, "body": body} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			slow, other := r.Connect(t), r.Connect(t)
			for i := range len(request) {
				slow.Send(t, request[i:i+1])
				other.Send(t, testkit.Authorized(http.MethodGet, testkit.Resource))
				other.Receive(t, http.MethodGet).WantVendor(t, http.StatusOK)
			}
			slow.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
			r.WantQuiet(t)
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
		{"whole request", testkit.Sample, []int{200}},
		{"two requests", testkit.Sample + testkit.Sample, []int{200, 200}},
		{"with a body", testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 2") + "{}", []int{200}},
		{"refused request", testkit.Message(http.MethodDelete, testkit.Resource), []int{401}},
		{"cut body", testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 3") + "{}", []int{400}},
		{"cut chunk", testkit.Authorized(http.MethodDelete, testkit.Resource, "Transfer-Encoding: chunked") + "5\r\n{}", []int{400}},
		{"request and a half", testkit.Sample + "DELETE /customers/1/loc", []int{200, 400}},
		{"half a head", testkit.Sample[:len(testkit.Sample)-4], []int{400}},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := r.Connect(t)
			client.Send(t, c.request)
			if err := client.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			for i, want := range c.statuses {
				a, err := testkit.ReadAnswer(client.Answers, http.MethodDelete)
				if errors.Is(err, io.EOF) && want == 400 && i == len(c.statuses)-1 {
					return // net/http may also close without a word on a cut head
				}
				if err != nil {
					t.Fatalf("answer %d: %v", i+1, err)
				}
				a.WantVendor(t, want)
			}
			if rest, _ := io.ReadAll(client.Answers); len(rest) > 0 {
				t.Errorf("got more than the answers: %q", rest)
			}
			r.WantQuiet(t)
		})
	}
}

// TestClientLeaves disconnects at all sorts of moments; the server goes on for
// the others, and stops cleanly (launch sees to that).
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	withBody := testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 1000000")
	chunked := testkit.Authorized(http.MethodDelete, testkit.Resource, "Transfer-Encoding: chunked")
	for _, c := range []struct{ name, sent string }{
		{"before a byte", ""},
		{"in the request line", "DELETE /cust"},
		{"in the head", testkit.Sample[:60]},
		{"before the body", withBody},
		{"in the body", withBody + strings.Repeat("x", 1000)},
		{"in a chunk", chunked + "ff\r\nabc"},
		{"between chunks", chunked + "3\r\nabc\r\n"},
		{"before the answer", testkit.Sample},
		{"in hundreds of answers", strings.Repeat(testkit.Sample, 500)},
	} {
		for _, reset := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: ", with a reset"}[reset], func(t *testing.T) {
				t.Parallel()
				r := testkit.Start(t, testkit.Settings{})
				for range 10 {
					client := r.Connect(t)
					if reset {
						// What was not sent is thrown away, and the peer is told so.
						if err := client.SetLinger(0); err != nil {
							t.Fatal(err)
						}
					}
					client.Send(t, c.sent)
					client.Close()
				}
				r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
				r.WantQuiet(t)
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
		return testkit.Authorized(http.MethodDelete, testkit.Resource, "x-note: "+strings.Repeat("a", n))
	}
	many := func(n int) string {
		return testkit.Message(http.MethodDelete, testkit.Resource, append(strings.Split(strings.Repeat("x-note: a\n", n)+"x-note: a", "\n"), testkit.Dispatcher...)...)
	}
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"well below", field(app.MaxHeaderBytes - 1024), 200},
		{"above", field(app.MaxHeaderBytes + 8192), 431},
		{"1 MB", field(1 << 20), 431},
		{"10 MB", field(10 << 20), 431},
		{"1 MB of authorization", testkit.Message(http.MethodDelete, testkit.Resource, "Authorization: Bearer "+strings.Repeat("a", 1<<20)), 431},
		{"60 KB of authorization", testkit.Message(http.MethodDelete, testkit.Resource, "x-tenant-id: 1", "Authorization: Bearer "+strings.Repeat("a", 60_000)), 401},
		{"60 KB of each input", testkit.Message(http.MethodDelete, testkit.Resource, testkit.Dispatcher[0], "x-tenant-id: "+strings.Repeat("1", 60_000)), 400},
		{"1,000 fields", many(1000), 200},
		{"100,000 fields", many(100_000), 431},
		{"request line of 60 KB", testkit.Authorized(http.MethodGet, "/"+strings.Repeat("a", 60_000)), 404},
		{"request line of 1 MB", testkit.Authorized(http.MethodGet, "/"+strings.Repeat("a", 1<<20)), 431},
		{"method of 60 KB", testkit.Authorized(strings.Repeat("A", 60_000), testkit.Resource), 405},
		{"no end of line", strings.Repeat("a", 1<<20), 431},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := r.Connect(t)
			go func() { _, _ = io.WriteString(client, c.request) }() // the server may stop reading
			a := client.Receive(t, http.MethodDelete)
			a.WantVendor(t, c.status)
			if len(a.Reason) > 300 {
				t.Errorf("the reason phrase has %d bytes, want it cut: clients refuse status lines of a few kilobytes", len(a.Reason))
			}
			if len(a.Body) > 2000 {
				t.Errorf("the body has %d bytes, want what was received cut", len(a.Body))
			}
			if c.status == 431 && !strings.Contains(a.Reason, fmt.Sprint(app.MaxHeaderBytes)) {
				t.Errorf("got the reason phrase %q, want it to tell the limit", a.Reason)
			}
			if c.status != 200 {
				if after := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); !strings.Contains(after.Body, `"customer_id": 1, "is_active": true`) {
					t.Errorf("the refused request changed the record: %s", after.Body)
				}
			}
			r.WantQuiet(t)
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
	r := testkit.Start(t, testkit.Settings{Data: testkit.Data{Files: map[string]string{"many.json": file}}})
	a := r.Ask(t, http.MethodDelete, testkit.Resource, "Authorization: Bearer many-token", "x-tenant-id: 1")
	a.WantVendor(t, http.StatusForbidden)
	if len(a.Reason) > 240 || !strings.HasSuffix(a.Reason, "...") {
		t.Errorf("got a reason phrase of %d bytes, %q, want at most 240 that end in dots: clients refuse long status lines", len(a.Reason), a.Reason)
	}
	if !strings.Contains(a.Body, ids[199]) {
		t.Errorf("got the body %s, want it whole", a.Body)
	}
}
