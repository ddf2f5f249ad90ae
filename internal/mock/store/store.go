package store

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// Store is a Base with changes. It is safe for concurrent use.
type Store struct {
	account *quota.Account

	mu      sync.RWMutex
	base    *Base
	changed map[Key]*change
	// pins are the versions of the last client IDs. Under --auth any every token
	// is a client ID, so that their number has no end. It is nil until the first.
	pins  *simplelru.LRU[string, model.Version]
	bytes int64 // that the changes and the pins hold
}

// change is what became of a record since the fixtures. It never changes, so
// that saved states share it.
type change struct {
	Record
	gone bool // it was removed
	// bytes is what counts for the session: nothing for what requests of the
	// API and removals do to the fixtures' own records, whose number is bounded.
	bytes int64
}

// New returns a store that is as its base says. It costs the same whatever the
// size of the base.
func New(base *Base) *Store { return Within(nil, base) }

// Within returns a store whose changes count for an account.
func Within(a *quota.Account, base *Base) *Store { return &Store{account: a, base: base} }

// Base returns what the store was before all changes.
func (s *Store) Base() *Base {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.base
}

// Reset makes the store what a base says, with records put over it, in one
// step.
func (s *Store) Reset(base *Base, records map[Key]Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
	s.restore(State{})
	defer s.count(s.bytes)
	for k, r := range records {
		s.store(k, newChange(r))
	}
}

// count has the account hold what the store holds by now; before is what it
// held by then.
func (s *Store) count(before int64) { s.account.Force(s.bytes - before) }

// Rebase puts another base under the changes.
func (s *Store) Rebase(base *Base) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
}

// Record returns the state of a customer at a location.
func (s *Store) Record(k Key) (Record, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.record(k)
}

func (s *Store) record(k Key) (Record, bool) {
	if c, ok := s.changed[k]; ok {
		return c.Record, !c.gone
	}
	return s.base.record(k)
}

// HasCustomer reports whether a customer, named by a key without a location,
// has a location.
func (s *Store) HasCustomer(k Key) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for at, c := range s.changed {
		if at.Tenant == k.Tenant && at.Customer == k.Customer && !c.gone {
			return true
		}
	}
	return slices.ContainsFunc(s.base.locations(k), func(r Record) bool { return s.changed[r.Key] == nil })
}

// Original returns the state of a record in the base.
func (s *Store) Original(k Key) (Record, bool) { return s.Base().record(k) }

// Transition is what a deactivation did.
type Transition struct {
	Before, After Record
	// Changed is set for the one call that made the transition. For those that
	// came later Before is After.
	Changed bool
}

