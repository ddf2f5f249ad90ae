package scenario_test

import (
	"encoding/json"
	"strings"
	"testing"

	"dispatchmock/internal/jsonx"
)

// TestRefused holds that what cannot be meant is refused, with the place and
// the rule.
func TestRefused(t *testing.T) {
	t.Parallel()
	then := func(text string) string { return `{"name": "x", "then": ` + text + `}` }
	when := func(text string) string { return `{"name": "x", "when": ` + text + `, ` + fails + `}` }
	for _, c := range []struct{ name, text, pointer, rule string }{
		{"no object", `[]`, "", "must be an object"},
		{"no name", `{` + fails + `}`, "/name", "required"},
		{"a name of capitals", `{"name": "Flaky", ` + fails + `}`, "/name", "small letters"},
		{"a long name", `{"name": "` + strings.Repeat("a", 65) + `", ` + fails + `}`, "/name", "64 at most"},
		{"nothing happens", `{"name": "x"}`, "/then", "required"},
		{"unknown member", `{"name": "x", ` + fails + `, "wen": {}}`, "/wen", "did you mean when?"},
		{"unknown condition", when(`{"metod": "GET"}`), "/when/metod", "did you mean method?"},
		{"unknown action", then(`{"eror": {"code": "internal"}}`), "/then/eror", "did you mean error?"},

		{"a limit of nothing", `{"name": "x", "limit": {"times": 0}, ` + fails + `}`, "/limit/times", "at least 1"},
		{"a limit of no time", `{"name": "x", "limit": {"until": "tomorrow"}, ` + fails + `}`, "/limit/until", "must be a time of RFC 3339"},
		{"a number beyond 64 bits", when(`{"tenant": 9223372036854775808}`), "/when/tenant", "at most 9223372036854775807"},
		{"a number in another form", when(`{"tenant": 1e2}`), "/when/tenant", "whole number"},

		{"unknown version asked", when(`{"version": "2020/01/01"}`), "/when/version", "2019/02/08"},
		{"nth and first", when(`{"nth": 1, "first": 2}`), "/when", "one of nth, first and every"},
		{"no probability", when(`{"probability": 0}`), "/when/probability", "above 0"},
		{"more than certain", when(`{"probability": 1.1}`), "/when/probability", "at most 1"},
		{"bad expression", when(`{"headers": {"a": {"matches": "("}}}`), "/when/headers/a/matches", "regular expression"},
		{"two header conditions", when(`{"headers": {"a": {"equals": "x", "present": true}}}`), "/when/headers/a", "one of equals"},
		{"no header condition", when(`{"headers": {"a": {}}}`), "/when/headers/a", "one of equals"},
		{"bad header name", when(`{"headers": {"a b": "x"}}`), "/when/headers/a b", "no name of a header field"},
		{"a secret", when(`{"headers": {"authorization": "Bearer s3cr3t"}}`), "/when/headers/authorization", "client_id"},

		{"empty then", then(`{}`), "/then", "says nothing"},
		{"performs alone", then(`{"performs": true}`), "/then", "says nothing"},
		{"unknown code", then(`{"error": {"code": "teapot"}}`), "/then/error/code", "must be one of"},
		{"an error that is none", then(`{"error": {"code": "internal", "status": 200}}`), "/then/error/status", "at least 400"},
		{"error and respond", then(`{"error": {"code": "internal"}, "respond": {"status": 200}}`), "/then/respond", "cannot be combined"},
		{"error and stale", then(`{"error": {"code": "internal"}, "stale": true}`), "/then/stale", "cannot be combined"},
		{"error and version", then(`{"error": {"code": "internal"}, "version": "other"}`), "/then/version", "cannot be combined"},
		{"respond and patch", then(`{"respond": {"status": 200}, "patch": [{"op": "remove", "path": "/a"}]}`), "/then/patch", "cannot be combined"},
		{"respond and headers", then(`{"respond": {"status": 200}, "headers": {"remove": ["Server"]}}`), "/then/headers", "cannot be combined"},
		{"interim status", then(`{"respond": {"status": 100}}`), "/then/respond/status", "at least 200"},
		{"status of six hundred", then(`{"respond": {"status": 600}}`), "/then/respond/status", "at most 599"},
		{"two bodies", then(`{"respond": {"status": 200, "body": {}, "text": ""}}`), "/then/respond", "not both"},
		{"a body that cannot be", then(`{"respond": {"status": 204, "text": "x"}}`), "/then/respond", "no body"},
		{"a large body", then(`{"respond": {"status": 200, "body": "` + strings.Repeat("x", 1<<20) + `"}}`), "/then/respond", "at most"},
		{"a large text", then(`{"respond": {"status": 200, "text": "` + strings.Repeat("x", 1<<20+1) + `"}}`), "/then/respond/text", "at most"},
		{"a header of two lines", then(`{"respond": {"status": 200, "headers": {"A": "x\r\nB: y"}}}`), "/then/respond/headers/A", "printable ASCII"},
		{"unknown version shown", then(`{"version": "2020/01/01"}`), "/then/version", "2019/02/08"},

		{"a pause of no unit", then(`{"delay": {"fixed": "100"}}`), "/then/delay/fixed", "such as 250ms"},
		{"a pause of a number", then(`{"delay": {"fixed": 100}}`), "/then/delay/fixed", "must be a string"},
		{"a pause too long", then(`{"delay": {"fixed": "5.1m"}}`), "/then/delay/fixed", "at most 5m0s"},
		{"a pause far too long", then(`{"delay": {"fixed": "999999999m"}}`), "/then/delay/fixed", "at most 5m0s"},
		{"half a range", then(`{"delay": {"min": "1s"}}`), "/then/delay", "takes fixed, or min and max"},
		{"a pause of two kinds", then(`{"delay": {"fixed": "1s", "p50": "1s", "p99": "2s"}}`), "/then/delay", "takes fixed, or min and max"},
		{"a range backwards", then(`{"delay": {"min": "2s", "max": "1s"}}`), "/then/delay", "min must not be longer"},
		{"percentiles backwards", then(`{"delay": {"p50": "2s", "p99": "1s"}}`), "/then/delay", "p50 must be longer"},
		{"a median of nothing", then(`{"delay": {"p50": "0s", "p99": "1s"}}`), "/then/delay", "p50 must be longer"},

		{"an empty patch", then(`{"patch": []}`), "/then/patch", "at least 1"},
		{"a patch of no list", then(`{"patch": {}}`), "/then/patch", "must be an array"},
		{"unknown operation", then(`{"patch": [{"op": "set", "path": "/a"}]}`), "/then/patch/0/op", "must be one of"},
		{"a patch without a value", then(`{"patch": [{"op": "add", "path": "/a"}]}`), "/then/patch/0", "needs value"},
		{"a patch without from", then(`{"patch": [{"op": "move", "path": "/a"}]}`), "/then/patch/0", "needs from"},
		{"a patch with a value too many", then(`{"patch": [{"op": "remove", "path": "/a", "value": 1}]}`), "/then/patch/0/value", "does not take value"},
		{"no pointer", then(`{"patch": [{"op": "remove", "path": "a"}]}`), "/then/patch/0/path", "not a JSON pointer"},
		{"a patch of what no record has", then(`{"patch": [{"op": "replace", "path": "/nonsense", "value": 1}]}`), "/then/patch/0/path", "a record has no /nonsense"},
		{"a patch of what no version shown has", then(`{"version": "2019/02/08", "patch": [{"op": "remove", "path": "/id"}]}`), "/then/patch/0/path", "a record has no /id"},
		{"a patch below a text", then(`{"patch": [{"op": "add", "path": "/name/first", "value": 1}]}`), "/then/patch/0/path", "/name of a record is neither"},
		{"a patch of no index", then(`{"patch": [{"op": "remove", "path": "/contacts/first"}]}`), "/then/patch/0/path", "is a list"},
		{"a patch of an index with a zero", then(`{"patch": [{"op": "remove", "path": "/contacts/01"}]}`), "/then/patch/0/path", "is a list"},
		{"a patch of what no item has", then(`{"patch": [{"op": "replace", "path": "/addresses/0/email", "value": "a"}]}`), "/then/patch/0/path", "no /addresses/0/email"},
		{"a patch of what is behind a list", then(`{"patch": [{"op": "remove", "path": "/addresses/-"}]}`), "/then/patch/0/path", "is a list"},
		{"a move of what is not there", then(`{"patch": [{"op": "move", "from": "/b", "path": "/a"}]}`), "/then/patch/0/from", "no /b"},
		{"a test of what is not there", then(`{"patch": [{"op": "test", "path": "/b", "value": 1}]}`), "/then/patch/0/path", "no /b"},
		{"a patch of what no error has", then(`{"error": {"code": "internal"}, "patch": [{"op": "remove", "path": "/name"}]}`), "/then/patch/0/path", "the body of an error has no /name"},
		{"a patch of a step", then(`{"sequence": {"steps": [{"pass": true}, {"patch": [{"op": "remove", "path": "/b"}]}]}}`), "/then/sequence/steps/1/patch/0/path", "no /b"},
		{"a pointer with a tilde", then(`{"patch": [{"op": "remove", "path": "/a~2"}]}`), "/then/patch/0/path", "not a JSON pointer"},

		{"no change of headers", then(`{"headers": {}}`), "/then/headers", "says nothing"},
		{"a header that frames", then(`{"headers": {"remove": ["content-length"]}}`), "/then/headers/remove/0", "belongs to the connection"},
		{"set and removed", then(`{"headers": {"remove": ["Server"], "set": {"server": "x"}}}`), "/then/headers", "both removed and set"},
		{"set twice", then(`{"headers": {"set": {"Server": "y", "server": "x"}}}`), "/then/headers/set/server", "twice"},

		{"unknown fault", then(`{"connection": {"fault": "slow"}}`), "/then/connection/fault", "must be one of"},
		{"truncated nowhere", then(`{"connection": {"fault": "truncated"}}`), "/then/connection", "needs bytes"},
		{"chunked into nothing", then(`{"connection": {"fault": "chunked"}}`), "/then/connection", "needs chunks"},
		{"pauses too long together", then(`{"connection": {"fault": "chunked", "chunks": 62, "pause": "5s"}}`), "/then/connection", "5m0s together"},
		{"a member of another fault", then(`{"connection": {"fault": "reset", "bytes": 1}}`), "/then/connection/bytes", "does not take bytes"},
		{"an error that nobody sees", then(`{"connection": {"fault": "reset"}, "error": {"code": "internal"}}`), "/then/error", "nobody would see it"},
		{"nothing to answer with", then(`{"delay": {"fixed": "1s"}, "performs": false}`), "/then/performs", "nothing to answer with"},

		{"a rate of nothing", then(`{"rate_limit": {"requests": 1, "per": "0s"}}`), "/then/rate_limit/per", "longer than nothing"},
		{"a rate too long", then(`{"rate_limit": {"requests": 1, "per": "24.1h"}}`), "/then/rate_limit/per", "at most 24h0m0s"},
		{"a rate far too long", then(`{"rate_limit": {"requests": 1, "per": "999999999h"}}`), "/then/rate_limit/per", "at most 24h0m0s"},
		{"a rate with an error", then(`{"rate_limit": {"requests": 1, "per": "1s"}, "error": {"code": "internal"}}`), "/then/error", "cannot be combined with rate_limit"},
		{"a sequence with an error", then(`{"sequence": {"steps": [{"pass": true}]}, "error": {"code": "internal"}}`), "/then", "sequence alone"},
		{"a sequence of nothing", then(`{"sequence": {"steps": []}}`), "/then/sequence/steps", "at least 1"},
		{"a step of nothing", then(`{"sequence": {"steps": [{"times": 2}]}}`), "/then/sequence/steps/0", "says nothing"},
		{"a step of two kinds", then(`{"sequence": {"steps": [{"pass": true, "delay": {"fixed": "1s"}}]}}`), "/then/sequence/steps/0", "pass alone"},
		{"a sequence in a step", then(`{"sequence": {"steps": [{"sequence": {"steps": []}}]}}`), "/then/sequence/steps/0/sequence", "not a known name"},
		{"an error in a step", then(`{"sequence": {"steps": [{"pass": true}, {"delay": {}}]}}`), "/then/sequence/steps/1/delay", "takes fixed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree, err := jsonx.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			s, diags := parser(t).Parse("a.json", "/scenarios/0", tree)
			if s != nil || len(diags) == 0 {
				t.Fatalf("%.200s has no error, want one at %s", c.text, c.pointer)
			}
			for _, f := range diags {
				if f.File == "a.json" && f.Pointer == "/scenarios/0"+c.pointer && strings.Contains(f.Rule, c.rule) {
					if strings.Contains(f.String(), "s3cr3t") {
						t.Errorf("the error shows the secret: %s", f)
					}
					return
				}
			}
			t.Errorf("got %v\nwant an error at %s with %q", diags, c.pointer, c.rule)
		})
	}
}

