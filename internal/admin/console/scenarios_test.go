package console_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestScenariosSurviveEditing opens each scenario of the catalogue in the
// editor and saves it: the session has the same then, to the last digit.
func TestScenariosSurviveEditing(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	catalogue := scenarios(t, first(r.do(t, "GET", "/_mock/scenarios", "")), "scenarios")
	if len(catalogue) != 39 {
		t.Errorf("the catalogue has %d scenarios, want 39", len(catalogue))
	}
	p := open(t, r.url+"/_mock/#/scenarios")
	p.until("the catalogue", fmt.Sprintf("document.querySelectorAll('.stage.scenarios .item').length === %d", len(catalogue)))
	for name, want := range catalogue {
		if diags := eval[string](p, fmt.Sprintf("(%s)(%q)", openAndSave, name)); diags != "" {
			t.Errorf("%s: the editor says %s", name, diags)
		}
		got := scenarios(t, first(r.do(t, "GET", "/_mock/sessions/default/scenarios", "")), "own")
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s was\n%v\nand came back as\n%v", name, want, got[name])
		}
		r.do(t, "DELETE", "/_mock/sessions/default/scenarios", "")
	}
}

// openAndSave is the way of a scenario through the editor, in the page so that
// 39 of them take no longer than they must.
const openAndSave = `async name => {
	const until = async there => { for (;;) { const e = there(); if (e) return e; await new Promise(done => setTimeout(done, 5)); } };
	const card = '.item[aria-label="' + name + '"]';
	const search = document.querySelector('.search');
	search.value = name;
	search.dispatchEvent(new Event('input'));
	(await until(() => document.querySelector(card + ' [data-step]'))).click();
	const area = await until(() => [...document.querySelectorAll('.editor textarea')].find(e => e.value.includes('"name": "' + name + '"') && e.hasAttribute('aria-invalid')));
	const errors = document.querySelector('.errors').innerText;
	[...document.querySelectorAll('button')].find(e => e.innerText === 'Save and switch on').click();
	await until(() => !area.isConnected && document.querySelector('.is-on' + card));
	return errors;
}`

// TestScenariosOutOfTurn has an answer come so late that it tells of a time
// before what is shown.
func TestScenariosOutOfTurn(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/#/scenarios")
	p.until("the catalogue", "document.querySelectorAll('.item').length >= 20")
	eval[bool](p, `(() => { const real = window.fetch; window.hold = true; window.fetch = async (url, o) => {
		const held = hold && String(url).endsWith('/_mock/scenarios');
		if (held) await new Promise(done => { window.release = done; });
		const response = await real(url, o);
		if (!held) return response;
		const text = await response.text();
		setTimeout(() => { window.told = true; });
		return new Response(text, response);
	}; return true; })()`)
	p.press("unexpected-null")
	p.until("the editor", "document.querySelector('.editor textarea')?.value.includes('unexpected-null') && window.release")
	eval[bool](p, "(window.hold = false, true)")
	p.press("Save and switch on")
	p.sees(".is-on", "unexpected-null")
	eval[bool](p, "(release(), true)")
	p.until("the late answer", "window.told")
	eval[bool](p, "new Promise(done => setTimeout(() => setTimeout(() => done(true))))")
	if !eval[bool](p, "Boolean(document.querySelector('.is-on'))") {
		t.Error("a late answer took what was switched on from the page")
	}
}

// scenarios reads a list of scenarios, with its numbers as they are written.
func scenarios(t testing.TB, body, member string) map[string]map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var lists map[string]any
	if err := d.Decode(&lists); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	list, ok := lists[member].([]any)
	if !ok {
		t.Fatalf("no list %s in %s", member, body)
	}
	named := map[string]map[string]any{}
	for _, one := range list {
		s := one.(map[string]any)
		named[s["name"].(string)] = s
	}
	return named
}
