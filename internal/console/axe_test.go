package console_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axe finds what keeps people from using a page.
//
//go:embed testdata/axe-core/axe.min.js
var axe string

// TestAccessibility holds that axe-core finds nothing serious in any view, in
// light and in dark, and on a small screen.
func TestAccessibility(t *testing.T) {
	if !strings.HasPrefix(axe, "/*! axe v4.14.1") {
		t.Errorf("testdata has another axe-core than 4.14.1: %.40q", axe)
	}
	r := launch(t, settings{})
	lively(t, r)
	p := open(t, r.url+"/_mock/")
	// The page's policy lets in no script of others, so the browser puts it
	// there by itself.
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe}); err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		scheme        string
		width, height int64
	}{{"light", 1280, 800}, {"dark", 1280, 800}, {"light", 360, 740}} {
		p.run(chromedp.EmulateViewport(look.width, look.height))
		scheme(p, look.scheme)
		for _, v := range views {
			goTo(p, v.hash, v.ready)
			audit(p, look.scheme, v.name)
		}
		eval[bool](p, "document.querySelector('#help').click() || true")
		p.until("the help", "document.querySelector('dialog[open]')")
		audit(p, look.scheme, "help")
		p.press("Close")
	}
	fresh := launch(t, settings{})
	p.run(chromedp.Navigate(fresh.url + "/_mock/"))
	p.sees(".empty", "No requests yet")
	audit(p, "light", "empty")
}

// audit has the rules of WCAG 2.2 AA checked.
func audit(p *tab, scheme, name string) {
	p.t.Helper()
	found := eval[[]string](p, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical' || v.impact === 'moderate')
			.map(v => v.impact + ' ' + v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | ')))`)
	for _, text := range found {
		p.t.Errorf("%s in %s: %s", name, scheme, text)
	}
	// Nothing may stick out to the right, where nobody can scroll to.
	if wide := eval[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		p.t.Errorf("%s in %s is %d pixels too wide", name, scheme, wide)
	}
}
