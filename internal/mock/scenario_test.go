package mock_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
	"dispatchmock/internal/testkit"
)

// way is a way in which a request comes to a scenario.
type way struct {
	name     string
	customer func(testkit.Scenario) string
	made     func(testkit.Scenario) string // members of the session's document
	switches func(testkit.Scenario) string // the body of a POST to its scenarios
	header   func(testkit.Scenario) []string
	known    func(testkit.Scenario) string // the name by which the journal knows it
}

// ways are all of them; each member that is nil asks nothing.
func ways() []way {
	none := func(testkit.Scenario) string { return "" }
	plain := func(testkit.Scenario) string { return "1" }
	named := func(c testkit.Scenario) string { return c.Name }
	return []way{
		{"carried by a record", func(c testkit.Scenario) string { return c.Customer }, none, none, nil, named},
		{"named by the request", plain, none, none, func(c testkit.Scenario) []string { return []string{"X-Mock-Scenario: " + c.Name} }, named},
		{"switched on with the session", plain, func(c testkit.Scenario) string { return fmt.Sprintf(`, "scenarios": [%q]`, c.Name) }, none, nil, named},
		{"switched on over the admin API", plain, none, func(c testkit.Scenario) string { return fmt.Sprintf(`{"name": %q}`, c.Name) }, nil, named},
		{"defined over the admin API", plain, none, func(c testkit.Scenario) string { return `{"definition": ` + renamed(c, "mine") + `}` }, nil, func(testkit.Scenario) string { return "mine" }},
		{"defined with the session", plain, func(c testkit.Scenario) string { return `, "scenarios": [` + renamed(c, "mine") + `]` }, none, nil, func(testkit.Scenario) string { return "mine" }},
	}
}

func renamed(c testkit.Scenario, name string) string {
	own := maps.Clone(c.Definition)
	own["name"] = name
	text, _ := json.Marshal(own) // came as JSON
	return string(text)
}

// TestScenarios holds for each scenario of the catalogue, on each way to it,
// what a client sees byte by byte, how the connection ends, what became of the
// record, and what the journal says.
func TestScenarios(t *testing.T) {
	t.Parallel()
	r, usual := testkit.Start(t, testkit.Settings{}), testkit.Start(t, testkit.Settings{Data: testkit.Data{Files: uncarried(t)}})
	list, told := r.Scenarios(t), scenes()
	var requests atomic.Uint64
	for _, c := range list {
		s, ok := told[c.Name]
		if !ok || s.says != c.Description || len(s.steps) == 0 || c.Customer == "" {
			t.Errorf("%s, %q, carried by customer %q, is not in this test's table, which says %q", c.Name, c.Description, c.Customer, s.says)
			continue
		}
		delete(told, c.Name)
		for i, w := range ways() {
			t.Run(c.Name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				id := fmt.Sprintf("%s-%d", c.Name, i)
				for _, server := range []*testkit.Server{r, usual} {
					made := ""
					if server == r {
						made = w.made(c)
					}
					server.Admin(t, http.MethodPost, "/sessions", fmt.Sprintf(`{"id": %q, "seed": 3%s}`, id, made))
				}
				if text := w.switches(c); text != "" {
					r.Admin(t, http.MethodPost, "/sessions/"+id+"/scenarios", text)
				}
				p := stage{r, usual, id, c, w}
				for n, step := range s.steps {
					p.play(t, n+1, step, fmt.Sprintf("00000000-0000-4000-8000-%012x", requests.Add(1)))
				}
			})
		}
	}
	for name := range told {
		t.Errorf("this test tells of %s, which the catalogue lacks", name)
	}
}

