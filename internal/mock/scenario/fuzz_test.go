package scenario_test

import (
	"testing"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
)

// FuzzParse reads arbitrary JSON. What is a scenario comes out again as it was,
// and can be asked and carried out without harm.
func FuzzParse(f *testing.F) {
	for _, s := range ready(f) {
		text, err := s.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"name": "x", "then": {"patch": [{"op": "copy", "from": "", "path": "/a"}, {"op": "move", "from": "/a", "path": ""}, {"op": "test", "path": "/0", "value": null}]}}`))
	f.Add([]byte(`{"name": "x", "when": {"headers": {"a": {"matches": "(a|b)*$"}}, "customer_id": -1, "every": 2}, "then": {"delay": {"min": "0s", "max": "5m"}}}`))
	p := parser(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		tree, err := jsonx.Parse(text)
		if err != nil {
			return
		}
		s, diags := p.Parse("fuzz", "", tree)
		if s == nil {
			if len(diags) == 0 || diags.Error() == "" {
				t.Fatal("no scenario and no error")
			}
			return
		}
		first, err := s.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := jsonx.Parse(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		second, diags := p.Parse("again", "", again)
		if second == nil {
			t.Fatalf("%s: %v", first, diags)
		}
		if text, _ := second.MarshalJSON(); string(text) != string(first) {
			t.Fatalf("got %s\nwant %s", text, first)
		}
		carryOut(t, s)
	})
}

// carryOut asks the scenario a few times and does what it wants.
func carryOut(t *testing.T, s *scenario.Scenario) {
	set := scenario.NewSet(scenario.NewCatalogue([]*scenario.Scenario{s}), 1)
	for range 5 {
		q := ask()
		q.Named = s.Name
		plan, ok := set.Match(q, noon)
		if !ok {
			continue
		}
		if plan.Delay < 0 || plan.Delay > scenario.MaxDelay {
			t.Fatalf("a pause of %v", plan.Delay)
		}
		reply := answer(200, record)
		if plan.Respond != nil {
			reply.Status, reply.Body = plan.Respond.Status, plan.Respond.Body
		}
		want := plain(reply)
		if _, err := plan.Alter(reply, "2021/04/07"); err != nil && plain(reply) != want {
			t.Fatalf("%v, and the reply is %s, want it as it was: %s", err, plain(reply), want)
		}
		if len(reply.Body.Bytes) > 8*scenario.MaxBody {
			t.Fatalf("a body of %d bytes", len(reply.Body.Bytes))
		}
	}
}
