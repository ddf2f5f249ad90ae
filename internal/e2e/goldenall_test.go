package e2e

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"testing"

	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// driven are the codes that no request brings about: only a mistake of ours or
// other schemas do, which these tests make on purpose.
var driven = map[model.Code]string{
	model.HeaderInvalid:    "mock.TestHeadersOfOtherSchemas",
	model.ContractViolated: "mock.TestValidateSpeaks",
	model.ScenarioFailed:   "mock.TestFailed",
	model.Internal:         "mock.TestPanicIsAnswered",
}

// wantAll holds that each code has an answer in a golden file, or a test of its
// own, and that each rule for what a client sends is broken by a golden file.
func (s *goldenSeen) wantAll(t *testing.T) {
	t.Helper()
	tests := testFunctions(t)
	for _, k := range model.Kinds() {
		statuses := s.codes[string(k.Code)]
		switch {
		case k.Example == nil:
			if !tests["dispatchmock/internal/"+driven[k.Code]] {
				t.Errorf("%s has neither an example nor a test that drives it", k.Code)
			}
		case len(statuses) == 0:
			t.Errorf("%s has no golden exchange", k.Code)
		case k.Status != 0 && (len(statuses) != 1 || !statuses[k.Status]):
			t.Errorf("%s is answered with the statuses %v, want %d", k.Code, statuses, k.Status)
		}
	}
	for _, model := range []string{"StandardRequestHeadersModel.json", "PathParameters.json"} {
		for _, rule := range rulesOf(t, model) {
			if !s.broken[rule] {
				t.Errorf("no golden exchange breaks %s of %s; all that is broken: %q", rule, model, slices.Sorted(maps.Keys(s.broken)))
			}
		}
	}
}

// rulesOf returns the rules of a flat model, each as pointer and keyword.
func rulesOf(t *testing.T, file string) []string {
	t.Helper()
	dirs, err := fs.Glob(schemas.FS, "20*")
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, dir := range dirs {
		doc := map[string]any{}
		text, err := fs.ReadFile(schemas.FS, path.Join(dir, file))
		if err != nil {
			continue // as in the version before
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		properties := doc["properties"].(map[string]any)
		for name, p := range properties {
			p := p.(map[string]any)
			if ref, ok := p["$ref"].(string); ok {
				p = map[string]any{}
				testkit.Decode(t, testkit.ReadFile(t, schemas.FS, path.Join(dir, ref)), &p)
			}
			for word := range p {
				switch word {
				case "$schema", "$comment", "title", "description", "examples", "writeOnly":
				case "type":
					if p["type"] != "string" { // a header field is always text
						rules = append(rules, "/"+name+" type")
					}
				default:
					rules = append(rules, "/"+name+" "+word)
				}
			}
		}
		required, _ := doc["required"].([]any)
		for _, name := range required {
			if file != "PathParameters.json" { // a path without one is another path
				rules = append(rules, "/"+name.(string)+" required")
			}
		}
	}
	if len(rules) == 0 {
		t.Fatalf("found no rule in %s", file)
	}
	return rules
}
