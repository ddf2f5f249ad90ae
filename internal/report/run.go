package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/terminal"
)

// Tool is the command whose run is reported.
type Tool string

// The commands that write reports.
const (
	Exec   Tool = "exec"
	Proxy  Tool = "proxy"
	Verify Tool = "verify"
)

// Run is what a command found, in the one form that all formats read.
type Run struct {
	Tool    Tool   `json:"-"`
	Version string `json:"version"`
	// Command is what exec ran, without arguments that may be secrets, and Target
	// the server that proxy or verify asked.
	Command string        `json:"command,omitempty"`
	Target  string        `json:"target,omitempty"`
	URL     string        `json:"url"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"-"`
	// ExitCode is the command's own.
	ExitCode int    `json:"exit_code"`
	Requests uint64 `json:"requests"`
	// Lost is how many exchanges the reports lack; the gates have seen them.
	// LostReason says why in a clause; "" is that they came too fast.
	Lost       uint64 `json:"lost"`
	LostReason string `json:"lost_reason,omitempty"`

	Gates    []Gate           `json:"gates"`
	Outcomes []Outcome        `json:"outcomes"`
	Coverage *coverage.Report `json:"coverage"`
	// Consumer and Provider are the two sides of a Pact file.
	Consumer string `json:"consumer"`
	Provider string `json:"provider"`

	// Summary follows the subject in a sentence.
	Summary string `json:"-"`
	// Note is what a reader must know first; "" is nothing.
	Note string `json:"-"`
	// Operations has the method and the path template of each operation.
	Operations map[string]string `json:"-"`

	cases *verifyCases // nil for exec and proxy
}

// Operations returns the method and the path template of each operation of a
// contract, by its name.
func Operations(c *contract.Contract) map[string]string {
	templates := map[string]string{}
	for _, op := range c.Operations() {
		templates[op.Name] = op.Method + " " + op.Path
	}
	return templates
}

// Gate is one demand on a run: a gate of exec or proxy, or a case of verify.
type Gate struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Allowed is set where offences do not fail the run.
	Allowed bool `json:"allowed"`
	Failed  bool `json:"failed"`
	// Count is how many offences there are, Offences the first of them.
	Count    uint64    `json:"count"`
	Offences []Offence `json:"offences"`
	// Hint says what to do where it failed.
	Hint string `json:"hint"`
	// Undecided says why the demand was not checked; "" is that it was.
	Undecided string `json:"undecided,omitempty"`
}

