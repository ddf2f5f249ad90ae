package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dispatchmock/internal/app"
)

// TestRecords holds the main jobs of the view: find a record, see it in two
// versions, edit it with its mistakes marked, bring it back.
func TestRecords(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/records")
	p.until("records", "document.querySelectorAll('.records tbody tr').length > 10")
	p.fill(".search", "salish")
	p.until("what was searched", "document.querySelectorAll('.records tbody tr').length === 3")
	p.press("Location")
	eval[bool](p, "location.reload() || true")
	p.until("the search after a reload", "document.readyState === 'complete' && document.querySelector('.search')?.value === 'salish' && document.querySelectorAll('.records tbody tr').length === 3")

	goTo(p, "#/records/1/14/1", "document.querySelector('.beside')")
	p.sees(".beside caption", "2 lines differ")
	p.sees(".p-change", `"customer_id": 14`)
	p.press("Edit")
	p.until("the editor", "document.querySelector('.editor textarea')?.value.includes('Date Line Ice')")
	// Numbers that no double holds stay as they are.
	big := eval[string](p, "document.querySelector('.editor textarea').value.match(/[0-9]{17,}/)?.[0] || ''")
	if big == "" || !strings.Contains(first(r.do(t, "GET", "/_mock/sessions/default/records/1/14/1", "")), big) {
		t.Errorf("the editor has the number %q, want one of those that the admin API has", big)
	}
	edit(p, "Date Line Ice", strings.Repeat("x", 65))
	p.sees(".errors", "/name")
	p.until("the line is marked", "document.querySelector('.gutter .wrong') && document.querySelector('.editor textarea').getAttribute('aria-invalid') === 'true'")
	p.press("Save the record")
	p.sees("#toasts", "not saved")
	edit(p, strings.Repeat("x", 65), "Date Line Snow")
	p.until("no error", "!document.querySelector('.errors li')")
	p.press("Save the record")
	p.sees("h1", "Date Line Snow")
	p.sees(".chips", "changed")
	if body := first(r.do(t, "GET", "/_mock/sessions/default/records/1/14/1", "")); !strings.Contains(body, "Date Line Snow") || !strings.Contains(body, big) {
		t.Errorf("the record is not what was saved: %s", body)
	}
	goTo(p, "#/records?show=diff", "document.querySelector('.stage.records td code')")
	p.sees(".stage.records td", "Date Line Snow")
	goTo(p, "#/records/1/14/1", "document.querySelector('.beside')")
	p.press("Reset this record")
	p.sees("h1", "Date Line Ice")

	r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...)
	goTo(p, "#/records/1/1/1", "document.querySelector('.beside')")
	p.press("Reactivate")
	p.sees(".chips", "● active")
	goTo(p, "#/records", "document.querySelector('.records')")
	p.press("Reset the session")
	p.until("nothing is changed", "!document.querySelector('.records .tag.on')")
}

// edit changes a text in the editor as typing does.
func edit(p *tab, from, to string) {
	p.t.Helper()
	value := eval[string](p, "document.querySelector('.editor textarea').value")
	if !strings.Contains(value, from) {
		p.t.Fatalf("the editor has no %q:\n%s", from, value)
	}
	p.fill(".editor textarea", strings.Replace(value, from, to, 1))
}

func first(_ int, body string) string { return body }

// TestScenariosView holds that a scenario can be switched on, written with its
// mistakes marked at the line, and tried.
func TestScenariosView(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/scenarios")
	p.until("the catalogue", "document.querySelectorAll('.item').length >= 20")
	p.fill(".search", "unexpected-null")
	p.until("one scenario", "document.querySelectorAll('.stage .grid:last-child .item').length === 1")
	p.press("Once")
	p.sees(".is-on", "ends after 1")
	if _, body := r.do(t, "GET", "/customers/1/locations/1", "", dispatcher...); !strings.Contains(body, `"name": null`) {
		t.Errorf("the scenario did not take over: %s", body)
	}
	if _, body := r.do(t, "GET", "/customers/1/locations/1", "", dispatcher...); strings.Contains(body, `"name": null`) {
		t.Errorf("the scenario took over twice: %s", body)
	}

	p.press("Write one")
	p.until("the editor", "document.querySelector('.editor')")
	edit(p, `"code": "record_unknown"`, `"code": "record_lost"`)
	p.sees(".errors", "line 18")
	p.sees(".gutter .wrong", "✕ 18")
	edit(p, `"method": "DELETE"`, `"method" "DELETE"`)
	p.sees(".errors", "a colon must stand here")
	edit(p, `"method" "DELETE"`, `"method": "DELETE"`)
	edit(p, `"code": "record_lost"`, `"code": "record_unknown"`)
	edit(p, `"fixed": "2s"`, `"fixed": "1ms"`)
	p.until("no error", "!document.querySelector('.errors li')")
	p.press("Save and switch on")
	p.sees(".is-on", "slow-then-gone")
	for i, want := range []int{200, 404} {
		if status, _ := r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...); status != want {
			t.Errorf("answer %d has the status %d, want %d", i, status, want)
		}
	}
	p.press("Switch all off")
	p.until("none is on", "!document.querySelector('.is-on')")
	goTo(p, "#/try?scenario=unexpected-null", "document.querySelector('#try-scenario')?.value === 'unexpected-null'")
}

