package mock_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// statuses returns the statuses of n requests, one after the other.
func statuses(t testing.TB, r *testkit.Server, n int, method, path string, header ...string) string {
	t.Helper()
	var all []string
	for range n {
		all = append(all, fmt.Sprint(r.Ask(t, method, path, append(header, testkit.Dispatcher...)...).Status))
	}
	return strings.Join(all, " ")
}

// TestScenarioLimits holds how long a scenario that was switched on takes over:
// once, n times, until a time by the session's clock, or for ever.
func TestScenarioLimits(t *testing.T) {
	t.Parallel()
	const own = `{"name": "gone", "description": "Gone.", "then": {"error": {"code": "record_unknown", "status": 410}}, "limit": {"times": 2}}`
	for _, c := range []struct{ name, session, on, want string }{
		{"for ever", "", `{"name": "error-404"}`, "404 404 404 404"},
		{"once", "", `{"name": "error-404", "times": 1}`, "404 200 200 200"},
		{"three times", "", `{"name": "error-404", "times": 3}`, "404 404 404 200"},
		// Each request finds the clock a minute later.
		{"until a time", `"clock": {"mode": "step", "at": "2022-08-20T00:00:00Z", "step": "1m"}`, `{"name": "error-404", "until": "2022-08-20T00:02:00Z"}`, "404 404 200 200"},
		{"until a time in another zone", `"clock": {"mode": "step", "at": "2022-08-20T00:00:00Z", "step": "1m"}`, `{"name": "error-404", "until": "2022-08-20T02:03:00+02:00"}`, "404 404 404 200"},
		{"until a time, or once", `"clock": {"mode": "step", "at": "2022-08-20T00:00:00Z", "step": "1m"}`, `{"name": "error-404", "times": 1, "until": "2022-08-20T00:02:00Z"}`, "404 200 200 200"},
		{"until a time that is past", "", `{"name": "error-404", "until": "2022-08-20T00:00:00Z"}`, "200 200 200 200"},
		{"of the definition", "", `{"definition": ` + own + `}`, "410 410 200 200"},
		{"of the switch, before that of the definition", "", `{"definition": ` + own + `, "times": 1}`, "410 200 200 200"},
		{"a sequence that is cut", "", `{"name": "flaky", "times": 1}`, "500 200 200 200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			r.Admin(t, http.MethodPost, "/sessions", `{"id": "a"`+strings.TrimSuffix(", "+c.session, ", ")+`}`)
			r.Admin(t, http.MethodPost, "/sessions/a/scenarios", c.on)
			if got := statuses(t, r, 4, http.MethodDelete, "/_s/a"+testkit.Resource); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestWhichScenario holds that the request's own comes before the record's,
// that before the session's, and of those the one switched on last.
func TestWhichScenario(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	const carries409 = "/customers/9010/locations/1"
	r.Admin(t, http.MethodPost, "/sessions", `{"id": "a", "scenarios": ["error-404", "error-500"]}`)
	for _, c := range []struct {
		name, path, want string
		header           []string
	}{
		{"the last of the session", "/_s/a" + testkit.Resource, "500", nil},
		{"the record's", "/_s/a" + carries409, "409", nil},
		{"the request's", "/_s/a" + carries409, "406", []string{"X-Mock-Scenario: error-406"}},
		{"another session has none", testkit.Resource, "200", nil},
		{"the record's in any session", carries409, "409", nil},
		{"a request of the session by header", testkit.Resource, "500", []string{"X-Mock-Session: a"}},
		{"another tenant has no such record", carries409, "403", []string{"x-tenant-id: 2"}},
		{"the preflight of a carrier", carries409, "200", nil},
	} {
		method := http.MethodGet
		if strings.HasPrefix(c.name, "the preflight") {
			method = http.MethodOptions
		}
		header := append([]string{testkit.Dispatcher[0]}, c.header...)
		if !strings.Contains(strings.Join(header, ""), "x-tenant-id") {
			header = append(header, testkit.Dispatcher[1])
		}
		if got := fmt.Sprint(r.Ask(t, method, c.path, header...).Status); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	r.Admin(t, http.MethodDelete, "/sessions/a/scenarios/error-500", "")
	if got := statuses(t, r, 1, http.MethodGet, "/_s/a"+testkit.Resource); got != "404" {
		t.Errorf("with the last switched off got %s, want 404 of the one before", got)
	}
	r.Admin(t, http.MethodDelete, "/sessions/a/scenarios", "")
	if got := statuses(t, r, 1, http.MethodGet, "/_s/a"+testkit.Resource); got != "200" {
		t.Errorf("with all switched off got %s, want 200", got)
	}
}

// TestCountersAreTheSessions holds that what a scenario has counted in one
// session counts in no other, on whichever way it is chosen; that a reset
// begins anew, and that a snapshot has the counters of its time.
func TestCountersAreTheSessions(t *testing.T) {
	t.Parallel()
	const carriesFlaky = "/customers/9071/locations/1"
	for _, c := range []struct {
		name, path string
		header     []string
		on         bool
	}{
		{"switched on", testkit.Resource, nil, true},
		{"carried", carriesFlaky, nil, false},
		{"named", testkit.Resource, []string{"X-Mock-Scenario: flaky"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			for _, id := range []string{"a", "b"} {
				made := fmt.Sprintf(`{"id": %q}`, id)
				if c.on {
					made = fmt.Sprintf(`{"id": %q, "scenarios": ["flaky"]}`, id)
				}
				r.Admin(t, http.MethodPost, "/sessions", made)
			}
			want := func(what, id string, n int, want string) {
				t.Helper()
				if got := statuses(t, r, n, http.MethodGet, "/_s/"+id+c.path, c.header...); got != want {
					t.Errorf("%s: got %s, want %s", what, got, want)
				}
			}
			want("the first of a", "a", 1, "500")
			r.Admin(t, http.MethodPost, "/sessions/a/snapshots", `{"name": "after-one"}`)
			want("a goes on", "a", 3, "500 200 200")
			want("b counts for itself", "b", 3, "500 500 200")
			r.Admin(t, http.MethodPost, "/sessions/a/snapshots/after-one/restore", "")
			want("a restored", "a", 3, "500 200 200")
			want("b is not restored", "b", 1, "200")
			r.Admin(t, http.MethodPost, "/sessions/a/reset", "")
			want("a reset", "a", 3, "500 500 200")
			want("b is not reset", "b", 1, "200")
			if !c.on {
				want("the default session counts for itself", "default", 3, "500 500 200")
			}
		})
	}
}

// TestRestoreBringsScenariosBack holds that a snapshot has what was defined and
// switched on at its time.
func TestRestoreBringsScenariosBack(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	const own = `{"name": "gone", "description": "Gone.", "then": {"error": {"code": "record_unknown", "status": 410}}}`
	r.Admin(t, http.MethodPost, "/sessions/default/scenarios", `{"definition": `+own+`}`)
	r.Admin(t, http.MethodPost, "/sessions/default/snapshots", `{"name": "gone"}`)
	r.Admin(t, http.MethodPost, "/sessions/default/scenarios", `{"definition": `+strings.Replace(own, "410", "403", 1)+`}`)
	if got := statuses(t, r, 1, http.MethodGet, testkit.Resource); got != "403" {
		t.Errorf("defined again: got %s, want 403", got)
	}
	r.Admin(t, http.MethodPost, "/sessions/default/snapshots/gone/restore", "")
	if got := statuses(t, r, 1, http.MethodGet, testkit.Resource); got != "410" {
		t.Errorf("restored: got %s, want 410", got)
	}
	r.Admin(t, http.MethodPost, "/sessions/default/reset", "")
	if got := statuses(t, r, 1, http.MethodGet, testkit.Resource) + statuses(t, r, 1, http.MethodGet, testkit.Resource, "X-Mock-Scenario: gone"); got != "200400" {
		t.Errorf("reset: got %s, want 200, and 400 for a scenario that is no more", got)
	}
}

// TestOneOfMany sends a crowd at once: exactly one request is the nth, exactly
// one of the click's DELETEs succeeds, exactly as many are within the rate.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	const n = 60
	define := func(when, then string) string {
		return `{"definition": {"name": "own", "description": "Own.", "when": ` + when + `, "then": ` + then + `}}`
	}
	for _, c := range []struct {
		name, on string
		rare     int // status of the few
		few      int
		others   int
	}{
		{"nth", define(`{"nth": 17}`, `{"error": {"code": "record_unknown"}}`), 404, 1, 200},
		{"first", define(`{"first": 5}`, `{"error": {"code": "record_unknown"}}`), 404, 5, 200},
		{"every", define(`{"every": 20}`, `{"error": {"code": "record_unknown"}}`), 404, 3, 200},
		{"times", `{"name": "error-404", "times": 7}`, 404, 7, 200},
		{"sequence", `{"name": "flaky"}`, 500, 2, 200},
		{"rate limit", `{"name": "rate-limited"}`, 200, 3, 429},
		{"duplicate click", `{"name": "duplicate-click"}`, 200, 1, 409},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			r.Admin(t, http.MethodPost, "/sessions/default/scenarios", c.on)
			got := map[int]int{}
			for _, a := range r.Together(t, n, testkit.Sample) {
				got[a.Status]++
			}
			if got[c.rare] != c.few || got[c.others] != n-c.few {
				t.Errorf("got %v, want %d of %d and the rest %d", got, c.few, c.rare, c.others)
			}
		})
	}
}

// TestDuplicateClick sends the two DELETEs of a double click at once, again and
// again: one of them succeeds, the other is told so at once.
func TestDuplicateClick(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	const click = "/customers/9076/locations/1"
	for i := range 10 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			id := fmt.Sprintf("s%d", i)
			r.Admin(t, http.MethodPost, "/sessions", fmt.Sprintf(`{"id": %q}`, id))
			two := r.Together(t, 2, testkit.Authorized(http.MethodDelete, "/_s/"+id+click))
			good, bad := two[0], two[1]
			if good.Status != http.StatusOK {
				good, bad = bad, good
			}
			if good.Status != http.StatusOK || bad.Status != http.StatusConflict || !strings.Contains(good.Body, `"is_active": false, "is_commercial"`) {
				t.Errorf("%s: got %d and %d, want one 200 with the inactive record, and one 409", id, good.Status, bad.Status)
			}
		})
	}
}

