package scenario

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// Set is the scenarios of one session, with what they have counted. It is safe
// for concurrent use; of two simultaneous requests exactly one is the nth.
type Set struct {
	on atomic.Pointer[[]*switched] // newest first; the slice never changes

	mu        sync.Mutex
	catalogue *Catalogue
	seed      uint64
	own       map[string]*Scenario
	counters  map[key]counter
	account   *quota.Account
	bytes     int64 // that the session's own scenarios hold
}

// switched is a scenario that may take over a request, and how it came to it.
type switched struct {
	*Scenario
	limit Limit
	by    exchange.Way // the session, or the fixtures
}

// origin says how a scenario came to a request.
type origin uint8

// In the order in which they are asked.
const (
	named     origin = iota // by the request's header
	triggered               // by the record
	on                      // by the session
)

// key names a counter: a scenario counts apart for each origin, and for each
// record that triggers it.
type key struct {
	origin origin
	name   string
	record store.Key
}

// counter is what a scenario has counted.
type counter struct {
	seen   uint64 // requests that the conditions held for
	taken  uint64 // requests taken over
	window int64  // when the time of a rate limit began, Unix nanoseconds
	within uint64 // requests in that time
}

// NewSet returns a set with those of the catalogue's scenarios on that every
// session begins with. It costs the same whatever the catalogue's size.
func NewSet(c *Catalogue, seed uint64) *Set {
	s := &Set{catalogue: c, seed: seed}
	s.on.Store(&c.on)
	return s
}

// Attach has what the set holds count for an account, whatever its limits.
func (s *Set) Attach(a *quota.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account = a
	a.Force(s.bytes)
}

// Detach gives back what the set holds: another one stands in its place.
func (s *Set) Detach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.Force(-s.bytes)
	s.account = nil
}

// Bytes returns how many bytes the session's own scenarios hold.
func (s *Set) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Request is what a scenario may ask about a request.
type Request struct {
	// Named is the scenario that the request itself names, Triggered the one that
	// the record at Record triggers; each may be "".
	Named, Triggered string
	Record           store.Key

	Method string
	Header http.Header
	// Tenant, Customer and Location are what the request asks for, by the
	// contract's rules.
	Tenant, Customer, Location contract.Integer
	ClientID, Session          string
	Version                    model.Version // in force
}

// Match returns what is to be done to a request, and whether a scenario took it
// over: the first of the one that the request names, the one that the record
// triggers, and those that are switched on, newest first. Now is the session's
// time.
func (s *Set) Match(q *Request, now time.Time) (Plan, bool) {
	switchedOn := *s.on.Load()
	if q.Named == "" && q.Triggered == "" && len(switchedOn) == 0 {
		return Plan{}, false
	}
	if q.Named != "" {
		sc, rule := s.Get(q.Named)
		if sc == nil {
			return Plan{Name: q.Named, By: exchange.ByRequest, Unknown: rule}, true
		}
		sw := &switched{sc, sc.Limit, exchange.ByRequest}
		if p, ok := s.take(sw, key{origin: named, name: sc.Name}, q, now); ok {
			return p, true
		}
	}
	if q.Triggered != "" {
		if sc, _ := s.Get(q.Triggered); sc != nil {
			sw := &switched{sc, sc.Limit, exchange.ByRecord}
			if p, ok := s.take(sw, key{triggered, sc.Name, q.Record}, q, now); ok {
				return p, true
			}
		}
	}
	for _, sw := range switchedOn {
		if p, ok := s.take(sw, key{origin: on, name: sw.Name}, q, now); ok {
			return p, true
		}
	}
	return Plan{}, false
}

// take asks one scenario.
func (s *Set) take(sc *switched, k key, q *Request, now time.Time) (Plan, bool) {
	limit := sc.limit
	if !sc.when.holds(q) || limit.Until != nil && !now.Before(*limit.Until) {
		return Plan{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counters[k]
	if limit.Times > 0 && c.taken >= limit.Times {
		return Plan{}, false
	}
	c.seen++
	if s.counters == nil {
		s.counters = map[key]counter{}
	}
	defer func() { s.counters[k] = c }()
	d := newRNG(s.seed, k, c.seen)
	if !sc.when.counted(c.seen) || sc.when.probability != nil && !d.chance(*sc.when.probability) {
		return Plan{}, false
	}
	p, ok := sc.then.plan(&c, &d, now)
	if ok {
		c.taken++
		p.Name, p.By = sc.Name, sc.by
	}
	return p, ok
}

// Get returns the scenario of a name: the session's own, or the catalogue's.
// Where there is none, the text says so.
func (s *Set) Get(name string) (*Scenario, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc, ok := s.own[name]; ok {
		return sc, ""
	}
	if sc, ok := s.catalogue.Get(name); ok {
		return sc, ""
	}
	return nil, unknown(name, s.catalogue.byName, s.own)
}
