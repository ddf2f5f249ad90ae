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

// World is a Base with changes. It is safe for concurrent use.
type Store struct {
	account *quota.Account

	mu      sync.RWMutex
	base    *Base
	changed map[Key]*change
	// pins are the versions of the last client IDs; under --auth any every token
	// is a client ID, and so their number has no end.
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

// New returns a world that is as its base says. It costs the same whatever the
// size of the base.
func New(base *Base) *Store { return Within(nil, base) }

// Within returns a world whose changes count for an account.
func Within(a *quota.Account, base *Base) *Store { return &Store{account: a, base: base} }

// Base returns what the world was before all changes.
func (w *Store) Base() *Base {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.base
}

// Reset makes the world what a base says, with records put over it, in one
// step.
func (w *Store) Reset(base *Base, records map[Key]Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = base
	w.restore(State{})
	defer w.count(w.bytes)
	for k, r := range records {
		w.store(k, newChange(r))
	}
}

// count has the account hold what the world holds by now; before is what it
// held by then.
func (w *Store) count(before int64) { w.account.Force(w.bytes - before) }

// Rebase puts another base under the changes.
func (w *Store) Rebase(base *Base) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = base
}

// Record returns the state of a customer at a location.
func (w *Store) Record(k Key) (Record, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.record(k)
}

func (w *Store) record(k Key) (Record, bool) {
	if c, ok := w.changed[k]; ok {
		return c.Record, !c.gone
	}
	return w.base.record(k)
}

// HasCustomer reports whether a customer, named by a key without a location,
// has a location.
func (w *Store) HasCustomer(k Key) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	gone := false
	for at, c := range w.changed {
		if at.Tenant == k.Tenant && at.Customer == k.Customer {
			if !c.gone {
				return true
			}
			gone = true
		}
	}
	if !gone {
		return w.base.HasCustomer(k)
	}
	for _, r := range w.base.locations(k) {
		if _, ok := w.record(r.Key); ok {
			return true
		}
	}
	return false
}

// Original returns the state of a record in the base.
func (w *Store) Original(k Key) (Record, bool) { return w.Base().record(k) }

// Transition is what a deactivation did.
type Transition struct {
	Before, After Record
	// Changed tells the one call that made the transition from those that
	// came later; for these Before is After.
	Changed bool
}

