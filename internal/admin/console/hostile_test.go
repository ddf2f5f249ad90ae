package console_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// hostile are values that want to run, to turn the text around them, or to
// break what shows them.
var hostile = []string{
	`<script>window.pwned=1</script>`,
	`"><img src=x onerror=window.pwned=2>`,
	`<svg/onload=window.pwned=3>`,
	`javascript:window.pwned=4`,
	`</textarea></pre><iframe srcdoc="<script>parent.pwned=5</script>">`,
	"abc\u202egnp.exe\u2066\u200f",
	"{{constructor.constructor('window.pwned=6')()}}",
	"__proto__",
	strings.Repeat("W", 60_000),
}

// raw sends bytes, and waits until all of the answer has come.
func (r *running) raw(t testing.TB, request string) {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The server may answer and close before it has read everything.
	_, _ = io.WriteString(conn, request)
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, conn)
}

// TestHostileValues holds that values of requests, records, scenarios and
// sessions are shown as text: none runs, none breaks the layout.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, v := range hostile {
		line := strings.NewReplacer("\r", "", "\n", "").Replace(v)
		target := "/" + strings.NewReplacer(" ", "%20", "\u202e", "%E2%80%AE").Replace(line)
		for _, head := range []string{
			"GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n",
			"GET /customers/" + strings.TrimPrefix(target, "/") + "/locations/1 HTTP/1.1\r\nHost: x\r\n\r\n",
			"DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: x\r\nAuthorization: " + line + "\r\nX-Tenant-Id: " + line + "\r\n\r\n",
			"DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: x\r\nX-API-VERSION: " + line + "\r\nX-Mock-Scenario: " + line + "\r\nX-Mock-Session: " + line + "\r\n\r\n",
			"OPTIONS /customers/1/locations/1 HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: " + line + "\r\nAccess-Control-Request-Headers: " + line + "\r\n\r\n",
			fmt.Sprintf("DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(v), v),
		} {
			r.raw(t, head)
		}
		name := strings.ToValidUTF8(v[:min(60, len(v))], "")
		r.do(t, "PATCH", "/_mock/sessions/default/records/1/2/1", fmt.Sprintf(`{"name": %s, "note": %[1]s}`, quoted(name)))
		r.do(t, "POST", "/_mock/sessions", fmt.Sprintf(`{"name": %s}`, quoted(name)))
		r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher...)
		r.do(t, "POST", "/_mock/sessions/default/scenarios", fmt.Sprintf(`{"definition": {"name": "h%d", "description": %s, "when": {"customer_id": 999}, "then": {"respond": {"status": 500, "text": %[2]s}}}}`, len(name), quoted(name)))
	}
	r.raw(t, "GET /\x00\x01 HTTP/1.1\r\nHost: \xff\xfe\r\nX: \x00\r\n\r\n")
	r.raw(t, "DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"+strings.Repeat("<b>\x00\xff", 1<<20/5)+"x")

	_, newest := r.do(t, "GET", "/_mock/journal?limit=1", "")
	last := int(number(t, newest, `"id":\s*(\d+)`))
	for name, width := range map[string]int64{"wide": 1280, "narrow": 360} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, r.url+"/_mock/")
			p.run(chromedp.EmulateViewport(width, 800))
			goTo(p, "#/traffic", "document.querySelectorAll('.rows a').length > 5")
			harmless(p, "traffic")
			for id := 1; id <= last; id++ {
				goTo(p, fmt.Sprintf("#/traffic/%d?raw=%d", id, id%2), fmt.Sprintf("document.querySelector('.detail .sum[data-id=\"%d\"]')", id))
				harmless(p, fmt.Sprintf("exchange %d", id))
			}
			for _, v := range views {
				if !strings.HasPrefix(v.hash, "#/traffic") {
					goTo(p, v.hash, v.ready)
					harmless(p, v.name)
				}
			}
			goTo(p, "#/records/1/2/1?edit=1", "document.querySelector('.editor')")
			harmless(p, "the record")
			goTo(p, "#/records?search=%3Cscript%3Ewindow.pwned%3D7%3C/script%3E", "document.querySelector('.stage.records')")
			harmless(p, "a search")
			goTo(p, "#/%3Cimg%20src=x%20onerror=window.pwned=8%3E/%00?session=%3Cb%3E", "document.querySelector('.stage.traffic')")
			harmless(p, "an address")
		})
	}
}

// harmless holds that nothing of what is shown has run, leads away or breaks
// the layout.
func harmless(p *tab, what string) {
	p.t.Helper()
	for _, wrong := range eval[[]string](p, `(() => {
		const wrong = [];
		if (window.pwned !== undefined) wrong.push('the value ' + window.pwned + ' has run');
		const wide = document.documentElement.scrollWidth - innerWidth;
		if (wide > 0) wrong.push('the page is ' + wide + ' pixels too wide');
		for (const e of document.querySelectorAll('#view script, #view iframe, #view img, #view svg, #view [onerror], #view [onload]')) wrong.push('an element comes from a value: ' + e.outerHTML.slice(0, 200));
		for (const a of document.querySelectorAll('#view a')) if (!a.getAttribute('href').startsWith('#/')) wrong.push('a link leads to ' + a.href.slice(0, 200));
		// A mark of direction must not stand in what is shown.
		if (/[\u202e\u2066\u0000]/.test(document.querySelector('#view').innerText)) wrong.push('a character that turns or hides is shown as it is');
		return wrong;
	})()`) {
		p.t.Errorf("%s: %s", what, wrong)
	}
}

// number finds a number in a text.
func number(t testing.TB, text, pattern string) int64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String() + `"`
}

// TestNoHTMLFromText holds that the page's own code makes no element from text.
func TestNoHTMLFromText(t *testing.T) {
	names, err := filepath.Glob("ui/*.js")
	if err != nil || len(names) < 10 {
		t.Fatalf("found %v, %v", names, err)
	}
	bad := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|setAttribute\('style'|createContextualFragment|setHTML`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := bad.FindString(string(text)); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
}
