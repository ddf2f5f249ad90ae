package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/testkit"
)

// serverFailed is the body of every 500 that stands for a failure of the server:
// only the journal and the log have the reason.
const serverFailed = `{"detail": "The server failed on this request.", "explanation": "An unexpected error occurred.", "field": "server"}`

// TestFailed holds that a scenario which does not fit the answer is its author's
// fault: nothing is held against the mock, and the journal and the log say
// which operation it was.
func TestFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, then, pointer, detail string }{
		{"an operation", `{"patch": [{"op": "add", "path": "/new", "value": 1}, {"op": "remove", "path": "/addresses/7"}]}`, "/then/patch/1",
			`operation 2 of the JSON Patch, {"op":"remove","path":"/addresses/7"}, does not fit the body: `},
		{"an operation of a step", `{"sequence": {"steps": [{"patch": [{"op": "test", "path": "/name", "value": "nobody"}]}]}}`, "/then/sequence/steps/0/patch/0",
			`operation 1 of the JSON Patch, {"op":"test","path":"/name","value":"nobody"}, does not fit the body: `},
		{"an operation longer than a status line", `{"patch": [{"op": "test", "path": "/name", "value": "` + strings.Repeat("long ", 99) + `"}]}`, "/then/patch/0", "lon…, does not fit"},
		{"a body that grows too large", `{"patch": [{"op": "add", "path": "/a", "value": "` + strings.Repeat("x", 600<<10) + `"}, {"op": "copy", "from": "/a", "path": "/b"}, {"op": "copy", "from": "/a", "path": "/c"}]}`,
			"/then/patch/2", `operation 3 of the JSON Patch`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			r.Admin(t, http.MethodPost, "/sessions/default/scenarios", `{"definition": {"name": "mine", "then": `+c.then+`}}`)
			got := r.Ask(t, http.MethodGet, "/customers/1/locations/1", testkit.Dispatcher...)
			if got.Status != http.StatusInternalServerError || got.Body != serverFailed || got.Reason != "server: The server failed on this request." {
				t.Errorf("got %d %s", got.Status, got.Body)
			}
			x := r.Entry(t, "default", got.Value("X-REQUEST-ID"))
			if x.Verdict != exchange.VerdictSimulated || !x.Altered || x.ErrorCode != "scenario_failed" || x.Scenario != "mine" || len(x.Violations)+len(x.Problems) > 0 || x.Error != "" {
				t.Errorf("the journal has the verdict %s, altered %v, fault %s, violations %v, problems %v, error %s", x.Verdict, x.Altered, x.ErrorCode, x.Violations, x.Problems, x.Error)
			}
			f := x.Deliberate[0]
			if f.Part != exchange.PartScenario || f.Pointer != c.pointer || !strings.Contains(f.Hint, c.detail) || !strings.HasSuffix(f.Hint, "; change the scenario mine") {
				t.Errorf("got the finding %+v, want %s and %q", f, c.pointer, c.detail)
			}
			if log := r.Logged.String(); !strings.Contains(log, `level=WARN msg="the scenario does not fit the answer"`) || strings.Contains(log, "level=ERROR") {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}
