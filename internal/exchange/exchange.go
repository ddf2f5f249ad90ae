// Package exchange is the record of one request and its response as they
// crossed the wire, with the verdict on each.
package exchange

import (
	"context"
	"time"

	"dispatchmock/internal/redact"
)

// Violation is one broken rule of the contract, whoever broke it.
type Violation struct {
	// Part is where the rule was broken: request header, path, status,
	// header or body.
	Part string `json:"part"`
	// Pointer is a JSON pointer into the part.
	Pointer string `json:"pointer,omitempty"`
	// Rule is the schema keyword and its value, such as "maxLength: 64".
	Rule string `json:"rule"`
	// Value is what was received, as short JSON; secrets are redacted.
	Value string `json:"value,omitempty"`
	// Schema is the file and the JSON pointer of the rule.
	Schema string `json:"schema,omitempty"`
	// Documented is what the documentation says of the value.
	Documented string `json:"documented,omitempty"`
	// Hint says what to do, in a sentence.
	Hint string `json:"hint,omitempty"`
	// Rejected is set where the request keeps the contract and is refused for
	// what is stored or allowed: a token, a role, a tenant, a record.
	Rejected bool `json:"rejected,omitempty"`
}

// Parts of an exchange that a violation can be about.
const (
	PartRequestHeader = "request header"
	PartPath          = "path"
	PartPreflight     = "preflight"
	PartStatus        = "status"
	PartHeader        = "header"
	PartBody          = "body"
	PartScenario      = "scenario"
)

// Exchange is one request and its response. Once it is recorded it never
// changes, so that any number of readers may hold it.
type Exchange struct {
	// ID is the journal's number of the exchange, over all sessions, from 1.
	ID uint64
	// Sequence counts the requests of a session, from 1, in the order of their
	// arrival.
	Sequence uint64
	Session  string        // ID of the session; "default" unless named
	Start    time.Time     // by the session's clock
	Took     time.Duration // by the machine's clock, pauses of scenarios included

	Method string
	Path   string // as sent, without the query and the session's prefix
	// Operation is the name of the contract's operation that took the request.
	Operation string
	ClientID  string
	Tenant    int64

	VersionAsked  string // what a valid x-api-version named
	VersionPinned string // what the client ID's pin said before
	VersionUsed   string
	RequestID     string

	Status int
	Bytes  int // length of the response body
	// Transition is set when the exchange changed the record.
	Transition bool
	// Repeated is set when a DELETE found the record inactive already, and was
	// answered all the same.
	Repeated bool
	// States returns the record before and after a transition, as printed
	// JSON of the newest shape; nil where there was none.
	States func() (before, after []byte)

	Request, Response Message
	// Authorization has, for each secret that was redacted in the request's
	// head, what stands there instead, in order.
	Authorization []redact.Mark

	// ErrorCode is the code of the error that was answered, or "".
	ErrorCode string

	// Scenario is the name of the scenario that took over, or "", and
	// ScenarioBy how it came to the request.
	Scenario   string
	ScenarioBy Way
	// Allowed is what the test said beforehand to do on purpose.
	Allowed Allowed
	// Altered is set when the scenario changed what the client saw; Deliberate
	// are the rules that the altered response breaks on purpose.
	Altered    bool
	Deliberate []Violation

	// Problems are all faults of the request, the one that was answered first.
	Problems []Violation
	// Violations are the rules that the response broke.
	Violations []Violation
	// Unvalidated is why the body of a target's answer could not be validated; ""
	// where it was, or has no rule.
	Unvalidated string
	// Err is what went wrong inside the server.
	Err error
	// Fallback is why the mock answered in the place of a proxy's target; "" where
	// it did not.
	Fallback string
	// Target is the server that a proxy asked, and that the violations are of; ""
	// where the mock answered.
	Target string
	// Admin is set on a change that came through the admin API; Request has its
	// body.
	Admin bool
}

// Verdict sums up an exchange in one word.
type Verdict string

// The verdicts, the graver first: the answer broke the contract, or the mock
// failed; a scenario changed the answer; the request broke the contract; the
// request was refused for what is stored or allowed; answered with success.
const (
	VerdictViolation Verdict = "violation"
	VerdictSimulated Verdict = "simulated"
	VerdictInvalid   Verdict = "invalid"
	VerdictRejected  Verdict = "rejected"
	VerdictOK        Verdict = "ok"
)

// Verdict returns the exchange's verdict.
func (x *Exchange) Verdict() Verdict {
	switch {
	case len(x.Violations) > 0 || x.Err != nil:
		return VerdictViolation
	case x.Altered:
		return VerdictSimulated
	case len(x.Problems) > 0:
		if x.Invalid() != nil {
			return VerdictInvalid
		}
		return VerdictRejected
	}
	return VerdictOK
}

type fallbackKey struct{}

// WithFallback has the mock answer in the place of a proxy's target, because of
// why.
func WithFallback(ctx context.Context, why string) context.Context {
	return context.WithValue(ctx, fallbackKey{}, why)
}

// FallbackOf returns why the mock answers in the place of a proxy's target, or
// "".
func FallbackOf(ctx context.Context) string {
	why, _ := ctx.Value(fallbackKey{}).(string)
	return why
}