// TestAllDiagnostics holds that a user sees all errors, not only the first.
func TestAllDiagnostics(t *testing.T) {
	t.Parallel()
	tree, err := jsonx.Parse([]byte(`{"name": "x", "when": {"version": "1"}, "then": {"version": "2", "delay": {"min": "1s"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, diags := parser(t).Parse("a.json", "", tree); len(diags) != 3 {
		t.Errorf("got %d errors, want 3:\n%v", len(diags), diags)
	}
}

// TestRoundTrip holds that what a scenario was made of comes out again, and
// makes the same scenario.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	const text = `{"description": "All of it.", "limit": {"times": 3, "until": "2022-08-20T02:00:00Z"}, "name": "all", "on": true, ` +
		`"then": {"delay": {"p50": "1s", "p99": "1.5s"}, "patch": [{"op": "add", "path": "/a~1b", "value": {"\u00e9": [1.50, null]}}], "stale": true, "version": "other"}, ` +
		`"when": {"every": 2, "headers": {"X-A": {"matches": "^a"}, "x-b": "b"}, "method": "DELETE", "probability": 0.5, "tenant": -1}}`
	s := parse(t, text)
	got, err := s.MarshalJSON()
	if err != nil || string(got) != text {
		t.Errorf("got %s, %v\nwant %s", got, err, text)
	}
	if s.Name != "all" || s.Description != "All of it." || !s.On || s.Limit.Times != 3 || s.Limit.Until == nil {
		t.Errorf("got %+v", s)
	}
	// By way of encoding/json too, which prints it more tightly.
	again, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonx.Parse(again)
	if err != nil {
		t.Fatal(err)
	}
	second, diags := parser(t).Parse("again", "", tree.(map[string]any)["s"])
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if got, _ := second.MarshalJSON(); string(got) != text {
		t.Errorf("the second time it is %s\nwant %s", got, text)
	}
}
