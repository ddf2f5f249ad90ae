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
		if flaws := eval[string](p, fmt.Sprintf("(%s)(%q)", openAndSave, name)); flaws != "" {
			t.Errorf("%s: the editor says %s", name, flaws)
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
	const until = async there => { for (;;) { const e = there(); if (e) return e; await new Promise(requestAnimationFrame); } };
	const card = '.item[aria-label="' + name + '"]';
	const search = document.querySelector('.search');
	search.value = name;
	search.dispatchEvent(new Event('input'));
	(await until(() => document.querySelector(card + ' [data-step]'))).click();
	const area = await until(() => [...document.querySelectorAll('.editor textarea')].find(e => e.value.includes('"name": "' + name + '"') && e.hasAttribute('aria-invalid')));
	const flaws = document.querySelector('.flaws').innerText;
	[...document.querySelectorAll('button')].find(e => e.innerText === 'Save and switch on').click();
	await until(() => !area.isConnected && document.querySelector('.is-on' + card));
	return flaws;
}`

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
