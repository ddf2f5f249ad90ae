package session

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// Snapshot is all of a session's state at one time.
type Snapshot struct {
	Name    string
	Store   store.State
	Clock   ClockSetting
	IDs     IDSetting
	Choices *model.Choices
	// Scenarios are those of the session's own, those that are on, and what
	// they have counted.
	Scenarios *scenario.Snapshot
	Taken     time.Time // by the session's clock
	bytes     int64     // that it counts
}

// Keep saves the state under a name, in the place of what had that name.
func (s *Session) Keep(name string) (Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, again := s.saved[name]
	if !again && len(s.saved) >= quota.Snapshots {
		return Snapshot{}, fmt.Errorf("the session has %d snapshots, as many as it may; drop one first", quota.Snapshots)
	}
	snapshot := Snapshot{Name: name, Store: s.Store.Save(), Clock: s.Clock.Setting(), IDs: s.IDs.Setting(), Choices: s.choices.Load(),
		Scenarios: s.Scenarios().Snapshot(), Taken: s.Clock.Now()}
	snapshot.bytes = quota.PerSession + snapshot.Store.Size() + snapshot.Scenarios.Size()
	if err := s.account.Take(snapshot.bytes - old.bytes); err != nil {
		return Snapshot{}, err
	}
	if s.saved == nil {
		s.saved = map[string]Snapshot{}
	}
	s.saved[name] = snapshot
	return snapshot, nil
}

// Return restores the snapshot of a name and reports whether there is one. An
// error says that the session has no room for what the snapshot has.
func (s *Session) Return(name string) (found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot, ok := s.saved[name]
	if !ok {
		return false, nil
	}
	more := snapshot.Store.Bytes() + snapshot.Scenarios.Bytes() - s.Store.Bytes() - s.Scenarios().Bytes()
	if err := s.account.Take(max(more, 0)); err != nil {
		return true, err
	}
	s.Store.Restore(snapshot.Store)
	s.Clock.Set(snapshot.Clock)
	s.IDs.Set(snapshot.IDs)
	s.choices.Store(snapshot.Choices)
	s.Scenarios().Restore(snapshot.Scenarios)
	s.account.Force(-max(more, 0)) // the state itself counts by now
	return true, nil
}

// Discard lets go of a snapshot and reports whether there was one.
func (s *Session) Discard(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.saved[name]
	delete(s.saved, name)
	s.account.Force(-old.bytes)
	return ok
}

// Snapshots returns the snapshots by name.
func (s *Session) Snapshots() []Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Snapshot, 0, len(s.saved))
	for _, name := range slices.Sorted(maps.Keys(s.saved)) {
		list = append(list, s.saved[name])
	}
	return list
}
