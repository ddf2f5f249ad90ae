package report

import (
	"cmp"
	"slices"
	"sync"

	"dispatchmock/internal/exchange"
)

// The gates that a run passes or fails. The first two are waived by the words
// that allow a request to be invalid or simulated.
const (
	GateInvalid   = exchange.AllowInvalid
	GateSimulated = exchange.AllowSimulated
	GateViolation = "violation"
	GateCoverage  = "coverage"
	// GateUnvalidated is a proxy's, as GateAnswers is.
	GateUnvalidated = "unvalidated"
	// GateRequests is waived by its own name as well.
	GateRequests = "no-requests"
	// GateAnswers fails where nothing of the target was seen.
	GateAnswers = "no-answers"
)

// maxOffences is how many offences of a gate a run keeps.
const maxOffences = 1000

// ExecGates are the gates of exec. Those named are waived.
func ExecGates(allowed []string) []Gate {
	return []Gate{
		{Name: GateInvalid, About: "requests that the contract does not have, and that no test allowed", Allowed: slices.Contains(allowed, GateInvalid),
			Hint: `send the request as the contract has it; or allow a wrong one that is meant, with the header field "X-Mock-Allow: invalid" or in a session with "allowed": ["invalid"]; or waive the gate with --allow invalid`},
		{Name: GateSimulated, About: "scenarios that no test asked for", Allowed: slices.Contains(allowed, GateSimulated),
			Hint: `use another record, or allow it with the header field "X-Mock-Allow: simulated" or in a session with "allowed": ["simulated"]; or waive the gate with --allow simulated`},
		{Name: GateViolation, About: "answers by which the mock itself broke the contract",
			Hint: "this is a fault of the mock, or of the fixtures and schemas that it was given; please report it with the exchange"},
	}
}

// ProxyGates are the gates of proxy: what a client does wrong fails no run, and
// what the target does wrong fails one where the run is to fail by it.
func ProxyGates(fails bool) []Gate {
	return []Gate{
		{Name: GateInvalid, About: "requests that the contract does not have", Allowed: true, Hint: "send the request as the contract has it"},
		{Name: GateViolation, About: "answers by which the target broke the contract", Allowed: !fails,
			Hint: "mend the target, or pass over the place with --ignore POINTER"},
		{Name: GateUnvalidated, About: "answers of the target whose body could not be validated", Allowed: !fails,
			Hint: "let the target send bodies of at most 1 MiB, in no content coding or in " + exchange.Codings + ", and the clients read them to their end; or pass over all bodies with --ignore /body"},
	}
}

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
		offends[gate] = newOffence(x, problem, hint)
	}
	if f := x.Invalid(); f != nil && !x.Allowed.Invalid {
		add(GateInvalid, where(f), f.Hint)
	}
	if x.Unasked() && !x.Allowed.Simulated {
		by := "its test customer triggers it"
		if x.ScenarioBy == exchange.ByFixtures {
			by = "the fixtures switch it on"
		}
		add(GateSimulated, "scenario "+x.Scenario, by)
	}
	if f := x.Failed(); f != nil {
		add(GateSimulated, "scenario "+x.Scenario+" does not fit the answer: "+f.Pointer, f.Hint)
	}
	switch {
	case len(x.Violations) > 0:
		whose := "the mock's own answer: "
		if x.Target != "" {
			whose = "the target's answer: "
		}
		add(GateViolation, whose+where(&x.Violations[0]), x.Violations[0].Hint)
	case x.Err != nil && x.Target == "":
		add(GateViolation, "the mock failed", gravest(x))
	}
	if x.Unvalidated != "" {
		add(GateUnvalidated, "the target's answer: its body was not validated", x.Unvalidated)
	}
	return offends
}

// where names the place and the rule of a violation.
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
	gates    []Gate
	outcomes map[Outcome]uint64 // by kinds without a count
}

// NewTally returns a tally of gates with nothing counted.
func NewTally(gates []Gate) *Tally {
	for i := range gates {
		gates[i].Offences = []Offence{}
	}
	return &Tally{gates: gates, outcomes: map[Outcome]uint64{}}
}

// Outcome counts exchanges of a kind.
type Outcome struct {
	Operation string           `json:"operation"`
	Status    int              `json:"status"`
	Verdict   exchange.Verdict `json:"verdict"`
	Count     uint64           `json:"count"`
}

// maxOutcomes bounds the kinds: the operations are the contract's, so there are
// few, but a scenario can answer with any status.
const maxOutcomes = 1000

// Add counts an exchange.
func (t *Tally) Add(x *exchange.Exchange) {
	if x.Admin {
		return
	}
	offends := Offends(x)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	k := Outcome{Operation: x.Operation, Status: x.Status, Verdict: x.Verdict()}
	if _, known := t.outcomes[k]; known || len(t.outcomes) < maxOutcomes {
		t.outcomes[k]++
	}
	for i := range t.gates {
		g := &t.gates[i]
		offence, ok := offends[g.Name]
		if !ok {
			continue
		}
		g.Count++
		g.Failed = !g.Allowed
		if len(g.Offences) < maxOffences {
			g.Offences = append(g.Offences, offence)
		}
	}
}

// Into fills in what was counted.
func (t *Tally) Into(r *Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.Requests, r.Gates, r.Outcomes = t.requests, slices.Clone(t.gates), []Outcome{}
	for k, n := range t.outcomes {
		k.Count = n
		r.Outcomes = append(r.Outcomes, k)
	}
	slices.SortFunc(r.Outcomes, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Verdict, b.Verdict))
	})
}
