package scenario_test

import (
	"slices"
	"testing"

	"dispatchmock/internal/mock/scenario"
)

// TestRenew holds what another catalogue changes in a set, and what it leaves.
func TestRenew(t *testing.T) {
	t.Parallel()
	catalogue := func(texts ...string) *scenario.Catalogue {
		var list []*scenario.Scenario
		for _, text := range texts {
			list = append(list, parse(t, text))
		}
		return scenario.NewCatalogue(list)
	}
	const old = `"description": "old", ` + fails
	const anew = `"description": "new", ` + fails
	s := scenario.NewSet(catalogue(`{"name": "begins", "on": true, `+old+`}`, `{"name": "ended", "on": true, `+old+`}`, `{"name": "off", "on": true, `+old+`}`,
		`{"name": "gone", `+old+`}`, `{"name": "stays", `+old+`}`), 1)
	for _, name := range []string{"gone", "stays"} {
		if err := s.On(name, scenario.Limit{Times: 3}); err != nil {
			t.Fatal(err)
		}
	}
	s.Off("off")
	if err := s.Define(parse(t, `{"name": "own", `+old+`}`)); err != nil {
		t.Fatal(err)
	}
	if err := s.On("own", scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	s.Renew(catalogue(`{"name": "begins", "on": true, `+anew+`}`, `{"name": "ended", `+anew+`}`, `{"name": "off", "on": true, `+anew+`}`,
		`{"name": "stays", `+anew+`}`, `{"name": "comes", "on": true, `+anew+`}`))
	var got []string
	for _, on := range s.Switched() {
		text := on.Name + " " + on.Description
		if on.Limit.Times > 0 {
			text += " limited"
		}
		got = append(got, text)
	}
	if want := []string{"own old", "stays new limited", "begins new", "comes new"}; !slices.Equal(got, want) {
		t.Errorf("on are %q, want %q", got, want)
	}
	if sc, _ := s.Get("gone"); sc != nil {
		t.Error("the set knows what the new catalogue has not")
	}
	if sc, _ := s.Get("comes"); sc == nil {
		t.Error("the set does not know what the new catalogue has")
	}
}