// Deactivate marks a record inactive. Where touch is not nil, the transition
// sets last_updated_on to it.
func (w *Store) Deactivate(k Key, touch *time.Time) (t Transition, found bool) {
	if r, ok := w.Record(k); !ok || !r.Active {
		return Transition{Before: r, After: r}, ok
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r, ok := w.record(k)
	t = Transition{Before: r, After: r}
	if !ok || !r.Active {
		return t, ok
	}
	t.Changed = true
	c := newChange(r.deactivated(touch))
	c.bytes = 0 // their number is bounded by the fixtures
	if old := w.changed[k]; old != nil {
		c.bytes = old.bytes
	}
	w.store(k, c)
	t.After = c.Record
	return t, true
}

// ErrFull says that a world holds as many records as it may.
var ErrFull = fmt.Errorf("a session may have %d records that the fixtures have not; remove some, or reset it", quota.Records)

// Put writes records, all of them at once: readers see none of them or all.
// Where there is no room for them, none is written.
func (w *Store) Put(records map[Key]Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.put(records)
}

func (w *Store) put(records map[Key]Record) error {
	count, more := len(w.changed), int64(0)
	fresh := make(map[Key]*change, len(records))
	for k, r := range records {
		fresh[k] = newChange(r)
		more += fresh[k].bytes
		if old := w.changed[k]; old != nil {
			more -= old.bytes
		} else {
			count++
		}
	}
	if count > len(w.base.records)+quota.Records {
		return ErrFull
	}
	if err := w.account.Take(more); err != nil {
		return err
	}
	for k, c := range fresh {
		w.store(k, c)
	}
	return nil
}

// Replace writes a record in the place of one state of it, and reports false
// where it has another by now.
func (w *Store) Replace(k Key, was, r Record) (done bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now, ok := w.record(k); !ok || now.Revision != was.Revision {
		return false, nil
	}
	return true, w.put(map[Key]Record{k: r})
}

func newChange(r Record) *change {
	r.Revision = revisions.Add(1)
	return &change{Record: r, bytes: SizeOf(r)}
}

// SizeOf returns how many bytes count for a session that writes a record. A
// document may have a quarter of its length to spare.
func SizeOf(r Record) int64 { return quota.PerEntry + quota.Text(int(r.Size())) }

// store puts a change in the place of that of a record; nil is none.
func (w *Store) store(k Key, c *change) {
	if old := w.changed[k]; old != nil {
		w.bytes -= old.bytes
	}
	if c == nil {
		delete(w.changed, k)
		return
	}
	if w.changed == nil {
		w.changed = map[Key]*change{}
	}
	w.changed[k] = c
	w.bytes += c.bytes
}

// Remove takes a record out of the world and reports whether it was there.
func (w *Store) Remove(k Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.record(k); !ok {
		return false
	}
	defer w.count(w.bytes)
	w.store(k, nil)
	if _, ok := w.base.record(k); ok {
		w.store(k, &change{gone: true})
	}
	return true
}

// Revert undoes all changes of one record and reports whether there were any.
func (w *Store) Revert(k Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.count(w.bytes)
	_, ok := w.changed[k]
	w.store(k, nil)
	return ok
}

// Changed returns how many records differ from the base.
func (w *Store) Changed() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.changed)
}

// Pin remembers the version that a client ID named. It counts, but no limit of
// bytes refuses it: an answer would be another one.
func (w *Store) Pin(clientID string, v model.Version) {
	if w.Pinned(clientID) == v {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.count(w.bytes)
	w.pin(clientID, v)
}

func (w *Store) pin(clientID string, v model.Version) {
	if w.pins == nil {
		// The error is about a size below 1.
		w.pins, _ = simplelru.NewLRU(quota.Pins, func(id string, _ model.Version) { w.bytes -= sizeOfPin(id) })
	}
	if !w.pins.Contains(clientID) {
		w.bytes += sizeOfPin(clientID)
	}
	w.pins.Add(clientID, v)
}

func sizeOfPin(clientID string) int64 { return 2*quota.PerEntry + quota.Text(len(clientID)) }

// SetPins sets the versions of client IDs, all at once; "" takes a pin away.
// Where there is no room for them, none is set.
func (w *Store) SetPins(pins map[string]model.Version) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	more := int64(0)
	for id, v := range pins {
		switch old := w.pins != nil && w.pins.Contains(id); {
		case v != "" && !old:
			more += sizeOfPin(id)
		case v == "" && old:
			more -= sizeOfPin(id)
		}
	}
	if err := w.account.Take(more); err != nil {
		return err
	}
	defer w.count(w.bytes + more) // the oldest may have made room
	for _, id := range slices.Sorted(maps.Keys(pins)) {
		if pins[id] != "" {
			w.pin(id, pins[id])
		} else if w.pins != nil {
			w.pins.Remove(id)
		}
	}
	return nil
}

// Pinned returns the version that a client ID named last, or "".
func (w *Store) Pinned(clientID string) model.Version {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.pins == nil {
		return ""
	}
	v, _ := w.pins.Peek(clientID)
	return v
}

// Pins returns the version pin of each client ID that has one.
func (w *Store) Pins() map[string]model.Version {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.allPins()
}

func (w *Store) allPins() map[string]model.Version {
	if w.pins == nil {
		return nil
	}
	pins := make(map[string]model.Version, w.pins.Len())
	for _, id := range w.pins.Keys() {
		pins[id], _ = w.pins.Peek(id)
	}
	return pins
}
