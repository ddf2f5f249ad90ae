package exchange

import "strings"

// Way is how a scenario came to a request.
type Way string

// The ways: the request names it, the request is for a test customer, the session
// switched it on, or the session began with it because the fixtures say so.
const (
	ByRequest  Way = "request"
	ByRecord   Way = "record"
	BySession  Way = "session"
	ByFixtures Way = "fixtures"
)

// Allowed is what a test says to do on purpose: a wrong request, or to meet a
// scenario that it did not ask for.
type Allowed struct{ Invalid, Simulated bool }

// The words of an allowance.
const (
	AllowInvalid   = "invalid"
	AllowSimulated = "simulated"
)

// Allow adds the words of a list with commas. It returns the first word that is
// unknown, or "".
func (a *Allowed) Allow(list string) (unknown string) {
	for word := range strings.SplitSeq(list, ",") {
		switch word = strings.TrimSpace(word); {
		case strings.EqualFold(word, AllowInvalid):
			a.Invalid = true
		case strings.EqualFold(word, AllowSimulated):
			a.Simulated = true
		case word != "" && unknown == "":
			unknown = word
		}
	}
	return unknown
}

// Words returns what Allow reads.
func (a Allowed) Words() []string {
	var words []string
	if a.Invalid {
		words = append(words, AllowInvalid)
	}
	if a.Simulated {
		words = append(words, AllowSimulated)
	}
	return words
}

// Invalid returns the first problem by which a request breaks the contract: an
// unknown path or method, a broken rule of a header field or a path parameter, no
// HTTP. It is nil where the request keeps the contract.
func (x *Exchange) Invalid() *Violation {
	return first(x.Problems, func(v *Violation) bool { return !v.Rejected })
}

// Failed returns where a scenario does not fit the answer that it was to change,
// or nil: whoever wrote it is at fault, and neither the client nor the mock.
func (x *Exchange) Failed() *Violation {
	return first(x.Deliberate, func(v *Violation) bool { return v.Part == PartScenario })
}

func first(list []Violation, is func(*Violation) bool) *Violation {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// Unasked reports a scenario that neither the request nor its session asked
// for.
func (x *Exchange) Unasked() bool {
	return x.Scenario != "" && (x.ScenarioBy == ByRecord || x.ScenarioBy == ByFixtures)
}
