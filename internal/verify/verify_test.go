package verify_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/verify"
	"dispatchmock/schemas"
)

// TestOwnServer holds that the mock keeps every fact of the contract, the
// assumed ones too, and that nothing is left out but roles without a token.
func TestOwnServer(t *testing.T) {
	t.Parallel()
	o := options(t, session(t, nil))
	o.Strict = true
	report := run(t, o)
	if report.Problem != "" {
		t.Error(report.Problem)
	}
	for _, r := range report.Results {
		if r.Outcome == verify.Holds || r.Outcome == verify.Skipped && strings.HasPrefix(r.Reason, "needs --role-token ") {
			continue
		}
		t.Errorf("%d %s: %s %s %v", r.Number, r.Name, r.Outcome, r.Reason, r.Differences)
	}
	if !report.Good() {
		t.Error("the report is not good")
	}
	t.Logf("%d cases, %d hold, %d requests", len(report.Results), report.Count(verify.Holds), report.Requests)
}

// TestNumbers holds that each case has its number, which never changes: new
// names are added behind the others.
func TestNumbers(t *testing.T) {
	t.Parallel()
	const file = "numbers.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(text))
	seen := map[string]bool{}
	for _, c := range cases(t) {
		if seen[c.Name] {
			t.Errorf("two cases have the name %s", c.Name)
		}
		seen[c.Name] = true
		if c.Documented == "" || c.Source == "" {
			t.Errorf("%s: got the documentation %q of %q, want both", c.Name, c.Documented, c.Source)
		}
		if i := slices.Index(lines, c.Name); i < 0 {
			lines = append(lines, c.Name)
			if !*update {
				t.Errorf("%s has no number: %s lacks it (-update adds it)", c.Name, file)
			}
		} else if c.Number != i+1 && !*update {
			t.Errorf("%s has the number %d, want %d, its line", c.Name, c.Number, i+1)
		}
	}
	for i, name := range lines {
		if slices.Index(lines, name) != i {
			t.Errorf("line %d: %s has a number already", i+1, name)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOtherSchemas holds that the cases follow schemas of somebody's own: a
// rule that is changed changes its cases, and a new one has cases without a
// number.
func TestOtherSchemas(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(schemas.FS, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const headers = "2019-02-08/StandardRequestHeadersModel.json"
	var doc map[string]any
	if err := json.Unmarshal(files[headers].Data, &doc); err != nil {
		t.Fatal(err)
	}
	properties := doc["properties"].(map[string]any)
	for _, p := range properties {
		delete(p.(map[string]any), "examples")
	}
	properties["authorization"].(map[string]any)["maxLength"] = 64
	properties["x-depot-id"] = map[string]any{"$comment": "A", "description": "A depot.", "type": "integer", "minimum": 1, "maximum": 99}
	if files[headers].Data, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	c, err := contract.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := verify.Cases(c, files)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]verify.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	for _, name := range []string{"get/x-depot-id/max+1/refused", "get/x-depot-id/text/field", "delete/x-depot-id/absent/accepted", "get/authorization/length-65/refused"} {
		if c, ok := byName[name]; !ok || c.Number != 0 {
			t.Errorf("%s: got %+v, want a case without a number", name, c)
		}
	}
	if c, ok := byName["get/authorization/length-257/refused"]; ok {
		t.Errorf("got %+v, which no rule gives reason for", c)
	}
	if c := byName["error/reason"]; c.Number != 717 {
		t.Errorf("error/reason has the number %d, want 717, as ever", c.Number)
	}
}
