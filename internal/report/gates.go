package report

import (
	"cmp"
	"slices"
	"sync"

	"dispatchmock/internal/exchange"
)

// The gates that a run passes or fails.
const (
	GateInvalid   = "off-contract"
	GateScenario  = "scenario"
	GateViolation = "violation"
	GateCoverage  = "coverage"
)

// Gate is one demand on a run.
type Gate struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Allowed is set where the demand was waived.
	Allowed bool `json:"allowed"`
	Failed  bool `json:"failed"`
	// Count is how many exchanges offend, Offences the first of them.
	Count    uint64    `json:"count"`
	Offences []Offence `json:"offences"`
	// Hint says what to do where it failed.
	Hint string `json:"hint"`
}

// Offence is an exchange that a gate is failed by.
type Offence struct {
	Session   string `json:"session"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
	RequestID string `json:"request_id"`
	// Problem says what is wrong, Hint the hint.
	Problem string `json:"problem"`
	Hint    string `json:"hint"`
}

// maxOffences is how many offences of a gate a run keeps.
const maxOffences = 1000

// Offends returns the offence of an exchange against each gate that it is
// failed by.
func Offends(x *exchange.Exchange) map[string]Offence {
	if x.Admin {
		return nil
	}
	var offends map[string]Offence
	add := func(gate, problem, hint string) {
		if offends == nil {
			offends = map[string]Offence{}
		}
		offends[gate] = Offence{x.Session, cut(x.Method), cut(x.Path), x.Status, x.RequestID, cut(problem), cut(hint)}
	}
	if f := x.Invalid(); f != nil && !x.Allowed.Invalid {
		add(GateInvalid, where(f), f.Hint)
	}
	if x.Unasked() && !x.Allowed.Simulated {
		by := "its record carries it"
		if x.ScenarioBy == exchange.ByFixtures {
			by = "the fixtures switch it on"
		}
		add(GateScenario, "scenario "+x.Scenario, by)
	}
	if f := x.Failed(); f != nil {
		add(GateScenario, "scenario "+x.Scenario+" does not fit the answer: "+f.Pointer, f.Hint)
	}
	switch {
	case len(x.Violations) > 0:
		add(GateViolation, "the mock's own answer: "+where(&x.Violations[0]), x.Violations[0].Hint)
	case x.Err != nil:
		add(GateViolation, "the mock failed", gravest(x))
	}
	return offends
}

// where names the place and the rule of a finding.
func where(f *exchange.Violation) string {
	text := f.Part
	if f.Pointer != "" {
		text += " " + f.Pointer
	}
	if f.Rule != "" {
		text += " (" + f.Rule + ")"
	}
	return text
}

// Tally counts a run while it runs. It is safe for concurrent use, and keeps
// no exchange.
type Tally struct {
	mu       sync.Mutex
	requests uint64
	gates    map[string]*Gate
	outcomes map[outcome]uint64
}

// NewTally returns a tally with nothing counted. The gates named are waived.
func NewTally(allowed []string) *Tally {
	t := &Tally{gates: map[string]*Gate{}, outcomes: map[outcome]uint64{}}
	for _, g := range gates() {
		g.Allowed, g.Offences = slices.Contains(allowed, g.Name), []Offence{}
		t.gates[g.Name] = &g
	}
	return t
}

func gates() []Gate {
	return []Gate{
		{Name: GateInvalid, About: "requests that the contract does not have, and that no test allowed",
			Hint: `send the request as the contract has it; or allow a wrong one that is meant, with the header field "X-Mock-Allow: invalid" or in a session with "allowed": ["invalid"]; or waive the gate with --allow off-contract`},
		{Name: GateScenario, About: "scenarios that no test asked for",
			Hint: `use another record, or allow it with the header field "X-Mock-Allow: simulated" or in a session with "allowed": ["scenario"]; or waive the gate with --allow simulated`},
		{Name: GateViolation, About: "answers by which the mock itself broke the contract",
			Hint: "this is a fault of the mock, or of the fixtures and schemas that it was given; please report it with the exchange"},
	}
}

// outcome is a kind of exchange. The operations and the scenarios are the
// contract's and the fixtures', so there are few; those that sessions define
// are bounded by maxOutcomes.
type outcome struct {
	operation string
	status    int
	verdict   exchange.Verdict
}

const maxOutcomes = 1000

// Outcome counts exchanges of a kind.
type Outcome struct {
	Operation string           `json:"operation"`
	Status    int              `json:"status"`
	Verdict   exchange.Verdict `json:"verdict"`
	Count     uint64           `json:"count"`
}

// Add counts an exchange.
func (t *Tally) Add(x *exchange.Exchange) {
	if x.Admin {
		return
	}
	offends := Offends(x)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	k := outcome{x.Operation, x.Status, x.Verdict()}
	if _, known := t.outcomes[k]; known || len(t.outcomes) < maxOutcomes {
		t.outcomes[k]++
	}
	for name, offence := range offends {
		g := t.gates[name]
		g.Count++
		if len(g.Offences) < maxOffences {
			g.Offences = append(g.Offences, offence)
		}
	}
}

// Into fills in what was counted.
func (t *Tally) Into(r *Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.Requests = t.requests
	r.Gates, r.Outcomes = nil, []Outcome{}
	for _, g := range gates() {
		one := *t.gates[g.Name]
		one.Failed = one.Count > 0 && !one.Allowed
		r.Gates = append(r.Gates, one)
	}
	for k, n := range t.outcomes {
		r.Outcomes = append(r.Outcomes, Outcome{k.operation, k.status, k.verdict, n})
	}
	slices.SortFunc(r.Outcomes, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Verdict, b.Verdict))
	})
}
