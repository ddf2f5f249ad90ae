package console_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
)

// TestTryForetells holds what the view says of a browser on another origin
// against one: a page of another origin makes each request.
func TestTryForetells(t *testing.T) {
	t.Parallel()
	const token, tenant = "Authorization: Bearer dispatcher-token", "x-tenant-id: 1"
	requests := []struct {
		method, path string
		header       []string
	}{
		{"DELETE", "/customers/1/locations/1", []string{token, tenant}},
		{"DELETE", "/customers/1/locations/1", []string{token, tenant, "x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}},
		{"DELETE", "/customers/1/locations/1", []string{token, tenant, "x-api-version: 2023/04/19"}},
		{"GET", "/customers/1/locations/1", nil},
		{"GET", "/customers/1/locations/1", []string{"Accept: application/json", "Accept-Language: de"}},
		{"GET", "/customers/1/locations/1", []string{"Accept: " + strings.Repeat("a", 129)}},
		{"GET", "/customers/1/locations/1", []string{"X-Mock-Scenario: unexpected-null"}},
		{"POST", "/customers/1/locations/1", []string{"Content-Type: text/plain; charset=utf-8"}},
		{"POST", "/customers/1/locations/1", []string{"Content-Type: application/json"}},
		{"PATCH", "/customers/1/locations/1", []string{token}},
		{"PUT", "/customers/1/locations/1", nil},
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>another origin</title>")
	}))
	t.Cleanup(other.Close)
	for _, cors := range []contract.CORS{contract.CORSDocumented, contract.CORSRelaxed} {
		t.Run(string(cors), func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{cors: cors})
			p, shop := open(t, r.url+"/_mock/#/try"), open(t, other.URL)
			shop.expected = "blocked by CORS policy"
			said := map[bool]int{}
			for _, q := range requests {
				p.fill("#try-client", "none")
				p.fill("#try-tenant", "")
				p.fill("#try-method", q.method)
				p.fill("#try-path", q.path)
				p.fill("#try-headers", strings.Join(q.header, "\n"))
				p.sees(".stage pre", r.url+q.path)
				says := eval[bool](p, "Boolean(document.querySelector('.stage .good-note'))")
				fields := make([][]string, 0, len(q.header))
				for _, line := range q.header {
					name, value, _ := strings.Cut(line, ": ")
					fields = append(fields, []string{name, value})
				}
				is := eval[bool](shop, fmt.Sprintf("fetch(%q, {method: %q, headers: %s}).then(() => true, () => false)", r.url+q.path, q.method, list(fields)))
				if says != is {
					t.Errorf("%s %s: the page says %v, and the browser did it: %v", q.method, q.header, says, is)
				}
				said[is]++
			}
			if said[true] == 0 || said[false] == 0 {
				t.Errorf("the browser let pass %d and refused %d: both should be tried", said[true], said[false])
			}
		})
	}
}

// list writes pairs as JavaScript.
func list(pairs [][]string) string {
	var b strings.Builder
	for _, pair := range pairs {
		fmt.Fprintf(&b, "[%q, %q], ", pair[0], pair[1])
	}
	return "[" + b.String() + "]"
}

// TestTryFromAfar holds that a console on a listener of its own says why the
// browser cannot send, and sends from the server.
func TestTryFromAfar(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{admin: app.Admin{Address: "127.0.0.1:0"}})
	p := open(t, r.admin+"/_mock/#/try")
	p.sees(".stage .note", "the API is at "+r.url+", and the console's policy lets the page ask "+r.admin+" only")
	p.until("no way to press it", "[...document.querySelectorAll('button')].find(e => e.innerText === 'Send from this browser').disabled")
	p.sees(".good-note", "It would be sent.")
	p.sees(".stage pre", r.url+"/customers/1/locations/1")
	p.press("Send from the server")
	p.sees("[aria-label=Answer]", "200 OK")
	p.press("All about this exchange")
	p.sees(".detail .dplus", `"is_active": false`)
}
