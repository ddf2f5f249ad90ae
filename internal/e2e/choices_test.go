package e2e

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// choiceRules is the schema of the choices file, as far as its values go.
type choiceRules struct {
	Properties map[string]struct {
		Enum    []any `json:"enum"`
		Default any   `json:"default"`
	} `json:"properties"`
}

func loadChoiceRules(t testing.TB) choiceRules {
	t.Helper()
	var rules choiceRules
	testkit.Decode(t, testkit.ReadFile(t, schemas.FS, "fixtures/choices.json"), &rules)
	if len(rules.Properties) == 0 {
		t.Fatal("the schema of the choices has no properties")
	}
	return rules
}

// TestChoicesHaveGoldenExchanges holds that each value of each choice, but the
// default, has a golden exchange: a choice that nobody exercises is a promise
// that nobody keeps.
func TestChoicesHaveGoldenExchanges(t *testing.T) {
	t.Parallel()
	chosen := map[string][]any{} // by choice, the values that golden files set
	for _, g := range choiceGoldens(t) {
		var values map[string]any
		testkit.Decode(t, g.settings.Choices, &values)
		for key, v := range values {
			chosen[key] = append(chosen[key], v)
		}
	}
	rules := loadChoiceRules(t)
	for key, rule := range rules.Properties {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			if rule.Default == nil {
				t.Errorf("the choice has no default in its schema")
			}
			wanted := slices.DeleteFunc(slices.Clone(rule.Enum), func(v any) bool { return reflect.DeepEqual(v, rule.Default) })
			for _, v := range wanted {
				if !slices.ContainsFunc(chosen[key], func(c any) bool { return reflect.DeepEqual(c, v) }) {
					t.Errorf("no file in %s/choices has %s: %v; the golden files set %v", goldenDir, key, v, chosen[key])
				}
			}
			other := func(c any) bool { return !reflect.DeepEqual(c, rule.Default) }
			if !slices.ContainsFunc(chosen[key], other) {
				t.Errorf("no file in %s/choices departs from the default %v", goldenDir, rule.Default)
			}
		})
	}
	for key := range chosen {
		if _, ok := rules.Properties[key]; !ok {
			t.Errorf("a golden file sets %s, which is no choice", key)
		}
	}
}

// TestChoicesMakeADifference sends the requests of each golden file of a
// choice to a server that has the default: an equal answer would mean that the
// file pins nothing, or that the choice does nothing.
func TestChoicesMakeADifference(t *testing.T) {
	t.Parallel()
	for _, g := range choiceGoldens(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{Data: testkit.Data{Files: g.settings.Files}})
			for _, x := range g.exchanges {
				if r.Raw(t, x.request) != x.response {
					return
				}
			}
			t.Errorf("the default and %s answer alike", g.settings.Choices)
		})
	}
}

// TestChoiceStatuses drives each choice of a status through the value that the
// golden file's name tells, so that a file cannot be named for what it is not.
func TestChoiceStatuses(t *testing.T) {
	t.Parallel()
	rules := loadChoiceRules(t)
	for _, g := range choiceGoldens(t) {
		key, value, ok := strings.Cut(g.name, "-")
		if _, status := rules.Properties[key].Default.(float64); !ok || !status {
			continue
		}
		var statuses []string
		for _, x := range g.exchanges {
			statuses = append(statuses, strings.Fields(x.response)[1])
		}
		if !slices.Contains(statuses, value) {
			t.Errorf("%s: got the statuses %v, want %s among them, as the file's name says", g.name, statuses, value)
		}
		if want := fmt.Sprintf("%q: %s", key, value); !strings.Contains(g.settings.Choices, want) {
			t.Errorf("%s: its choices are %s, want %s among them", g.name, g.settings.Choices, want)
		}
	}
}

// choiceGoldens are the golden files of the choices, named without their folder.
func choiceGoldens(t testing.TB) []golden {
	t.Helper()
	var list []golden
	for _, g := range goldens(t) {
		if name, ok := strings.CutPrefix(g.name, "choices/"); ok {
			g.name = name
			list = append(list, g)
		}
	}
	return list
}
