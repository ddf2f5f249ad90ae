package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestChangesHaveTheirStatus holds that the journal tells of a change through
// the admin API with the status that its client got.
func TestChangesHaveTheirStatus(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/sessions/default/clock", `{"mode": "real"}`, http.StatusOK},
		{"POST", "/sessions/default/snapshots", `{"name": "a"}`, http.StatusCreated},
		{"DELETE", "/sessions/default/snapshots/a", "", http.StatusNoContent},
	} {
		if got := r.do(t, c.method, "/_mock"+c.path, c.body); got.status != c.status {
			t.Fatalf("%s %s: got %d %s, want %d", c.method, c.path, got.status, got.body, c.status)
		}
		var list struct {
			Exchanges []struct{ Status int } `json:"exchanges"`
		}
		r.must(t, "GET", "/journal?admin=true&limit=1", "", &list)
		if len(list.Exchanges) != 1 || list.Exchanges[0].Status != c.status {
			t.Errorf("%s %s: the journal has %v, want the status %d", c.method, c.path, list.Exchanges, c.status)
		}
	}
}

// TestCutBody holds that a body which ends early is not called too large.
func TestCutBody(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, call := range []string{"POST /_mock/sessions", "PUT /_mock/sessions/default/clock"} {
		answer := raw(t, r.host, call+" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
		if got := statusOf(t, answer); got != http.StatusBadRequest || !strings.Contains(answer, "The body could not be read") {
			t.Errorf("%s: got %.300s, want 400 that says so", call, answer)
		}
	}
}

// TestErrorThatIsNone holds that a scenario's error is one where the choices
// would answer with 200.
func TestErrorThatIsNone(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for code, want := range map[string]int{"repeated_delete": 409, "not_acceptable": 406} {
		r.must(t, "POST", "/sessions", fmt.Sprintf(`{"id": "s", "fixtures": {"choices": {%q: 200}}}`, code), nil)
		r.must(t, "POST", "/sessions/s/scenarios", fmt.Sprintf(`{"definition": {"name": "no", "then": {"error": {"code": %q}}}}`, code), nil)
		if got := r.api(t, "GET", "/_s/s/customers/1/locations/1"); got.status != want {
			t.Errorf("%s: got %d %s, want %d", code, got.status, got.body, want)
		}
		r.must(t, "DELETE", "/sessions/s", "", nil)
	}
}

// TestParents holds that a record's parent is looked for in the session, not in
// the fixtures alone.
func TestParents(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "s"}`, nil)
	const child, parent = "/_mock/sessions/s/records/1/3/1", "/_mock/sessions/s/records/1/888/1"
	holds := func(parentID, status int) {
		t.Helper()
		got := r.do(t, "PATCH", child, fmt.Sprintf(`{"parent_id": %d}`, parentID))
		if got.status != status || (status == 422) != strings.Contains(got.body, "tenant 1 has no customer of this identifier") {
			t.Errorf("a parent of the number %d: got %d %s, want %d", parentID, got.status, got.body, status)
		}
	}
	holds(888, 422)
	var shown struct{ Record map[string]any }
	r.must(t, "GET", "/sessions/s/records/1/2/1", "", &shown)
	shown.Record["id"], shown.Record["parent_id"] = 888, nil
	text, err := json.Marshal(shown.Record)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.do(t, "PUT", parent, string(text)); got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	holds(888, 200)
	holds(2, 200)
	for _, path := range []string{parent, "/_mock/sessions/s/records/1/2/1"} {
		if got := r.do(t, "DELETE", path, ""); got.status != 204 {
			t.Fatalf("DELETE %s: got %d %s", path, got.status, got.body)
		}
	}
	holds(888, 422)
	holds(2, 422)
}
