package scenario_test

import (
	"testing"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
)

// TestWays holds that a plan says on which way its scenario came.
func TestWays(t *testing.T) {
	t.Parallel()
	p := parser(t)
	var list []*scenario.Scenario
	for _, text := range []string{
		`{"name": "from-files", "on": true, "when": {"method": "GET"}, "then": {"respond": {"status": 500}}}`,
		`{"name": "broken", "then": {"respond": {"status": 500}}}`,
	} {
		tree, err := jsonx.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s, diags := p.Parse("test", "", tree)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		list = append(list, s)
	}
	set := scenario.NewSet(scenario.NewCatalogue(list), 0)
	way := func(name string, q scenario.Request, want exchange.Way) {
		t.Helper()
		plan, _ := set.Match(&q, time.Now())
		if plan.By != want {
			t.Errorf("%s: got the way %q, want %q", name, plan.By, want)
		}
	}
	way("none", scenario.Request{Method: "DELETE"}, "")
	way("named", scenario.Request{Named: "broken", Method: "DELETE"}, exchange.ByRequest)
	way("named and unknown", scenario.Request{Named: "brokn", Method: "DELETE"}, exchange.ByRequest)
	way("triggered", scenario.Request{Triggered: "broken", Method: "DELETE"}, exchange.ByRecord)
	way("of the fixtures", scenario.Request{Method: "GET"}, exchange.ByFixtures)
	set.Renew(scenario.NewCatalogue(list))
	way("of fixtures that were read again", scenario.Request{Method: "GET"}, exchange.ByFixtures)
	if err := set.On("from-files", scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	way("switched on again", scenario.Request{Method: "GET"}, exchange.BySession)
}
