package admin_test

import (
	"encoding/json"
	"fmt"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// document returns all records of a session in one document, as the paths of a
// diff name them.
func (r *running) document(t *testing.T, session string) []byte {
	t.Helper()
	var list struct {
		Records []struct {
			Tenant   int64 `json:"tenant_id"`
			Customer int64 `json:"customer_id"`
			Location int64 `json:"customer_location_id"`
		}
		More bool
	}
	r.must(t, "GET", "/sessions/"+session+"/records?limit=1000", "", &list)
	if list.More || len(list.Records) == 0 {
		t.Fatalf("the list has not all records: %+v", list)
	}
	records := map[string]json.RawMessage{}
	for _, k := range list.Records {
		var one struct{ Record json.RawMessage }
		r.must(t, "GET", fmt.Sprintf("/sessions/%s/records/%d/%d/%d", session, k.Tenant, k.Customer, k.Location), "", &one)
		records[fmt.Sprintf("%d,%d,%d", k.Tenant, k.Customer, k.Location)] = one.Record
	}
	doc, err := json.Marshal(map[string]any{"records": records})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDiff holds that the diff of a session, applied to the fixtures as a JSON
// Patch, gives the session's records.
func TestDiff(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	fixtures := r.document(t, "default")
	var record struct{ Record map[string]any }
	r.must(t, "GET", "/sessions/default/records/1/1/1", "", &record)
	full := record.Record
	with := func(change func(map[string]any)) string {
		changed := map[string]any{}
		for name, value := range full {
			changed[name] = value
		}
		change(changed)
		text, err := json.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct {
		name, method, record, body string
		ops                        int
	}{
		{"nothing", "PATCH", "1/1/1", `{}`, 0},
		{"a member", "PATCH", "1/1/1", `{"is_active": false}`, 1},
		{"a member becomes null", "PATCH", "1/1/1", `{"note": null, "name": "<b>&amp; \u2028"}`, 2},
		{"a member within", "PATCH", "1/1/1", `{"addresses": []}`, 1},
		{"a member is gone", "PUT", "1/1/1", with(func(m map[string]any) { delete(m, "note") }), 1},
		{"a record is gone", "DELETE", "1/1/1", "", 1},
		{"a record is there", "PUT", "1/77/78", with(func(m map[string]any) { m["id"], m["location_id"] = 77, 78 }), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.must(t, "POST", "/sessions", `{"id": "diff"}`, nil)
			defer r.must(t, "DELETE", "/sessions/diff", "", nil)
			r.must(t, c.method, "/sessions/diff/records/"+c.record, c.body, nil)
			var diff struct{ Patch json.RawMessage }
			r.must(t, "GET", "/sessions/diff/diff", "", &diff)
			patch, err := jsonpatch.DecodePatch(diff.Patch)
			if err != nil {
				t.Fatal(err)
			}
			if len(patch) != c.ops {
				t.Errorf("got %d operations, want %d: %s", len(patch), c.ops, diff.Patch)
			}
			got, err := patch.Apply(fixtures)
			if err != nil {
				t.Fatalf("%v, applying %s", err, diff.Patch)
			}
			if want := r.document(t, "diff"); !jsonpatch.Equal(got, want) {
				t.Errorf("the fixtures with %s are not the session's records: %s", diff.Patch, firstDifference(string(got), string(want)))
			}
		})
	}
}
