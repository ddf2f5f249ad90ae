package exchange

import "strings"

// Way is how a scenario came to a request.
type Way string

// The ways: the request named it, its record carries it, the session had it
// switched on, or began with it because the fixtures say so.
const (
	ByRequest  Way = "request"
	ByRecord   Way = "record"
	BySession  Way = "session"
	ByFixtures Way = "fixtures"
)

// Announced is what a test says to do on purpose: a wrong request, or to meet a
// scenario that it did not ask for.
type Announced struct{ Problem, Scenario bool }

// The words of an announcement.
const (
	AnnouncedProblem  = "problem"
	AnnouncedScenario = "scenario"
)

// Announce adds the words of a list with commas. It returns the first word that
// is none, or "".
func (a *Announced) Announce(list string) (unknown string) {
	for word := range strings.SplitSeq(list, ",") {
		switch word = strings.TrimSpace(word); {
		case strings.EqualFold(word, AnnouncedProblem):
			a.Problem = true
		case strings.EqualFold(word, AnnouncedScenario):
			a.Scenario = true
		case word != "" && unknown == "":
			unknown = word
		}
	}
	return unknown
}

// Words returns the announcement's words.
func (a Announced) Words() []string {
	var words []string
	if a.Problem {
		words = append(words, AnnouncedProblem)
	}
	if a.Scenario {
		words = append(words, AnnouncedScenario)
	}
	return words
}

// OffContract returns the first problem of a request that is no matter of the
// world: an unknown path or method, a broken rule of a header field or a path
// parameter, no HTTP. It is nil where the request keeps the contract.
func (x *Exchange) OffContract() *Finding {
	for i := range x.Problems {
		if !x.Problems[i].World {
			return &x.Problems[i]
		}
	}
	return nil
}

// Misfit returns where a scenario does not fit the answer that it was to change,
// or nil: whoever wrote it is at fault, and neither the client nor the mock.
func (x *Exchange) Misfit() *Finding {
	for i := range x.Deliberate {
		if x.Deliberate[i].Part == PartScenario {
			return &x.Deliberate[i]
		}
	}
	return nil
}

// Unasked reports a scenario that neither the request nor its session asked
// for.
func (x *Exchange) Unasked() bool {
	return x.Scenario != "" && (x.ScenarioBy == ByRecord || x.ScenarioBy == ByFixtures)
}
