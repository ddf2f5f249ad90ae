package console_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe finds what keeps people from using a page.
//
//go:embed testdata/axe-core/axe.min.js
var axe string

// TestAccessibility holds that axe-core finds nothing serious in any view, in
// light and in dark, on a small screen and on a large one.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	if !strings.HasPrefix(axe, "/*! axe v4.14.1") {
		t.Errorf("testdata has another axe-core than 4.14.1: %.40q", axe)
	}
	r := launch(t, settings{})
	lively(t, r)
	for name, look := range map[string]struct {
		scheme        string
		width, height int64
	}{"light": {"light", 1280, 800}, "dark": {"dark", 1280, 800}, "small": {"light", 360, 740}, "large": {"light", 2560, 1440}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := audited(t, r)
			p.run(chromedp.EmulateViewport(look.width, look.height))
			scheme(p, look.scheme)
			for _, v := range views {
				goTo(p, v.hash, v.ready)
				audit(p, v.name)
			}
			eval[bool](p, "document.querySelector('#help').click() || true")
			p.until("the help", "document.querySelector('dialog[open]')")
			audit(p, "help")
		})
	}
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		p := audited(t, launch(t, settings{}))
		p.sees(".empty", "No requests yet")
		audit(p, "empty")
	})
}

// audited opens the page with axe-core beside it. The page's policy lets in no
// script of others, so the browser puts it there by itself.
func audited(t *testing.T, r *running) *tab {
	t.Helper()
	p := open(t, r.url+"/_mock/")
	p.run(chromedp.Evaluate[chromedp.Void](axe))
	return p
}

// audit has the rules of WCAG 2.2 AA checked.
func audit(p *tab, name string) {
	p.t.Helper()
	found := eval[[]string](p, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})
		.then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical' || v.impact === 'moderate')
			.map(v => v.impact + ' ' + v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | ')))`)
	for _, text := range found {
		p.t.Errorf("%s: %s", name, text)
	}
	// Nothing may stick out to the right, where nobody can scroll to.
	if wide := eval[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		p.t.Errorf("%s is %d pixels too wide", name, wide)
	}
}
