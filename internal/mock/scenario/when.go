package scenario

import (
	"math"
	"net/http"
	"slices"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
)

// holds reports whether the conditions that ask the request alone hold.
func (w *when) holds(q *Request) bool {
	if q.Method == http.MethodOptions && w.method != http.MethodOptions {
		return false // else a page's real request would never be sent
	}
	return (w.method == "" || w.method == q.Method) &&
		asked(w.tenant, q.Tenant) && asked(w.customer, q.Customer) && asked(w.location, q.Location) &&
		(w.client == "" || w.client == q.ClientID) &&
		(w.session == "" || w.session == q.Session) &&
		(w.version == "" || w.version == q.Version) &&
		!slices.ContainsFunc(w.headers, func(c headerCondition) bool { return !c.holds(q.Header[c.name]) })
}

// asked reports whether an input is the one that is wanted, if any is.
func asked(want *int64, is contract.Integer) bool { return want == nil || is.Is(*want) }

func (c *headerCondition) holds(values []string) bool {
	switch {
	case c.present != nil:
		return *c.present == (len(values) > 0)
	case c.equals != nil:
		return slices.Contains(values, *c.equals)
	}
	return slices.ContainsFunc(values, c.matches.MatchString)
}

// counted reports whether the nth request that the conditions held for is one
// of those that are meant.
func (w *when) counted(n uint64) bool {
	switch {
	case w.nth > 0:
		return n == w.nth
	case w.first > 0:
		return n <= w.first
	case w.every > 0:
		return n%w.every == 0
	}
	return true
}

// Trigger is the request that a scenario takes over, as far as its conditions
// say. Members that are nil or zero may be anything.
type Trigger struct {
	Method                     string
	Tenant, Customer, Location *int64
	// Headers are fields to send, each a name and a value.
	Headers [][2]string
	Client  string
	Version model.Version
	// Repeat is how often the request must be sent for the scenario to take it
	// over at least once; by chance it may still not.
	Repeat int
	// Undetermined is set where the conditions do not say what to send.
	Undetermined bool
}

// maxRepeat is the most often that a trigger asks a request to be sent.
const maxRepeat = 1000

// Trigger returns the request that the scenario waits for.
func (s *Scenario) Trigger() Trigger {
	w := &s.when
	t := Trigger{Method: w.method, Tenant: w.tenant, Customer: w.customer, Location: w.location, Client: w.client, Version: w.version,
		Undetermined: w.session != ""}
	for _, c := range w.headers {
		switch {
		case c.equals != nil:
			t.Headers = append(t.Headers, [2]string{c.name, *c.equals})
		case c.matches != nil, c.present != nil && *c.present:
			t.Undetermined = true
		}
	}
	repeat := max(w.nth, w.every, 1)
	if s.then.rate != nil {
		repeat = max(repeat, s.then.rate.requests+1)
	}
	if p := w.probability; p != nil && *p < 1 {
		// So often that it fails once in a million.
		repeat = max(repeat, uint64(min(math.Ceil(math.Log(1e-6)/math.Log(1-*p)), maxRepeat+1)))
	}
	if repeat > maxRepeat {
		t.Undetermined, repeat = true, 1
	}
	t.Repeat = int(repeat)
	return t
}
