package console_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/app"
)

// maxWeight is how many bytes the page may have over the wire.
const maxWeight = 200 << 10

// sent is a file of the page as it comes over the wire.
type sent struct {
	status int
	header http.Header
	body   string
}

// get asks for a file of the page without the client's own unpacking.
func get(t testing.TB, url string, header ...string) sent {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := (&http.Transport{DisableCompression: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return sent{response.StatusCode, response.Header, string(body)}
}

// TestHeaders holds the policy of every file, and that it is sent once.
func TestHeaders(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, path := range []string{"/_mock/", "/_mock/ui/main.js", "/_mock/ui/base.css", "/_mock/ui/none.js"} {
		response := get(t, r.url+path, "Accept-Encoding: gzip")
		policy := response.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
			if !strings.Contains(policy+";", want+";") {
				t.Errorf("%s: the policy %q lacks %s", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || response.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %v", path, response.header)
		}
	}
	zipped := get(t, r.url+"/_mock/ui/main.js", "Accept-Encoding: br;q=1, gzip;q=0.8")
	if zipped.header.Get("Content-Encoding") != "gzip" || zipped.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("got %v, want it compressed", zipped.header)
	}
	unpacked, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	plain := get(t, r.url+"/_mock/ui/main.js", "Accept-Encoding: gzip;q=0")
	if plain.body != string(text) || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("the plain file is another than the compressed one, or not plain: %v", plain.header)
	}
	if again := get(t, r.url+"/_mock/ui/main.js", "Accept-Encoding: gzip", "If-None-Match: "+zipped.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("got %d for a file that the browser has, want 304", again.status)
	}
	if again := get(t, r.url+"/_mock/ui/main.js", "If-None-Match: "+zipped.header.Get("ETag")); again.status != http.StatusOK {
		t.Errorf("got %d for a file in another coding, want 200", again.status)
	}
	if response := get(t, r.url+"/_mock"); response.status != http.StatusMovedPermanently || response.header.Get("Location") != "/_mock/" {
		t.Errorf("got %d to %q, want the page's address", response.status, response.header.Get("Location"))
	}
}

// TestNoConsole holds that it is absent where the admin API is closed, and that an
// evil name does not reach it.
func TestNoConsole(t *testing.T) {
	t.Parallel()
	off := launch(t, settings{admin: app.Admin{Off: true}})
	for _, path := range []string{"/_mock/", "/_mock/ui/main.js"} {
		if status, body := off.do(t, "GET", path, ""); status != http.StatusNotFound || strings.Contains(body, "<") {
			t.Errorf("%s: got %d %s, want what any unknown path gets", path, status, body)
		}
	}
	r := launch(t, settings{})
	if response := get(t, r.url+"/_mock/", "Host: evil.example"); response.status != http.StatusForbidden {
		t.Errorf("got %d under a rebound name, want 403", response.status)
	}
}

// TestWeight holds what the page weighs with all that any view loads, and
// tells how fast it is there.
func TestWeight(t *testing.T) {
	r := launch(t, settings{})
	r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...)
	p := open(t, r.url+"/_mock/")
	p.until("the page", "document.querySelector('.rows a')")
	paint := eval[float64](p, "performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint')?.startTime ?? -1")
	for _, name := range []string{"records", "records/1/1/1", "scenarios", "contract", "sessions", "try"} {
		view, _, _ := strings.Cut(name, "/")
		goTo(p, "#/"+name, "document.querySelector('.stage."+view+"')")
	}
	type size struct {
		Name  string
		Bytes int
	}
	var total int
	for _, f := range eval[[]size](p, "[performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource').filter(e => e.name.includes('/_mock/ui/'))].map(e => ({Name: e.name, Bytes: e.transferSize}))") {
		total += f.Bytes
	}
	again := []float64{}
	for range 5 {
		eval[bool](p, "(sessionStorage.setItem('before', performance.timeOrigin), location.reload(), true)")
		p.until("the page again", "performance.timeOrigin != sessionStorage.getItem('before') && document.readyState === 'complete' && performance.getEntriesByName('first-contentful-paint').length")
		again = append(again, eval[float64](p, "performance.getEntriesByName('first-contentful-paint')[0].startTime"))
	}
	slices.Sort(again)
	t.Logf("the page weighs %d bytes with its header sections; first contentful paint after %.0f ms in a fresh browser, %.0f ms (median of 5) when it comes again", total, paint, again[2])
	if total > maxWeight || total < 10_000 {
		t.Errorf("the page weighs %d bytes, want at most %d", total, maxWeight)
	}
	for _, name := range eval[[]string](p, fmt.Sprintf("performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(%q))", r.url+"/_mock/")) {
		t.Errorf("the page loads %s", name)
	}
}

// TestOtherOrigin holds that a page of another origin can neither read nor
// drive the admin API, nor frame the console.
func TestOtherOrigin(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><title>evil</title><iframe name="f" src="`+r.url+`/_mock/"></iframe><form method="post" target="t" enctype="text/plain" action="`+r.url+`/_mock/sessions"><input name='{"id":"evil","name":"' value='"}'></form><iframe name="t"></iframe>`)
	}))
	defer evil.Close()
	p := open(t, evil.URL)
	p.expected = "blocked by CORS policy"
	got := eval[[]string](p, fmt.Sprintf(`(async base => {
		const out = [];
		const asks = [
			['read', () => fetch(base + '/_mock/journal').then(r => r.text())],
			['read with a header', () => fetch(base + '/_mock/sessions', {headers: {'X-Mock-Token': 'x'}}).then(r => r.text())],
			['read blindly', () => fetch(base + '/_mock/journal', {mode: 'no-cors'}).then(r => { if (r.type !== 'opaque') throw 1; return r.text().then(t => { if (!t) throw 1; return t; }); })],
			['write', () => fetch(base + '/_mock/sessions', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"id":"evil"}'}).then(r => r.text())],
			['write as text', () => fetch(base + '/_mock/sessions', {method: 'POST', body: '{"id":"evil"}'}).then(r => r.text())],
			['drop', () => fetch(base + '/_mock/sessions/default', {method: 'DELETE'}).then(r => r.text())],
			['send', () => fetch(base + '/_mock/send', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"method":"DELETE","path":"/customers/1/locations/1"}'}).then(r => r.text())],
			['import', () => import(base + '/_mock/ui/main.js')],
		];
		for (const [name, ask] of asks) await ask().then(t => out.push(name + ': ' + String(t).slice(0, 200)), () => {});
		await fetch(base + '/_mock/sessions', {method: 'POST', mode: 'no-cors', body: '{"id":"evil"}'}).catch(() => {});
		const sent = new Promise(done => { document.querySelector('[name=t]').onload = done; });
		document.forms[0].submit();
		await sent;
		return out;
	})(%q)`, r.url))
	for _, text := range got {
		t.Errorf("a page of another origin could %s", text)
	}
	if _, body := r.do(t, "GET", "/_mock/sessions", ""); strings.Contains(body, "evil") || !strings.Contains(body, `"default"`) {
		t.Errorf("the sessions were driven: %s", body)
	}
	if _, body := r.do(t, "GET", "/customers/1/locations/1", "", dispatcher...); !strings.Contains(body, `"is_active": true`) {
		t.Errorf("a record was changed: %s", body)
	}
}
