package verify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dispatchmock/internal/verify"
	"dispatchmock/schemas"
)

// TestOtherChoices holds that a server which chose otherwise where nothing
// public says is not called wrong: for each choice, each of its other values.
// Where the vendor does say, the case that names it fails.
func TestOtherChoices(t *testing.T) {
	t.Parallel()
	text, err := schemas.FS.ReadFile("fixtures/choices.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]struct {
			Enum    []any
			Default any
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{"tenant_foreign": "tenant/foreign/status", "tenant_id_invalid": "x-tenant-id/absent/status",
		"method_not_implemented": "/advertised"}
	n := 0
	for key, p := range doc.Properties {
		for _, value := range p.Enum {
			if value == p.Default {
				continue
			}
			n++
			t.Run(fmt.Sprintf("%s %v", key, value), func(t *testing.T) {
				t.Parallel()
				report := run(t, options(t, session(t, map[string]any{key: value})))
				seen := report.Count(verify.Warns)
				for _, r := range report.Results {
					named := documented[key] != "" && strings.HasSuffix(r.Name, documented[key])
					if bad := r.Outcome == verify.Fails || r.Outcome == verify.Undecided && r.Grade.Documented(); bad != named && (bad || r.Outcome == verify.Holds) {
						t.Errorf("%s: %s %s %v", r.Name, r.Outcome, r.Reason, r.Differences)
					}
					if r.Outcome == verify.Fails {
						seen++
					}
				}
				if seen == 0 && key != "version_pin_moves" { // only a refused request would show it
					t.Error("no case shows that the choice is another")
				}
			})
		}
	}
	if n < 20 {
		t.Errorf("found %d other values, want at least 20", n)
	}
}