// TestContractView holds that it shows rules, facts, choices and coverage, and
// that a choice can be changed.
func TestContractView(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.do(t, "DELETE", "/customers/404/locations/1", "", append(dispatcher, "x-api-version: 2021/05/07")...)
	p := open(t, r.url+"/_mock/#/contract?v=2019%2F02%2F08")
	p.sees("#part-versions", "customer_id was renamed to id.")
	p.sees("#part-headers", "one of \"2019/02/08\"")
	p.sees("#part-models", "customer_id")
	p.sees("#part-facts", "last_updated_on stays as it is")
	p.sees("#part-facts .g-inferred", "inferred")
	p.sees("#part-coverage .tried", "authorization right")
	p.sees("#part-coverage summary", "authorization absent")
	eval[bool](p, "([...document.querySelectorAll('#part-coverage summary')].find(e => e.innerText.includes('authorization absent')).click(), true)")
	p.sees("#part-coverage details[open]", "No request was without authorization.")
	p.sees("#part-coverage details[open] pre", "curl ")
	p.sees("#part-coverage", "Set the commands' variables first: eval")
	p.fill("select[aria-label=repeated_delete]", "410")
	p.sees("#toasts", "repeated_delete is 410")
	if body := first(r.do(t, "GET", "/_mock/sessions/default/choices", "")); !strings.Contains(body, `"repeated_delete":410`) {
		t.Errorf("the choice is not what was chosen: %s", body)
	}
}

// TestSessionsView holds that a session can be made, set, chosen and dropped.
func TestSessionsView(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/sessions")
	p.sees(".item", "default")
	p.fill("#make-id", "NOT GOOD")
	p.press("Make it")
	p.sees(".errors", "/id")
	p.fill("#make-id", "ana")
	p.fill("#make-name", "Ana's")
	p.fill("#make-clock", "step")
	p.fill("#make-at", "2022-08-20T01:38:16Z")
	p.fill("#make-shift", "1s")
	p.fill("#make-seed", "18446744073709551615")
	p.press("Make it")
	p.sees(".item", "from the seed 18446744073709551615")
	p.sees(".item code", r.url+"/_s/ana")
	r.do(t, "DELETE", "/_s/ana/customers/1/locations/1", "", dispatcher...)
	r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher...)
	goTo(p, "#/traffic?session=ana", "document.querySelectorAll('.rows a').length === 1")
	p.until("it is chosen at the top", "document.querySelector('#session').value === 'ana'")
	p.sees(".rows time", "2022-08-20 01:38:16")
	goTo(p, "#/sessions?session=ana", "document.querySelectorAll('.stage.sessions .item').length === 2")
	eval[bool](p, "[...document.querySelectorAll('.item')].find(e => e.innerText.includes('ana')).querySelector('.danger').click() || true")
	p.until("it is gone", "document.querySelectorAll('.stage.sessions .item').length === 1 && !location.hash.includes('ana')")
}

