package verify

import "fmt"

// Case is one fact of the contract that a server can be asked for.
type Case struct {
	// Number never changes its meaning. It is 0 where only a user's own schemas
	// bring the case about.
	Number int    `json:"number,omitempty"`
	Name   string `json:"name"`
	Grade  Grade  `json:"grade"`
	// Documented says what must be, in a sentence.
	Documented string `json:"documented"`
	// Source is the schema's file and JSON pointer, or the vendor's page.
	Source string `json:"source"`
	// Needs are the options without which the case is skipped.
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
	Unheard   Outcome = "no answer" // the network failed, or what came was not HTTP
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
