package admin_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"dispatchmock/internal/mock/session"
)

// TestTimesWithoutAForm gives a session a clock that JSON cannot have, as no
// flag and no request can: each answer is whole, or says what is wrong.
func TestTimesWithoutAForm(t *testing.T) {
	t.Parallel()
	at := sampleTime.In(time.FixedZone("", 24*60*60))
	r := launch(t, settings{home: session.Spec{Clock: session.ClockSetting{Mode: session.ClockFrozen, At: at}}})
	r.do(t, "GET", "/customers/1/locations/1", "")
	r.do(t, "POST", "/_mock/sessions/default/snapshots", `{"name": "a"}`)
	for _, path := range []string{"/sessions", "/sessions/default", "/sessions/default/clock", "/sessions/default/snapshots", "/sessions/default/bundle",
		"/journal", "/journal/har", "/exchanges/1", "/sessions/default/diff"} {
		got := r.do(t, "GET", "/_mock"+path, "")
		if !json.Valid([]byte(got.body)) || got.status != http.StatusOK && got.problem.Detail == "" {
			t.Errorf("%s: got %d and %q, want JSON", path, got.status, got.body)
		}
		if path == "/sessions/default/bundle" && got.status != http.StatusInternalServerError {
			t.Errorf("%s: got %d, want 500", path, got.status)
		}
	}
}
