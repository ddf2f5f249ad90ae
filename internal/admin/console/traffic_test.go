package console_test

import (
	"fmt"
	"testing"
)

// TestTraffic holds the main job of the view: a newcomer is told how to begin,
// sees a request the moment it is answered, and why it failed.
func TestTraffic(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	p.sees(".empty", "No requests yet")
	p.sees(".empty pre", `curl -i -X DELETE -H 'Authorization: Bearer dispatcher-token' -H 'x-tenant-id: 1' `+r.url+"/customers/1/locations/1")
	p.until("the stream", "document.querySelector('.live[data-state=live]')")

	r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...)
	p.sees(".rows a", "/customers/1/locations/1")
	r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher[0])
	p.sees(".rows a .c-message", "is required")
	p.until("both", "document.querySelectorAll('.rows a').length === 2")

	// The detail has its own address.
	eval[bool](p, "document.querySelector('.rows li a').click() || true")
	p.sees(".detail .hint", "is required")
	p.sees(".detail dl", "request header /x-tenant-id")
	// New rows leave the focus where it is.
	eval[bool](p, "(document.querySelector('.rows li a').focus(), window.focused = document.activeElement, true)")
	r.do(t, "GET", "/customers/3/locations/1", "", dispatcher...)
	p.sees(".rows a", "/customers/3/locations/1")
	p.until("the row keeps the focus", "window.focused.isConnected && document.activeElement === window.focused")
	p.until("the address", "location.hash.startsWith('#/traffic/2')")
	r.do(t, "OPTIONS", "/customers/1/locations/1", "", "Origin: http://shop.example", "Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: x-api-version")
	p.sees(".rows a", "so the browser never sends")

	// A version that there is not was asked for all the same.
	r.do(t, "GET", "/customers/1/locations/1", "", append(dispatcher, "x-api-version: 2019-02-08")...)
	eval[bool](p, "location.hash = '#/traffic/5', true")
	p.sees(".detail table.small td", "2019-02-08")

	// The first has the record's change.
	eval[bool](p, "location.hash = '#/traffic/1', true")
	p.sees(".detail .dminus", `"is_active": true`)
	p.sees(".detail .dplus", `"is_active": false`)
}

// TestTrafficFilters holds that filters are the admin API's and stay on reload.
func TestTrafficFilters(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for i := range 5 {
		r.do(t, "DELETE", fmt.Sprintf("/customers/%d/locations/1", i+1), "", dispatcher...)
		r.do(t, "GET", fmt.Sprintf("/customers/%d/locations/99", i+1), "", dispatcher...)
	}
	p := open(t, r.url+"/_mock/#/traffic?status=404")
	p.until("only the 404s", "document.querySelectorAll('.rows a').length === 5")
	p.fill(".f-method select", "DELETE")
	p.sees(".empty", "Nothing matches")
	p.fill(".f-method select", "")
	p.fill(".f-status input", "2xx")
	p.until("only the 200s", "document.querySelectorAll('.rows a').length === 5 && document.querySelector('.rows .s2')")
	p.fill(".f-text input", "customers/3/")
	p.until("one row", "document.querySelectorAll('.rows a').length === 1")
	eval[bool](p, "location.reload() || true")
	p.until("the same after a reload", "document.readyState === 'complete' && document.querySelectorAll('.rows a').length === 1 && document.querySelector('.f-text input').value === 'customers/3/'")
}
