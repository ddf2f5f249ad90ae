package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/quota"
)

// Define gives the session a scenario of its own, in the place of one of the
// same name. What that one had counted is forgotten; if it was on, the new one
// is.
func (s *Set) Define(sc *Scenario) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := sc.size
	if old := s.own[sc.Name]; old != nil {
		more -= old.size
	} else if len(s.own) >= quota.Scenarios {
		return fmt.Errorf("a session may have %d scenarios of its own; define one of them anew, or reset the session", quota.Scenarios)
	}
	if err := s.account.Take(more); err != nil {
		return err
	}
	s.bytes += more
	if s.own == nil {
		s.own = map[string]*Scenario{}
	}
	s.own[sc.Name] = sc
	s.forget(sc.Name)
	list := slices.Clone(*s.on.Load())
	for i, sw := range list {
		if sw.Name == sc.Name {
			list[i] = &switched{sc, sc.Limit, exchange.BySession}
		}
	}
	s.on.Store(&list)
	return nil
}

// On switches a scenario on, before all that are on already; what it had
// counted there is forgotten. A limit that is not zero stands in the place of
// the scenario's own.
func (s *Set) On(name string, limit Limit) error {
	sc, rule := s.Get(name)
	if sc == nil {
		return errors.New(rule)
	}
	if limit == (Limit{}) {
		limit = sc.Limit
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off(name)
	list := *s.on.Load()
	if len(list) >= quota.ScenariosOn {
		return fmt.Errorf("a session may have %d scenarios switched on; switch one off first", quota.ScenariosOn)
	}
	list = append([]*switched{{sc, limit, exchange.BySession}}, list...)
	s.on.Store(&list)
	delete(s.counters, key{origin: on, name: name})
	return nil
}

// Off switches a scenario off and reports whether it was on.
func (s *Set) Off(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.off(name)
}

func (s *Set) off(name string) bool {
	list := *s.on.Load()
	left := slices.DeleteFunc(slices.Clone(list), func(sw *switched) bool { return sw.Name == name })
	if len(left) == len(list) {
		return false
	}
	s.on.Store(&left)
	return true
}

// forget drops what a scenario has counted, of every origin.
func (s *Set) forget(name string) {
	maps.DeleteFunc(s.counters, func(k key, _ counter) bool { return k.name == name })
}

// Renew puts another catalogue in the place of the set's. What is on stays on
// as the new one has it, and what it has no more goes; of those that sessions
// begin with, the ones that are new come on and the ones that are none any more
// go off. The session's own scenarios and all counters stay.
func (s *Set) Renew(c *Catalogue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.catalogue
	var list []*switched
	for _, sw := range *s.on.Load() {
		if s.own[sw.Name] == sw.Scenario {
			list = append(list, sw)
			continue
		}
		sc, known := c.Get(sw.Name)
		if !known || begins(old, sw.Name) && !sc.On {
			continue
		}
		limit := sw.limit
		if limit == sw.Limit {
			limit = sc.Limit
		}
		list = append(list, &switched{sc, limit, sw.by})
	}
	for _, sw := range c.on {
		if !begins(old, sw.Name) && !slices.ContainsFunc(list, func(other *switched) bool { return other.Name == sw.Name }) {
			list = append(list, sw)
		}
	}
	s.catalogue = c
	s.on.Store(&list)
}

// begins reports a scenario of the catalogue that sessions begin with.
func begins(c *Catalogue, name string) bool {
	sc, ok := c.Get(name)
	return ok && sc.On
}

// Status is what a scenario that is switched on has counted.
type Status struct {
	*Scenario
	Limit Limit
	Seen  uint64 // requests that its conditions held for
	Taken uint64 // requests that it took over
}

// Switched returns the scenarios that are on, newest first.
func (s *Set) Switched() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := *s.on.Load()
	all := make([]Status, len(list))
	for i, sw := range list {
		all[i] = Status{Scenario: sw.Scenario, Limit: sw.limit}
		c := s.counters[key{origin: on, name: sw.Name}]
		all[i].Seen, all[i].Taken = c.seen, c.taken
	}
	return all
}

// Own returns the session's own scenarios by name.
func (s *Set) Own() []*Scenario {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.own), func(a, b *Scenario) int { return strings.Compare(a.Name, b.Name) })
}

// Snapshot is the whole state of a Set at one time: its own scenarios, those
// that are on, what was counted, and the seed. It never changes.
type Snapshot struct {
	seed     uint64
	own      map[string]*Scenario
	on       []*switched
	counters map[key]counter
	bytes    int64 // that a set in this state counts
}

// Bytes returns how many bytes a set in this state counts.
func (sn *Snapshot) Bytes() int64 { return sn.bytes }

// Size returns how many bytes the snapshot holds by itself. What it shares with
// a set counts for both.
func (sn *Snapshot) Size() int64 {
	return sn.bytes + int64(len(sn.own)+len(sn.on)+len(sn.counters))*quota.PerEntry
}

// Snapshot returns the set's state. It costs nothing where nothing was counted
// and defined.
func (s *Set) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Snapshot{seed: s.seed, own: maps.Clone(s.own), on: *s.on.Load(), counters: maps.Clone(s.counters), bytes: s.bytes}
}

// Restore puts the set into a state that it, or another one, had. No limit
// refuses it.
func (s *Set) Restore(sn *Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.Force(sn.bytes - s.bytes)
	s.seed, s.own, s.counters, s.bytes = sn.seed, maps.Clone(sn.own), maps.Clone(sn.counters), sn.bytes
	s.on.Store(&sn.on)
}
