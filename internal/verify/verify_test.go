package verify_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/verify"
	"dispatchmock/schemas"
)

// TestOwnServer holds that the mock keeps every fact of the contract, the
// assumed ones too, and that nothing is left out but roles without a token.
func TestOwnServer(t *testing.T) {
	t.Parallel()
	o := options(t, serve(t))
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
	cases, err := verify.Cases(theContract(t), schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
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
