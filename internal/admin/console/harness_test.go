package console_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
)

var patience = testkit.Patience

// settings are what a test may choose of a server; the zero value is the
// default world.
type settings struct {
	files   *fixture.Fixtures
	journal journal.Limits
	admin   app.Admin
	front   func(app.Deps) http.Handler // in the place of the mock
	cors    contract.CORS
}

// running is a server under test.
type running struct {
	*testkit.Server
	url   string
	admin string // where the console is
}

// launch starts a server and stops it when the test ends.
func launch(t testing.TB, s settings) *running {
	t.Helper()
	s.admin.Version = "0.0.0"
	server := testkit.Start(t, testkit.Settings{Clock: testkit.Started, Options: app.Options{CORS: s.cors, Journal: s.journal, Admin: s.admin, Handler: s.front,
		Sessions: session.Options{Fixtures: s.files, Now: time.Now, NewID: uuid.New}}})
	r := &running{server, server.URL, server.URL}
	if at := r.AdminAddr(); at != nil {
		r.admin = "http://" + at.String()
	}
	t.Cleanup(func() {
		// A browser keeps connections that nothing comes over any more: no
		// time to wait for them.
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.Shutdown(ctx)
	})
	return r
}

// do sends a request and returns the status and the body.
func (r *running) do(t testing.TB, method, path, body string, header ...string) (status int, answer string) {
	t.Helper()
	response, text := r.Do(t, method, path, body, header...)
	return response.StatusCode, text
}

// dispatcher is the header of a request that may do everything in tenant 1.
var dispatcher = []string{"Authorization: Bearer dispatcher-token", "x-tenant-id: 1"}

// findChromium returns the path of a browser, or "".
func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// theBrowser is started by the first test that needs it.
var theBrowser struct {
	once   sync.Once
	ctx    context.Context
	cancel func()
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if theBrowser.cancel != nil {
		theBrowser.cancel()
	}
	os.Exit(code)
}

// browser returns the context of a browser; without one on this machine the
// test is left out, but for in CI.
func browser(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	path := findChromium()
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium in PATH: CI must have one (apt-get install chromium)")
		}
		t.Skip("no chromium in PATH: install it to run the tests of the page (apt-get install chromium)")
	}
	theBrowser.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
			chromedp.WSURLReadTimeout(patience), chromedp.WindowSize(1280, 800))
		alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(alloc)
		theBrowser.ctx, theBrowser.cancel = ctx, func() { cancel(); stop() }
		theBrowser.err = chromedp.Do(ctx)
	})
	if theBrowser.err != nil {
		t.Fatalf("starting %s: %v", path, theBrowser.err)
	}
	return theBrowser.ctx
}

// tab is a page in the browser. What goes wrong in it fails the test.
type tab struct {
	t   testing.TB
	ctx context.Context
	// expected stands in errors that are meant to be there.
	expected string
}

// open opens a page in a tab of its own.
func open(t testing.TB, url string) *tab {
	t.Helper()
	tabContext, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	// The first use of a context must have no end of its own.
	if err := chromedp.Do(tabContext); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(tabContext)
	p := &tab{t: t, ctx: ctx}
	var mu sync.Mutex
	var wrong []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			text := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				text += " " + e.ExceptionDetails.Exception.Description
			}
			wrong = append(wrong, text)
		case *log.EventEntryAdded:
			// A refusal of the admin API is an error to the browser's log as well.
			if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
				wrong = append(wrong, fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		for _, text := range wrong {
			if p.expected != "" && strings.Contains(text, p.expected) {
				continue
			}
			t.Errorf("in the page: %s", text)
		}
		mu.Unlock()
		end()
		cancel()
	})
	p.run(chromedp.EmulateViewport(1280, 800))
	// Tests go on side by side, and each has the keyboard.
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.run(chromedp.Navigate(url))
	return p
}

func (p *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval returns what a script comes to.
func eval[T any](p *tab, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a script to come true.
func (p *tab) until(what, script string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+script+")"))
		if ok && err == nil {
			return
		}
		if ctx.Err() != nil {
			p.t.Fatalf("waited for %s: %s is not true (%v); the page says:\n%.3000s", what, script, err, p.text("body"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// text returns what stands in an element.
func (p *tab) text(selector string) string {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.innerText || ''", selector)))
	return text
}

// sees waits for a text in an element.
func (p *tab) sees(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q in %s", text, selector), fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))", selector, text))
}

// press clicks a button or link by what it says.
func (p *tab) press(label string) {
	p.t.Helper()
	find := fmt.Sprintf("[...document.querySelectorAll('dialog[open] button, button, a')].find(e => (e.innerText.trim() === %q || e.getAttribute('aria-label') === %q) && e.offsetParent !== null && !e.disabled)", label, label)
	p.until("a button "+label, find)
	eval[bool](p, find+".click() || true")
}

// fill puts a text into a field as typing does.
func (p *tab) fill(selector, value string) {
	p.t.Helper()
	p.until("the field "+selector, fmt.Sprintf("document.querySelector(%q)", selector))
	eval[bool](p, fmt.Sprintf("(() => { const e = document.querySelector(%q); e.focus(); e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return true; })()", selector, value))
}