// Deactivate marks a record inactive. Where touch is not nil, the transition
// sets last_updated_on to it.
func (s *Store) Deactivate(k Key, touch *time.Time) (t Transition, found bool) {
	if r, ok := s.Record(k); !ok || !r.Active {
		return Transition{Before: r, After: r}, ok
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.record(k)
	t = Transition{Before: r, After: r}
	if !ok || !r.Active {
		return t, ok
	}
	t.Changed = true
	c := newChange(r.deactivated(touch))
	c.bytes = 0 // their number is bounded by the fixtures
	if old := s.changed[k]; old != nil {
		c.bytes = old.bytes
	}
	s.store(k, c)
	t.After = c.Record
	return t, true
}

// ErrFull says that a store holds as many records as it may.
var ErrFull = fmt.Errorf("a session may have %d records that the fixtures have not; remove some, or reset it", quota.Records)

// Put writes records, all of them at once: readers see none of them or all.
// Where there is no room for them, none is written.
func (s *Store) Put(records map[Key]Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(records)
}

func (s *Store) put(records map[Key]Record) error {
	count, more := len(s.changed), int64(0)
	fresh := make(map[Key]*change, len(records))
	for k, r := range records {
		fresh[k] = newChange(r)
		more += fresh[k].bytes
		if old := s.changed[k]; old != nil {
			more -= old.bytes
		} else {
			count++
		}
	}
	if count > len(s.base.records)+quota.Records {
		return ErrFull
	}
	if err := s.account.Take(more); err != nil {
		return err
	}
	for k, c := range fresh {
		s.store(k, c)
	}
	return nil
}

// Replace writes a record in the place of one state of it, and reports false
// where it has another by now.
func (s *Store) Replace(k Key, was, r Record) (done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.record(k); !ok || now.Revision != was.Revision {
		return false, nil
	}
	return true, s.put(map[Key]Record{k: r})
}

func newChange(r Record) *change {
	r.Revision = revisions.Add(1)
	return &change{Record: r, bytes: SizeOf(r)}
}

// store puts a change in the place of that of a record; nil is none.
func (s *Store) store(k Key, c *change) {
	if old := s.changed[k]; old != nil {
		s.bytes -= old.bytes
	}
	if c == nil {
		delete(s.changed, k)
		return
	}
	if s.changed == nil {
		s.changed = map[Key]*change{}
	}
	s.changed[k] = c
	s.bytes += c.bytes
}

// Remove takes a record out of the store and reports whether it was there.
func (s *Store) Remove(k Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.record(k); !ok {
		return false
	}
	defer s.count(s.bytes)
	s.store(k, nil)
	if _, ok := s.base.record(k); ok {
		s.store(k, &change{gone: true})
	}
	return true
}

// Revert undoes all changes of one record and reports whether there were any.
func (s *Store) Revert(k Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.count(s.bytes)
	_, ok := s.changed[k]
	s.store(k, nil)
	return ok
}

// Changed returns how many records differ from the base.
func (s *Store) Changed() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.changed)
}

// Pin remembers the version that a client ID named. It counts, but no limit of
// bytes refuses it: an answer would be another one.
func (s *Store) Pin(clientID string, v model.Version) {
	if s.Pinned(clientID) == v {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.count(s.bytes)
	s.pin(clientID, v)
}

func (s *Store) pin(clientID string, v model.Version) {
	if s.pins == nil {
		// The error is about a size below 1.
		s.pins, _ = simplelru.NewLRU(quota.Pins, func(id string, _ model.Version) { s.bytes -= sizeOfPin(id) })
	}
	if !s.pins.Contains(clientID) {
		s.bytes += sizeOfPin(clientID)
	}
	s.pins.Add(clientID, v)
}

func sizeOfPin(clientID string) int64 { return 2*quota.PerEntry + quota.Text(len(clientID)) }

// SetPins sets the versions of client IDs, all at once; "" takes a pin away.
// Where there is no room for them, none is set.
func (s *Store) SetPins(pins map[string]model.Version) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := int64(0)
	for id, v := range pins {
		switch old := s.pins != nil && s.pins.Contains(id); {
		case v != "" && !old:
			more += sizeOfPin(id)
		case v == "" && old:
			more -= sizeOfPin(id)
		}
	}
	if err := s.account.Take(more); err != nil {
		return err
	}
	defer s.count(s.bytes + more) // the oldest may have made room
	for _, id := range slices.Sorted(maps.Keys(pins)) {
		if pins[id] != "" {
			s.pin(id, pins[id])
		} else if s.pins != nil {
			s.pins.Remove(id)
		}
	}
	return nil
}

// Pinned returns the version that a client ID named last, or "".
func (s *Store) Pinned(clientID string) model.Version {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.pins == nil {
		return ""
	}
	v, _ := s.pins.Peek(clientID)
	return v
}

// Pins returns the version pin of each client ID that has one.
func (s *Store) Pins() map[string]model.Version {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.allPins()
}

func (s *Store) allPins() map[string]model.Version {
	if s.pins == nil {
		return nil
	}
	pins := make(map[string]model.Version, s.pins.Len())
	for _, id := range s.pins.Keys() {
		pins[id], _ = s.pins.Peek(id)
	}
	return pins
}