// TestTryView holds that a request is made from the server and from the
// browser, and that the page says beforehand what a browser would let pass.
func TestTryView(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/try")
	p.sees(".good-note", "It would be sent.")
	p.fill("#try-version", "2023/04/19")
	p.sees(".bad-note", "It would never be sent")
	p.sees(".stage", "Access-Control-Allow-Headers does not list x-api-version.")
	p.press("Send from the server")
	p.sees("[aria-label=Answer]", "200 OK")
	p.sees("[aria-label=Answer]", `"is_active": false`)
	p.press("Send from this browser")
	p.sees("[aria-label=Answer]", "Sent from this browser.")
	p.press("All about this exchange")
	p.sees(".detail .path", "/customers/1/locations/1")
	p.press("Send changed")
	p.until("the same request in the builder", "document.querySelector('#try-version')?.value === '2023/04/19' && document.querySelector('#try-path').value === '/customers/1/locations/1' && document.querySelector('#try-client').value === '0'")
	p.fill("#try-tenant", "")
	p.press("Send from the server")
	p.sees("[aria-label=Answer] .violation", "is required")
}

// TestAgain holds what the buttons of an exchange do.
func TestAgain(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.do(t, "GET", "/customers/404/locations/1", "", dispatcher...)
	p := open(t, r.url+"/_mock/#/traffic/1")
	p.sees(".detail .hint", "404")
	eval[bool](p, "(navigator.clipboard.writeText = async text => { window.copied = text; }, true)")
	for language, want := range map[string]string{"curl": "curl ", "fetch": "fetch(", "python": "requests", "csharp": "HttpClient", "go": "http.NewRequest"} {
		p.fill(".copyas", language)
		p.press("Copy as")
		p.until("the request as "+language, fmt.Sprintf("window.copied?.includes(%q)", want))
		if text := eval[string](p, "window.copied"); !strings.Contains(text, "TOKEN") || strings.Contains(text, "dispatcher-token") {
			t.Errorf("the program should take its token from TOKEN:\n%s", text)
		}
		p.sees("#toasts", "give it its token in TOKEN: dispatcher-token")
		eval[bool](p, "(document.querySelector('#toasts').replaceChildren(), true)")
	}
	// The arrow keys choose, and copy nothing on the way; the choice stays.
	p.fill(".copyas", "curl")
	eval[bool](p, "(window.copied = '', document.querySelector('.copyas').focus(), true)")
	p.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	p.until("the third language", "document.querySelector('.copyas').value === 'python'")
	if text := eval[string](p, "window.copied"); text != "" {
		t.Errorf("on the way the page copied\n%s", text)
	}
	eval[bool](p, "(document.activeElement.blur(), true)")
	p.run(chromedp.KeyEvent("c"))
	p.until("the third as a program", "window.copied.includes('requests')")
	eval[bool](p, "location.reload() || true")
	p.until("the same choice after a reload", "document.readyState === 'complete' && document.querySelector('.copyas')?.value === 'python'")
	p.press("Send again")
	p.until("the second exchange", "location.hash.startsWith('#/traffic/2') && document.querySelector('.rows [aria-current]')")
	p.sees(".detail .fields", "Connection")
	p.press("Save bundle")
	p.until("the bundle", "performance.getEntriesByType('resource').some(e => e.name.endsWith('/_mock/sessions/default/bundle') && e.responseStatus === 200)")
	p.press("Save as scenario")
	p.until("the editor", "document.querySelector('.editor textarea')?.value.includes('\"name\": \"saved-2\"')")
	p.press("Save and switch on")
	p.sees(".is-on", "saved-2")
	r.do(t, "GET", "/customers/404/locations/1", "", dispatcher...)
	goTo(p, "#/traffic", "document.querySelectorAll('.rows a').length === 3")
	p.sees(".rows a", "saved-2")
}

// TestControlToken holds that the page asks for the token once, and keeps it
// for the tab.
func TestAdminTokenFlag(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{admin: app.Admin{Token: "open-sesame"}})
	p := open(t, r.url+"/_mock/")
	p.sees("dialog[open]", "--admin-token")
	p.fill("dialog input", "wrong")
	p.press("Use it")
	p.sees("dialog[open]", "not the server's")
	p.fill("dialog[open] input", "open-sesame")
	p.press("Use it")
	p.sees(".empty", "No requests yet")
	p.until("the stream", "document.querySelector('.live[data-state=live]')")
	r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...)
	p.sees(".rows a", "/customers/1/locations/1")
	eval[bool](p, "location.reload() || true")
	p.until("no question after a reload", "document.readyState === 'complete' && document.querySelectorAll('.rows a').length === 1 && !document.querySelector('dialog')")
	if found := eval[string](p, "JSON.stringify(localStorage) + document.cookie + location.href"); strings.Contains(found, "sesame") {
		t.Errorf("the token is kept beyond the tab: %s", found)
	}
}
