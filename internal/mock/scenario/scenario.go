// Package scenario says which rule takes over a request, and what it does: what
// goes wrong on purpose. It serves nothing; clock and seed are handed in.
package scenario

import (
	"regexp"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
	"dispatchmock/internal/wire"
)

// Limits on what a scenario may ask for.
const (
	// MaxDelay is the longest pause before an answer.
	MaxDelay = wire.MaxPause
	// MaxBody is the size in bytes of the largest body that a scenario makes.
	MaxBody = 1 << 20
	// defaultGarbage is how many bytes of garbage are sent unless a scenario says more.
	defaultGarbage = 64
)

// Scenario is one rule. It never changes, so any number of sessions may share
// it.
type Scenario struct {
	// Name is what requests and records call the scenario.
	Name string
	// Description says in one line what a client sees.
	Description string
	// On is set where every session begins with it switched on.
	On bool
	// Limit is when it ends, unless who switches it on says otherwise.
	Limit Limit

	when when
	then then
	text []byte // canonical JSON
	size int64
}

// Size returns how many bytes the scenario holds, by estimate.
func (s *Scenario) Size() int64 { return s.size }

// sizeOf estimates what a scenario holds beside its patterns. Its texts and
// bodies stand in it up to three times: as canonical JSON, as what is sent, and
// decoded where that is a JSON Patch.
func (s *Scenario) sizeOf() int64 {
	const perStep, perCondition, perOperation = 1 << 10, 256, 512
	operations := len(s.then.patch)
	for _, step := range s.then.sequence {
		operations += len(step.patch)
	}
	return quota.PerEntry + 3*quota.Text(len(s.text)) + perStep*int64(1+len(s.then.sequence)) +
		perCondition*int64(len(s.when.headers)) + perOperation*int64(operations)
}

// MarshalJSON returns the scenario as it was written, in canonical form.
func (s *Scenario) MarshalJSON() ([]byte, error) { return s.text, nil }

// Limit ends a scenario; a member that is zero or nil is no limit.
type Limit struct {
	Times uint64     // how often it takes over
	Until *time.Time // by the session's clock
}

// when says which requests a scenario takes over. Members that are nil or zero
// ask nothing.
type when struct {
	method             string
	customer, location *int64
	headers            []headerCondition // sorted by name
	client, session    string
	tenant             *int64
	version            model.Version
	nth, first, every  uint64
	probability        *float64
}

// headerCondition is a condition on the fields of one name: that one of them
// equals a text, that one matches, or that there is one or none.
type headerCondition struct {
	name    string // as net/http keys it
	equals  *string
	matches *regexp.Regexp
	present *bool
}

// then is what happens: a sequence, a rate limit or an action.
type then struct {
	action
	rate     *rate
	sequence []step
	after    string
}

// step is one of a sequence.
type step struct {
	action
	times uint64
}

// What comes behind the last step of a sequence.
const (
	afterPass   = "pass"
	afterRepeat = "repeat"
	afterStay   = "stay"
)

// action is what is done to one exchange. An action without members but for
// Performs is an exchange as usual.
//
// The order is: the API acts, if Performs; its answer is replaced by Error or
// Respond, or printed of the older record if Stale; the reply is altered; the
// answer waits; it is sent.
type action struct {
	// Performs is set where the API acts. Where it is not, and there is neither
	// Error nor Respond, the connection breaks without a reply.
	Performs bool
	// Error is what is answered, with Status where that is not 0.
	Error   *model.Error
	Status  int
	Respond *Response
	// Stale is set where the record is shown as it was before the session's
	// changes.
	Stale bool

	delay   delay
	patch   jsonpatch.Patch
	version model.Version
	headers *headers
	broken  *wire.Break
	garbage int // bytes to draw
}

// rate is how many requests in a time are answered as usual.
type rate struct {
	requests uint64
	per      time.Duration
}

// delay is a pause: between two bounds, or by two percentiles.
type delay struct {
	min, max time.Duration
	p50, p99 time.Duration
}

// Response is a response that the API did not make.
type Response struct {
	Status int
	// Reason is the status line's phrase; "" is the standard one.
	Reason string
	Body   *wire.Body
	// Bare is set where the API's own header fields are left out.
	Bare bool
}
