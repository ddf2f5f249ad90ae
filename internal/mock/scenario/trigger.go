package scenario

import (
	"math"

	"dispatchmock/internal/model"
)

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