// TestChance holds that what is drawn by chance repeats with the seed, is
// another with another seed, and is about as frequent as it says.
func TestChance(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	drawn := func(id, seed string) (answered, garbage string) {
		r.Admin(t, http.MethodPost, "/sessions", fmt.Sprintf(`{"id": %q%s}`, id, seed))
		answered = statuses(t, r, 200, http.MethodGet, "/_s/"+id+testkit.Resource, "X-Mock-Scenario: random-failures")
		for range 3 {
			garbage += r.Raw(t, testkit.Authorized(http.MethodGet, "/_s/"+id+testkit.Resource, "X-Mock-Scenario: garbage"))
		}
		return answered, garbage
	}
	one, noise := drawn("a", `, "seed": 5`)
	if again, same := drawn("b", `, "seed": 5`); again != one || same != noise {
		t.Errorf("the same seed draws\n%s\nand\n%s", one, again)
	}
	if other, differs := drawn("c", `, "seed": 6`); other == one || differs == noise {
		t.Errorf("another seed draws the same: %s", one)
	}
	if n := strings.Count(one, "500"); n < 40 || n > 80 {
		t.Errorf("%d of 200 requests fail, want about 60", n)
	}
	if len(noise) != 3*64 || noise[:64] == noise[64:128] {
		t.Errorf("the garbage is %q, want 64 bytes that are others each time", noise)
	}
}

// TestLogNamesTheScenario holds that who reads the log alone sees that an
// answer was made on purpose.
func TestLogNamesTheScenario(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{Log: testkit.JSONLog})
	for name, want := range map[string]any{"error-404": "error-404", "": nil} {
		a := r.Ask(t, http.MethodGet, testkit.Resource, append([]string{"X-Mock-Scenario: " + name}, testkit.Dispatcher...)...)
		lines := r.LogLines(t, "exchange", a.Value("X-REQUEST-ID"))
		if len(lines) != 1 || lines[0]["scenario"] != want || lines[0]["level"] != "INFO" {
			t.Errorf("the scenario %q: got the lines %v, want one of level INFO that names it", name, lines)
		}
	}
}
