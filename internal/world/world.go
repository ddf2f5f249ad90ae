package world

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"dispatchmock/internal/dispatch"
)

// maxPins is how many client IDs a world remembers versions of; under
// --auth any every token is a client ID, and so their number has no end.
const maxPins = 10_000

// World is a Base with changes. It is safe for concurrent use.
type World struct {
	mu      sync.RWMutex
	base    *Base
	changed map[Key]change
	pins    *simplelru.LRU[string, dispatch.Version]
}

// change is what became of a record since the fixtures.
type change struct {
	Record
	gone bool // it was removed
}

// New returns a world that is as its base says. It costs the same whatever the
// size of the base.
func New(base *Base) *World { return &World{base: base} }

// Base returns what the world was before all changes.
func (w *World) Base() *Base {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.base
}

// Reset makes the world what a base says, with records put over it, in one
// step.
func (w *World) Reset(base *Base, records map[Key]Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base, w.changed, w.pins = base, nil, nil
	for k, r := range records {
		w.set(k, r)
	}
}

// Rebase puts another base under the changes.
func (w *World) Rebase(base *Base) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = base
}

// Record returns the state of a customer at a location.
func (w *World) Record(k Key) (Record, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.record(k)
}

func (w *World) record(k Key) (Record, bool) {
	if c, ok := w.changed[k]; ok {
		return c.Record, !c.gone
	}
	return w.base.record(k)
}

// HasCustomer reports whether a customer, named by a key without a location,
// has a location.
func (w *World) HasCustomer(k Key) bool {
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
func (w *World) Original(k Key) (Record, bool) { return w.Base().record(k) }

// Transition is what a deactivation did.
type Transition struct {
	Before, After Record
	// Changed tells the one call that made the transition from those that
	// came later; for these Before is After.
	Changed bool
}

// Deactivate marks a record inactive. Where touch is not zero, the transition
// sets last_updated_on to it.
func (w *World) Deactivate(k Key, touch time.Time) (t Transition, found bool) {
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
	t.After = w.set(k, r.deactivated(touch))
	return t, true
}

// MaxAdded is how many records a world may have that its base has not.
const MaxAdded = 10_000

// ErrFull says that a world holds as many records as it may.
var ErrFull = fmt.Errorf("a session may have %d records that the fixtures have not; remove some, or reset it", MaxAdded)

// Put writes records, all of them at once: readers see none of them or all.
func (w *World) Put(records map[Key]Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.put(records)
}

func (w *World) put(records map[Key]Record) error {
	count := len(w.changed)
	for k := range records {
		if _, old := w.changed[k]; !old {
			count++
		}
	}
	if count > len(w.base.records)+MaxAdded {
		return ErrFull
	}
	for k, r := range records {
		w.set(k, r)
	}
	return nil
}

// Replace writes a record in the place of one state of it, and reports false
// where it has another by now.
func (w *World) Replace(k Key, was, r Record) (done bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now, ok := w.record(k); !ok || now.Revision != was.Revision {
		return false, nil
	}
	return true, w.put(map[Key]Record{k: r})
}

func (w *World) set(k Key, r Record) Record {
	r.Revision = revisions.Add(1)
	if w.changed == nil {
		w.changed = map[Key]change{}
	}
	w.changed[k] = change{Record: r}
	return r
}

// Remove takes a record out of the world and reports whether it was there.
func (w *World) Remove(k Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.record(k); !ok {
		return false
	}
	w.drop(k)
	if _, ok := w.base.record(k); ok {
		if w.changed == nil {
			w.changed = map[Key]change{}
		}
		w.changed[k] = change{gone: true}
	}
	return true
}

// Revert undoes all changes of one record and reports whether there were any.
func (w *World) Revert(k Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.changed[k]
	w.drop(k)
	return ok
}

func (w *World) drop(k Key) {
	delete(w.changed, k)
	if len(w.changed) == 0 {
		w.changed = nil
	}
}

// Changed returns how many records differ from the base.
func (w *World) Changed() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.changed)
}

// Pin remembers the version that a client ID named.
func (w *World) Pin(clientID string, v dispatch.Version) {
	if w.Pinned(clientID) == v {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pin(clientID, v)
}

func (w *World) pin(clientID string, v dispatch.Version) {
	if w.pins == nil {
		// The error is about a size below 1.
		w.pins, _ = simplelru.NewLRU[string, dispatch.Version](maxPins, nil)
	}
	w.pins.Add(clientID, v)
}

// SetPins sets the versions of client IDs, all at once; "" takes a pin away.
func (w *World) SetPins(pins map[string]dispatch.Version) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(pins)) {
		if pins[id] != "" {
			w.pin(id, pins[id])
		} else if w.pins != nil {
			w.pins.Remove(id)
		}
	}
}

// Pinned returns the version that a client ID named last, or "".
func (w *World) Pinned(clientID string) dispatch.Version {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.pins == nil {
		return ""
	}
	v, _ := w.pins.Peek(clientID)
	return v
}

// Pins returns the version pin of each client ID that has one.
func (w *World) Pins() map[string]dispatch.Version {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.allPins()
}

func (w *World) allPins() map[string]dispatch.Version {
	if w.pins == nil {
		return nil
	}
	pins := make(map[string]dispatch.Version, w.pins.Len())
	for _, id := range w.pins.Keys() {
		pins[id], _ = w.pins.Peek(id)
	}
	return pins
}
