package control_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestChangesHaveTheirStatus holds that the journal tells of a change through
// the door with the status that its client got.
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
		r.must(t, "GET", "/journal?control=true&limit=1", "", &list)
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
