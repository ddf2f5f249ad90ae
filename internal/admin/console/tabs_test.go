package console_test

import (
	"fmt"
	"testing"

	windows "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// TestManyTabs holds that more pages can be open than a browser has connections
// to a server, and that each has everything when it is looked at again.
func TestManyTabs(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	// One browser context, as windows of one user share their connections; and
	// none of them may pretend to be looked at.
	var all []*tab
	parent := browser(t)
	for i := range 8 {
		options := []chromedp.ContextOption{}
		if i == 0 {
			options = append(options, chromedp.WithNewBrowserContext())
		}
		opened, cancel := chromedp.NewContext(parent, options...)
		t.Cleanup(cancel)
		if err := chromedp.Do(opened); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			parent = opened
		}
		p := &tab{t: t, ctx: opened}
		p.run(chromedp.Navigate(r.url + "/_mock/"))
		p.until("the stream", "document.querySelector('.live[data-state=live]')")
		r.do(t, "GET", fmt.Sprintf("/customers/%d/locations/1", i+1), "", dispatcher...)
		p.until("its exchange", fmt.Sprintf("document.querySelectorAll('.rows a').length === %d", i+1))
		show(p, windows.WindowStateMinimized)
		p.until("the page hidden", "document.hidden")
		all = append(all, p)
	}
	show(all[0], windows.WindowStateNormal)
	all[0].until("all that came meanwhile, once", "(ids => ids.length === 8 && new Set(ids).size === 8)([...document.querySelectorAll('.rows a')].map(a => a.getAttribute('href')))")
	all[0].until("the stream", "document.querySelector('.live[data-state=live]')")
}

// show brings the window of a page to the screen, or away.
func show(p *tab, state windows.WindowState) {
	p.t.Helper()
	window := call(p, windows.GetWindowForTarget, windows.GetWindowForTargetParams{})
	call(p, windows.SetWindowBounds, windows.SetWindowBoundsParams{WindowID: window.WindowID, Bounds: &windows.Bounds{WindowState: state}})
}
