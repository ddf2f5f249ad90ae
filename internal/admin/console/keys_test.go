package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestKeyboardOnly goes all the way without a mouse: from a refused request to
// one that is mended, sent, and saved as a scenario.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher[0])
	r.do(t, "GET", "/customers/1/locations/1", "", dispatcher...)
	p := open(t, r.url+"/_mock/")
	p.until("both", "document.querySelectorAll('.rows a').length === 2")
	keys := func(text string) { p.t.Helper(); p.run(chromedp.KeyEvent(text)) }

	keys("?")
	p.sees("dialog[open]", "pause the traffic")
	keys(kb.Escape)
	p.until("the help is gone", "!document.querySelector('dialog[open]')")
	keys("j")
	p.until("the first row", "location.hash.startsWith('#/traffic/2') && document.querySelector('.rows [aria-current]')?.innerText.includes('GET')")
	keys("j")
	p.sees(".detail .hint", "is required")
	keys("k")
	p.until("the row above", "location.hash.startsWith('#/traffic/2')")
	keys("/")
	p.until("the search has the focus", "document.activeElement.closest('.f-text')")
	keys("customers/2")
	p.until("one row", "document.querySelectorAll('.rows a').length === 1")
	keys(kb.Escape)
	keys("j")
	p.sees(".detail .hint", "is required")
	keys("p")
	p.until("paused", "document.querySelector('.live[data-state=paused]')")
	keys("p")
	p.until("live", "document.querySelector('.live[data-state=live]')")

	// Mend it: what was sent, with the tenant.
	keys("e")
	p.until("the builder", "document.querySelector('#try-path')?.value === '/customers/2/locations/1' && document.querySelector('#try-client').value === '0'")
	tabTo(p, "#try-tenant")
	keys("1")
	p.until("the header", "document.querySelector('.stage pre').innerText.includes('x-tenant-id: 1')")
	p.run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2))) // Ctrl
	p.sees("[aria-label=Answer]", "200 OK")
	keys(kb.Escape)
	keys("1")
	p.until("the traffic", "document.querySelectorAll('.rows a').length === 3")
	keys("j")
	p.sees(".detail .answer", "200")
	tabTo(p, ".actions button:nth-last-of-type(2)")
	keys(kb.Enter)
	p.until("the editor has the focus", "document.activeElement.closest('.editor')")
	p.run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	p.sees(".is-on", "saved-3")
	for key, ready := range map[string]string{"2": ".stage.records", "3": ".stage.scenarios", "4": ".stage.contract .card", "5": ".stage.sessions", "6": ".stage.try"} {
		keys(key)
		p.until("view "+key, "document.querySelector('"+ready+"')")
	}
}

// tabTo presses Tab until an element has the focus, and holds that the focus
// can be seen on the way.
func tabTo(p *tab, selector string) {
	p.t.Helper()
	for range 60 {
		p.run(chromedp.KeyEvent(kb.Tab))
		if !eval[bool](p, "(e => e === document.body || getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e.closest('.editor') || e).outlineStyle !== 'none')(document.activeElement)") {
			p.t.Errorf("the focus on %s cannot be seen", eval[string](p, "document.activeElement.outerHTML.slice(0, 120)"))
		}
		if eval[bool](p, "Boolean(document.activeElement.matches('"+selector+"'))") {
			return
		}
	}
	p.t.Fatalf("Tab does not come to %s", selector)
}
