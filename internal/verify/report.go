package verify

import (
	"time"

	"dispatchmock/internal/exchange"
)

// Result is a case with what became of it. Report writers of every form read
// it; it holds no secret.
type Result struct {
	Case
	Outcome     Outcome      `json:"outcome"`
	Reason      string       `json:"reason,omitempty"` // why it was not decided
	Differences []Difference `json:"differences,omitempty"`
	// Exchanges are what was sent and what came back, where the case does not
	// hold.
	Exchanges []Sent `json:"exchanges,omitempty"`
}

// Sent is one request and its answer.
type Sent struct {
	Name     string             `json:"name"`
	Exchange *exchange.Exchange `json:"-"`
	Request  Text               `json:"request"`
	Response Text               `json:"response"`
	Took     float64            `json:"took_ms"`
}

// Text is a message in a form that people and JSON can hold.
type Text struct {
	Head string `json:"head"`
	Body string `json:"body,omitempty"`
}

// Report is what a run found.
type Report struct {
	Target      string        `json:"target"`
	Started     time.Time     `json:"started"`
	Took        time.Duration `json:"took_ns"`
	Strict      bool          `json:"strict"`
	Requests    int           `json:"requests"`
	Interrupted bool          `json:"interrupted,omitempty"`
	// Problem is what the user should mend first, such as a token that the
	// target does not take; "" where nothing is in the way.
	Problem string   `json:"problem,omitempty"`
	Results []Result `json:"results"`
}

// Count returns how many cases have an outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// Good reports that nothing was found wrong and nothing documented stayed
// undecided.
func (r *Report) Good() bool {
	if r.Interrupted {
		return false
	}
	for _, result := range r.Results {
		switch result.Outcome {
		case Fails, Unheard, NotRun:
			return false
		case Undecided:
			if result.Grade.Documented() || r.Strict {
				return false
			}
		}
	}
	return true
}
