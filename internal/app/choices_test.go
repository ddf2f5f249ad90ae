package app_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

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
	if err := json.Unmarshal(readFile(t, schemas.FS, "fixtures/choices.json"), &rules); err != nil {
		t.Fatal(err)
	}
	if len(rules.Properties) == 0 {
		t.Fatal("the schema of the choices has no properties")
	}
	return rules
}

// goldenCase is a golden file, parsed.
type goldenCase struct {
	name    string
	comment string
	archive *txtar.Archive
}

func goldenCases(t testing.TB) []goldenCase {
	t.Helper()
	var cases []goldenCase
	for _, file := range goldenFiles(t) {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(goldenDir, strings.TrimSuffix(file, ".txtar"))
		cases = append(cases, goldenCase{filepath.ToSlash(name), string(a.Comment), a})
	}
	return cases
}

// launch starts a server as the golden file's settings ask.
func (g goldenCase) launch(t *testing.T, s settings) *running {
	t.Helper()
	own := g.settings(t)
	own.jsonLog, own.onViolation, own.recorded = s.jsonLog, s.onViolation, s.recorded
	return launch(t, own)
}

// settings returns what the golden file asks of a server.
func (g goldenCase) settings(t *testing.T) settings {
	t.Helper()
	own := goldenSettings(t, g.comment)
	for _, f := range g.archive.Files {
		if strings.HasSuffix(f.Name, ".json") {
			if own.files == nil {
				own.files = map[string]string{}
			}
			own.files[f.Name] = string(f.Data)
		}
	}
	return own
}

// requests returns the bytes that the golden file sends.
func (g goldenCase) requests(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, f := range g.archive.Files {
		if f.Name == "request" {
			all = append(all, expand(t, string(f.Data)))
		}
	}
	return all
}

// TestChoicesHaveGoldenExchanges holds that each value of each choice, but the
// default, has a golden exchange: a choice that nobody exercises is a promise
// that nobody keeps.
func TestChoicesHaveGoldenExchanges(t *testing.T) {
	t.Parallel()
	chosen := map[string][]any{} // by choice, the values that golden files set
	for _, g := range goldenCases(t) {
		if !strings.HasPrefix(g.name, "choices/") {
			continue
		}
		var values map[string]any
		if err := json.Unmarshal([]byte(goldenSettings(t, g.comment).choices), &values); err != nil {
			t.Errorf("%s: its choices are no JSON object: %v", g.name, err)
		}
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
	for _, g := range goldenCases(t) {
		if !strings.HasPrefix(g.name, "choices/") {
			continue
		}
		t.Run(strings.TrimPrefix(g.name, "choices/"), func(t *testing.T) {
			t.Parallel()
			plain := g
			plain.comment = ""
			def, own := plain.launch(t, settings{}), g.launch(t, settings{})
			var without, with strings.Builder
			for _, request := range g.requests(t) {
				without.WriteString(def.raw(t, request))
				with.WriteString(own.raw(t, request))
			}
			if with.String() == without.String() {
				t.Errorf("the default and %s answer alike:\n%s", strings.TrimSpace(g.comment), with.String())
			}
		})
	}
}

// TestChoiceStatuses drives each choice of a status through the value that the
// golden file's name tells, so that a file cannot be named for what it is not.
func TestChoiceStatuses(t *testing.T) {
	t.Parallel()
	rules := loadChoiceRules(t)
	for _, g := range goldenCases(t) {
		key, value, ok := strings.Cut(strings.TrimPrefix(g.name, "choices/"), "-")
		if !ok || !strings.HasPrefix(g.name, "choices/") {
			continue
		}
		if _, status := rules.Properties[key].Default.(float64); !status {
			continue
		}
		var statuses []string
		for _, f := range g.archive.Files {
			if f.Name == "response" {
				line, _, _ := strings.Cut(string(f.Data), "\n")
				statuses = append(statuses, strings.Fields(line)[1])
			}
		}
		if !slices.Contains(statuses, value) {
			t.Errorf("%s: got the statuses %v, want %s among them, as the file's name says", g.name, statuses, value)
		}
		if want := fmt.Sprintf("%q: %s", key, value); !strings.Contains(g.comment, want) {
			t.Errorf("%s: its settings are %q, want %s among them", g.name, g.comment, want)
		}
	}
}
