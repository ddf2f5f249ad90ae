package store

import (
	"maps"
	"slices"

	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// State is all that a Store has beyond its Base: a copy of what changed, which
// costs the same whatever the size of the base.
type State struct {
	changed map[Key]*change
	pins    map[string]model.Version
	bytes   int64 // that a store in this state counts
}

// Save returns the state as it is now.
func (s *Store) Save() State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return State{maps.Clone(s.changed), s.allPins(), s.bytes}
}

// Bytes returns how many bytes a store in this state counts.
func (s *State) Bytes() int64 { return s.bytes }

// Size returns how many bytes the state holds by itself. What it shares with a
// store counts for both: who goes first is not known.
func (s *State) Size() int64 { return s.bytes + int64(len(s.changed))*quota.PerEntry }

// Bytes returns how many bytes the changes and pins hold.
func (s *Store) Bytes() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.bytes
}

// Restore puts the store into a state that was saved before; the zero State is
// the base itself. No limit refuses it.
func (s *Store) Restore(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restore(state)
}

func (s *Store) restore(state State) {
	defer s.count(s.bytes)
	s.changed, s.pins, s.bytes = maps.Clone(state.changed), nil, 0
	for _, c := range s.changed {
		s.bytes += c.bytes
	}
	for _, id := range slices.Sorted(maps.Keys(state.pins)) {
		s.pin(id, state.pins[id])
	}
}

// TakeBack undoes a transition, unless something else has changed the record
// since.
func (s *Store) TakeBack(k Key, t Transition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.record(k); !ok || now.Revision != t.After.Revision {
		return
	}
	defer s.count(s.bytes)
	if old, ok := s.base.record(k); ok && old.Revision == t.Before.Revision {
		s.store(k, nil)
		return
	}
	s.store(k, &change{Record: t.Before, bytes: s.changed[k].bytes})
}

// Difference is a record that is not as the base says. Before is nil where the
// base has none, After where it was removed.
type Difference struct {
	Key           Key
	Before, After *Record
}

// Differences returns the records that are not as the base says, in order.
func (s *Store) Differences() []Difference {
	s.mu.RLock()
	defer s.mu.RUnlock()
	keys := slices.SortedFunc(maps.Keys(s.changed), Key.Compare)
	all := make([]Difference, len(keys))
	for i, k := range keys {
		all[i].Key = k
		if r, ok := s.base.record(k); ok {
			all[i].Before = &r
		}
		if c := s.changed[k]; !c.gone {
			all[i].After = &c.Record
		}
	}
	return all
}

// Page returns up to limit records in order, from behind the key after (or
// from the first, where it is nil), of those that match; more reports
// further ones. It holds no lock while match runs.
func (s *Store) Page(after *Key, limit int, match func(Record) bool) (page []Key, more bool) {
	s.mu.RLock()
	base := s.base
	changed := maps.Clone(s.changed)
	s.mu.RUnlock()
	var added []Key // that the base does not have
	for k, c := range changed {
		if _, old := base.find(k); !old && !c.gone {
			added = append(added, k)
		}
	}
	slices.SortFunc(added, Key.Compare)
	records := base.records
	if after != nil {
		records = records[behind(base.find(*after)):]
		added = added[behind(slices.BinarySearchFunc(added, *after, Key.Compare)):]
	}
	for len(records) > 0 || len(added) > 0 {
		var r Record
		if len(added) == 0 || len(records) > 0 && records[0].Key.Compare(added[0]) < 0 {
			r, records = records[0], records[1:]
		} else {
			r.Key, added = added[0], added[1:]
		}
		k := r.Key
		c := changed[k]
		if c != nil {
			r = c.Record
		}
		if c != nil && c.gone || match != nil && !match(r) {
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, k)
	}
	return page, false
}

func behind(i int, found bool) int {
	if found {
		i++
	}
	return i
}

// Print returns both states as printed JSON of the newest shape, which nobody
// may change.
func (t Transition) Print() (before, after []byte) { return t.Before.document, t.After.document }