// Offence is an exchange that a gate is failed by.
type Offence struct {
	Session   string `json:"session"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
	RequestID string `json:"request_id"`
	// Problem says what is wrong, Hint what to do.
	Problem string `json:"problem"`
	Hint    string `json:"hint"`
}

// newOffence returns the offence of an exchange.
func newOffence(x *exchange.Exchange, problem, hint string) Offence {
	return Offence{x.Session, jsonx.Cut(x.Method, maxText), jsonx.Cut(x.Path, maxText), x.Status, x.RequestID, jsonx.Cut(problem, maxText), jsonx.Cut(hint, maxText)}
}

// Demand adds the gate of the coverage; least is in percent, and 0 demands
// nothing.
func (r *Run) Demand(least float64) {
	g := Gate{Name: GateCoverage, About: fmt.Sprintf("at least %v%% of the contract tried", least), Allowed: least == 0, Offences: []Offence{},
		Hint: fmt.Sprintf("%s%% was tried; the commands in a report and of GET /_mock/coverage try the rest", percent(r.Coverage.Percent))}
	if g.Allowed {
		g.About = "how much of the contract was tried"
	}
	// The percentage is rounded down for people.
	g.Failed = float64(r.Coverage.Covered)*100 < least*float64(r.Coverage.Total)
	r.Gates = append(r.Gates, g)
}

// DemandRequests adds the gate of a run that no request reached. How is what
// the command had to find the mock with.
func (r *Run) DemandRequests(allowed bool, how string) {
	r.Gates = append(r.Gates, Gate{Name: GateRequests, About: "at least one request to the mock", Allowed: allowed, Failed: r.Requests == 0 && !allowed,
		Offences: []Offence{}, Hint: "no request arrived; the command had " + how + ": check that the tests run at all and read these; or waive the gate with --allow " + GateRequests})
}

// DemandAnswers adds the gate of a proxy whose target answered nothing.
func (r *Run) DemandAnswers(fails bool, answered int64) {
	why := "the target answered none of " + jsonx.Count(r.Requests, "request")
	if r.Requests == 0 {
		why = "no request came to the proxy"
	}
	r.Gates = append(r.Gates, Gate{Name: GateAnswers, About: "at least one answer of the target", Allowed: !fails, Failed: answered == 0 && fails,
		Offences: []Offence{}, Hint: why + ", so nothing of it was validated: check --target, that the server runs, and that the clients use the proxy's URL"})
}

// Passed reports that no gate failed.
func (r *Run) Passed() bool {
	return !slices.ContainsFunc(r.Gates, func(g Gate) bool { return g.Failed })
}

// Good reports that no gate and not the command itself failed.
func (r *Run) Good() bool { return r.Passed() && r.ExitCode == 0 }

// Verdict is the run in one word.
func (r *Run) Verdict() string {
	if r.Good() {
		return "passed"
	}
	return "failed"
}

// Subject is what was tested.
func (r *Run) Subject() string {
	if r.Tool == Exec {
		return r.Command
	}
	return r.Target
}

// Predicate says what became of the subject; the two make a sentence.
func (r *Run) Predicate() string {
	if r.Tool == Exec {
		return fmt.Sprintf("ended with %d after %s", r.ExitCode, jsonx.Count(r.Requests, "request"))
	}
	return r.Summary
}

// Notes are what a reader must know before all else.
func (r *Run) Notes() []string {
	return slices.DeleteFunc([]string{r.Note, r.LostNote()}, func(note string) bool { return note == "" })
}

// LostNote says how much a report lacks; "" is nothing.
func (r *Run) LostNote() string {
	if r.Lost == 0 {
		return ""
	}
	why := cmp.Or(r.LostReason, "which came faster than a file takes them")
	return fmt.Sprintf("the reports lack %s, %s; the gates have seen them", jsonx.Count(r.Lost, "exchange"), why)
}

// breach is one offence of an exchange.
type breach struct {
	Gate string
	Offence
}

// breaches returns what an exchange has done against the gates that failed.
func (r *Run) breaches(x *exchange.Exchange) []breach {
	if r.cases != nil {
		return r.cases.breaches[x]
	}
	var all []breach
	offends := Offends(x)
	for _, g := range r.Gates {
		if o, ok := offends[g.Name]; ok && g.Failed {
			all = append(all, breach{g.Name, o})
		}
	}
	return all
}

// Kinds counts the gates by what became of them, the failed ones first.
func (r *Run) Kinds() string {
	kinds := map[string]uint64{}
	for _, g := range r.Gates {
		kinds[g.Outcome()]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// OfRun reports a gate on a run as a whole, against which no single exchange
// offends.
func (g Gate) OfRun() bool {
	return g.Name == GateCoverage || g.Name == GateRequests || g.Name == GateAnswers
}

// Outcome is what became of a gate, in one word.
func (g Gate) Outcome() string {
	switch {
	case g.Failed:
		return "failed"
	case g.Undecided != "":
		return "undecided"
	case g.Allowed && g.Count > 0:
		return "allowed"
	}
	return "passed"
}

// Title names the exchange of an offence.
func (o Offence) Title() string {
	text := fmt.Sprintf("%s %s → %s, request %s", terminal.Visible(o.Method), terminal.Visible(o.Path), statusText(o.Status), terminal.Visible(o.RequestID))
	if o.Session != "default" {
		text += ", session " + terminal.Visible(o.Session)
	}
	return text
}

// reason says what is wrong and what to do, on one line.
func (o Offence) reason() string {
	if o.Hint == "" {
		return terminal.Visible(o.Problem)
	}
	return terminal.Visible(o.Problem) + ": " + terminal.Visible(o.Hint)
}

// first returns the first offences, at most n, and how many there are beside them.
func (g *Gate) first(n int) ([]Offence, uint64) {
	shown := g.Offences[:min(len(g.Offences), n)]
	return shown, g.Count - uint64(len(shown))
}

func statusText(status int) string {
	if status == 0 {
		return "no answer"
	}
	return fmt.Sprint(status)
}
