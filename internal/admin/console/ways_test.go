package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWaysOn holds that where there is nothing to see there is a way on.
func TestWaysOn(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/records?search=zzzz")
	p.sees(".empty", "No record matches")
	p.press("Show all records")
	p.until("all records", "document.querySelectorAll('.records tbody tr').length > 10 && !document.querySelector('.search').value")
	for _, view := range []string{"traffic", "records", "scenarios", "contract", "sessions", "try"} {
		goTo(p, "#/"+view+"?session=left", "document.querySelector('.stage."+view+"')")
		p.sees("#gone", "The session left is not there")
		p.press("Show what there is")
		p.until("the same view of all sessions", "location.hash === '#/"+view+"' && document.querySelector('#gone').hidden && document.querySelector('#session').value === ''")
	}
}

// TestSmallScreen holds that the tab of the view is in sight where not all
// tabs are.
func TestSmallScreen(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	p.run(chromedp.EmulateViewport(360, 740))
	for _, view := range []string{"try", "traffic", "sessions", "records"} {
		goTo(p, "#/"+view, "document.querySelector('.stage."+view+"')")
		p.until("its tab in sight", "(r => r.left >= 0 && r.right <= innerWidth)(document.querySelector('#tabs [aria-current]').getBoundingClientRect())")
	}
}
