package console_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"dispatchmock/internal/manual"
)

// helpPage asks for a page of the manual.
func helpPage(t *testing.T, r *running, path string) (status int, header http.Header, body string) {
	t.Helper()
	answer, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// TestHelp holds that each topic has a page, and that the page, its text and the
// search lead to one another.
func TestHelp(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	_, _, index := helpPage(t, r, "/_mock/help/")
	_, header, list := helpPage(t, r, "/_mock/llms.txt")
	if kind := header.Get("Content-Type"); kind != "text/markdown; charset=utf-8" {
		t.Errorf("llms.txt: got the type %q", kind)
	}
	for _, topic := range manual.Topics() {
		at := "/_mock/help/" + topic.Name
		status, header, body := helpPage(t, r, at)
		if status != http.StatusOK || !strings.Contains(body, "<title>"+topic.Title+" – Dispatchmock</title>") || !strings.Contains(body, ">"+topic.Title+"</h1>") {
			t.Errorf("%s: got %d and %.200s, want its title", at, status, body)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
			t.Errorf("%s: got the policy %q, want one that runs no script", at, policy)
		}
		if !strings.Contains(index, `href="`+at+`"`) || !strings.Contains(list, "]("+at+".md)") {
			t.Errorf("%s is not in the list of topics", at)
		}
		if _, _, text := helpPage(t, r, at+".md"); !strings.HasPrefix(text, "# "+topic.Title+"\n") {
			t.Errorf("%s.md: got %.100q", at, text)
		}
	}
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/_mock/help", 200, "<h1"},
		{"/_mock/help/reference/serve", 200, "<code>--listen HOST:PORT</code>"},
		{"/_mock/help/?q=preflight", 200, `<a href="/_mock/help/cors">CORS</a>`},
		{"/_mock/help/?q=%22%3E%3Cscript%3E", 200, `value="&#34;&gt;&lt;script&gt;"`},
		{"/_mock/help/no-such", 404, "no such topic"},
		{"/_mock/help/no-such.md", 404, "no such topic"},
		{"/_mock/help/../manual.go", 404, ""},
	} {
		if status, _, body := helpPage(t, r, c.path); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: got %d and %.300s, want %d and %q", c.path, status, body, c.status, c.want)
		}
	}
}

// TestHelpInTheBrowser holds that the console links to the manual, that the search
// works without a script, and that axe-core finds nothing on a small screen or a large one.
func TestHelpInTheBrowser(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	eval[bool](p, `document.querySelector('a[href="/_mock/help/"]').click() || true`)
	p.sees("h1", "Dispatchmock")
	eval[bool](p, `(document.querySelector('input[name=q]').value = 'rate_limit', document.querySelector('form').requestSubmit()) || true`)
	p.sees("main", "Scenario files")
	for _, look := range []struct {
		scheme string
		width  int64
	}{{"light", 360}, {"light", 1280}, {"dark", 1280}} {
		for _, topic := range []string{"errors", "reference/ctl"} {
			p.run(chromedp.EmulateViewport(look.width, 800), chromedp.Navigate(r.url+"/_mock/help/"+topic))
			p.sees("h1", "")
			scheme(p, look.scheme)
			p.run(chromedp.Evaluate[chromedp.Void](axe))
			audit(p, topic)
			if eval[bool](p, "document.documentElement.scrollWidth > innerWidth") {
				t.Errorf("%s at %d px is wider than the window", topic, look.width)
			}
		}
	}
}
