package scenario

import (
	"maps"

	"dispatchmock/internal/quota"
)

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
