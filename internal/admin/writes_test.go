package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	state "dispatchmock/internal/mock/store"
	"dispatchmock/internal/quota"
)

// TestPatchesAtOnce sends changes of different members of one record, and of
// different choices, at once: none undoes another.
func TestPatchesAtOnce(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	members := []string{"note", "name", "sales_rep", "account_number_1", "account_number_2", "reference_number"}
	choices := []string{"request_id_echo", "www_authenticate", "content_type_parameters"}
	for round := range 20 {
		var all sync.WaitGroup
		patch := func(path, body string) {
			all.Go(func() {
				if got, err := send(r.url+"/_mock/sessions/default/"+path, "PATCH", body); err != nil || got.status != http.StatusOK {
					t.Errorf("PATCH %s %s: got %d %s, %v", path, body, got.status, got.body, err)
				}
			})
		}
		value := fmt.Sprintf("round %d", round)
		for _, name := range members {
			patch("records/1/1/1", fmt.Sprintf(`{%q: %q}`, name, value))
		}
		for _, key := range choices {
			patch("choices", fmt.Sprintf(`{%q: %v}`, key, round%2 == 1))
		}
		// A deactivation in between is not undone either.
		if round == 0 {
			all.Go(func() {
				if got, err := send(r.url+resource, "DELETE", "", dispatcher...); err != nil || got.status != http.StatusOK {
					t.Errorf("DELETE: got %d, %v", got.status, err)
				}
			})
		}
		all.Wait()
		got := r.do(t, "GET", "/_mock/sessions/default/records/1/1/1", "").body
		for _, name := range members {
			if !strings.Contains(got, fmt.Sprintf(`%q: %q`, name, value)) && !strings.Contains(got, fmt.Sprintf(`%q:%q`, name, value)) {
				t.Errorf("%s is not %q in %s", name, value, got)
			}
		}
		if !strings.Contains(got, `"is_active": false, "last_updated_on"`) && !strings.Contains(got, `"is_active":false,"is_commercial"`) {
			t.Errorf("a change has undone the deactivation: %s", got)
		}
		made := r.do(t, "GET", "/_mock/sessions/default/choices", "").body
		for _, key := range choices {
			if !strings.Contains(made, fmt.Sprintf(`%q:%v`, key, round%2 == 1)) {
				t.Errorf("%s is not %v in %s", key, round%2 == 1, made)
			}
		}
	}
}

// TestRecordLimit holds that the records which a session may have of its own
// are bounded, and that those it has can still be changed.
func TestRecordLimit(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	home := r.Sessions().Default()
	records := map[state.Key]state.Record{}
	sample, _ := home.Store.Record(state.Key{Tenant: 1, Customer: 1, Location: 1})
	for i := range home.Store.Base().Records() + quota.Records {
		tree := sample.Tree()
		tree["id"] = json.Number(strconv.Itoa(1_000_000 + i))
		record, err := state.NewRecord(1, tree)
		if err != nil {
			t.Fatal(err)
		}
		records[record.Key] = record
	}
	if err := home.Store.Put(records); err != nil {
		t.Fatal(err)
	}
	body := r.do(t, "GET", "/_mock/sessions/default/records/1/1000000/1", "").body
	_, body, _ = strings.Cut(body, `"record":`)
	body = strings.TrimSuffix(strings.TrimSpace(body), "}")
	got := r.do(t, "PUT", "/_mock/sessions/default/records/1/999999/1", strings.Replace(body, "1000000", "999999", 1))
	if got.status != http.StatusConflict || !strings.Contains(got.problem.Detail, "a session may have 10000 records that the fixtures have not") {
		t.Errorf("one more: got %d %s, want 409", got.status, got.body)
	}
	if got := r.do(t, "PATCH", "/_mock/sessions/default/records/1/1000000/1", `{"note": "changed"}`); got.status != http.StatusOK {
		t.Errorf("a change of one of them: got %d %s, want 200", got.status, got.body)
	}
}

// TestLongPins holds that the names of client IDs are bounded, too.
func TestLongPins(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for length, want := range map[int]int{128: http.StatusOK, 129: http.StatusUnprocessableEntity} {
		got := r.do(t, "PUT", "/_mock/sessions/default/pins", fmt.Sprintf(`{"pins": {%q: "2019/02/08"}}`, strings.Repeat("a", length)))
		if got.status != want {
			t.Errorf("%d characters: got %d %.300s, want %d", length, got.status, got.body, want)
		}
	}
}
