package verify

import (
	"fmt"
	"strings"
)

// Grade says how well a fact is known; the letters are those of the
// documentation's table of facts.
type Grade string

// The grades.
const (
	Page     Grade = "P" // documented on the endpoint's page
	Vendor   Grade = "V" // documented on another page of the vendor
	Inferred Grade = "I" // follows from what is documented
	Assumed  Grade = "A" // nothing public says
)

// Documented reports whether a server that differs is wrong beyond doubt.
func (g Grade) Documented() bool { return g == Page || g == Vendor }

// Word says the grade in words: documented, inferred, assumed.
func (g Grade) Word() string {
	switch g {
	case Page, Vendor:
		return "documented"
	case Inferred:
		return "inferred"
	}
	return "assumed"
}

// weaker returns the less certain of two grades.
func weaker(a, b Grade) Grade {
	order := string(Page + Vendor + Inferred + Assumed)
	if strings.Index(order, string(a)) > strings.Index(order, string(b)) {
		return a
	}
	return b
}

// Case is one fact of the contract that a server can be asked for.
type Case struct {
	// Number never changes its meaning; 0 has a case that only somebody's own
	// schemas bring about.
	Number int    `json:"number,omitempty"`
	Name   string `json:"name"`
	Grade  Grade  `json:"grade"`
	// Documented says what must be, in a sentence.
	Documented string `json:"documented"`
	// Source is the schema's file and JSON pointer, or the vendor's page.
	Source string `json:"source"`
	// Needs are the options that the case runs with only.
	Needs []Need `json:"needs,omitempty"`

	check check
}

// Need is what a case needs beyond a target, a token, a tenant and a record.
type Need string

// The needs.
const (
	NeedsWrites Need = "--allow-writes" // it changes the record
	NeedsPins   Need = "--allow-pins"   // it moves the client's version pin
	NeedsTenant Need = "--foreign-tenant"
	NeedsSecond Need = "--second-token"
)

// needsRole is the need of a token of a role.
func needsRole(role string) Need { return Need("--role-token " + role) }

// Outcome is what became of a case.
type Outcome string

// The outcomes.
const (
	Holds     Outcome = "holds"
	Fails     Outcome = "fails"     // a documented fact, or any under --strict
	Warns     Outcome = "warns"     // an inferred or assumed fact does not hold
	Undecided Outcome = "undecided" // another case's failure hides this one's fact
	Unheard   Outcome = "no answer" // the network, or what came was no HTTP
	Skipped   Outcome = "skipped"   // it needs an option, or the record lacks what it speaks of
	NotRun    Outcome = "not run"   // the run ended before
)

// Difference is one place where the answer is not as it must be.
type Difference struct {
	// Place is a JSON pointer into the answer: /status, /reason,
	// /headers/NAME, /body/….
	Place    string `json:"place"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	// Request names the request whose answer it is.
	Request string `json:"request"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: expected %s, got %s", d.Place, d.Expected, d.Got)
}

// check decides a case: it returns the differences, or an error that says why
// the case is not decided.
type check func(*run) ([]Difference, error)

// errSkip says that there is nothing to decide.
type errSkip string

func (e errSkip) Error() string { return string(e) }

// errUndecided says which failure hides the fact.
type errUndecided string

func (e errUndecided) Error() string { return string(e) }