// uncarried returns the customers of the scenarios without their scenarios, so
// that one may ask for the usual answer.
func uncarried(t testing.TB) map[string]string {
	t.Helper()
	const name = "scenario-customers.json"
	var file map[string]any
	d := json.NewDecoder(strings.NewReader(testkit.DefaultFiles(t)[name]))
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, item := range file["customer_locations"].([]any) {
		delete(item.(map[string]any), "scenario")
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{name: string(text)}
}

// stage is a session of the server under test, and one of a server without
// the scenario that is asked the same.
type stage struct {
	r, usual *testkit.Server
	id       string
	c        testkit.Scenario
	w        way
}

// play sends the request of a step to both.
func (p stage) play(t *testing.T, n int, step step, requestID string) {
	t.Helper()
	method := step.method
	if method == "" {
		method = http.MethodDelete
	}
	if step.clock != "" {
		for _, server := range []*testkit.Server{p.r, p.usual} {
			server.Admin(t, http.MethodPut, "/sessions/"+p.id+"/clock", fmt.Sprintf(`{"mode": "frozen", "at": %q}`, step.clock))
		}
	}
	header := append(append([]string{"x-request-id: " + requestID}, testkit.Dispatcher...), step.header...)
	path := "/_s/" + p.id + "/customers/" + p.w.customer(p.c) + "/locations/1"
	usual, _ := p.usual.Take(t, testkit.Message(method, path, header...), false)
	if step.undone {
		p.usual.Admin(t, http.MethodPost, "/sessions/"+p.id+"/records/1/"+p.w.customer(p.c)+"/1/revert", "")
	}
	if p.w.header != nil {
		header = append(header, p.w.header(p.c)...)
	}
	got, reset := p.r.Take(t, testkit.Message(method, path, header...), step.closes)
	want := usual
	if step.see != nil {
		want = step.see(usual)
	}
	by := !step.passes
	switch {
	case step.like != nil:
		step.like(t, got)
	case step.or != nil && got == usual:
		by = false
	case step.or != nil:
		want = step.or(usual)
		fallthrough
	default:
		if got != want {
			t.Errorf("request %d, %s: got\n%q\nwant\n%q\nusual\n%q", n, method, got, want, usual)
		}
	}
	if reset != step.resets {
		t.Errorf("request %d, %s: the connection was reset: %v, want %v", n, method, reset, step.resets)
	}
	if got, want := p.record(t, p.r), p.record(t, p.usual); got != want {
		t.Errorf("request %d, %s: afterwards the record is %s\nwant %s", n, method, got, want)
	}
	p.journal(t, n, step, by, p.r.Entry(t, p.id, requestID), got)
}

// record returns the record as the admin API has it, without what is said of it.
func (p stage) record(t *testing.T, r *testkit.Server) string {
	t.Helper()
	var shown struct{ Record json.RawMessage }
	if err := json.Unmarshal([]byte(r.Admin(t, http.MethodGet, "/sessions/"+p.id+"/records/1/"+p.w.customer(p.c)+"/1", "")), &shown); err != nil {
		t.Fatal(err)
	}
	return string(shown.Record)
}

// journal holds what the journal says of a step: which scenario it was, that
// what it broke was broken on purpose, that nothing is held against us, and
// what the client saw.
func (p stage) journal(t *testing.T, n int, step step, by bool, x report.Entry, seen string) {
	t.Helper()
	if got := answered(t, x); got != unchunked(seen) {
		t.Errorf("request %d: the journal has the answer\n%q\nthe client saw\n%q", n, got, seen)
	}
	name, verdict, altered := p.w.known(p.c), exchange.VerdictSimulated, true
	switch {
	case !by:
		name, verdict, altered = "", exchange.VerdictOK, false
	case step.whole:
		verdict, altered = exchange.VerdictOK, false
	}
	if x.Scenario != name || x.Verdict != verdict || x.Altered != altered {
		t.Errorf("request %d: the journal has scenario %q, verdict %s, altered %v, want %q, %s, %v", n, x.Scenario, x.Verdict, x.Altered, name, verdict, altered)
	}
	var broken []string
	tells := ""
	for _, f := range x.Deliberate {
		if f.Part == "connection" {
			tells += f.Hint
			continue
		}
		if where := strings.TrimSpace(f.Part + " " + f.Pointer); !slices.Contains(broken, where) {
			broken = append(broken, where)
		}
		if f.Rule == "" || f.Hint == "" {
			t.Errorf("request %d: the journal has the finding %+v without its rule or what is wrong", n, f)
		}
	}
	if !strings.Contains(tells, step.tells) || (tells == "") != (step.tells == "") {
		t.Errorf("request %d: the journal tells of the connection %q, want %q", n, tells, step.tells)
	}
	slices.Sort(broken)
	if got := strings.Join(broken, ", "); got != step.breaks {
		t.Errorf("request %d: the journal finds broken on purpose %q, want %q", n, got, step.breaks)
	}
	if len(x.Violations) > 0 || x.Error != "" || len(x.Problems) > 0 {
		t.Errorf("request %d: the journal has violations %+v, the error %q and problems %+v, want none", n, x.Violations, x.Error, x.Problems)
	}
}
