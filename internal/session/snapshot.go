package session

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/scenario"
	"dispatchmock/internal/world"
)

// MaxSnapshots is how many snapshots a session keeps.
const MaxSnapshots = 32

// Snapshot is all of a session's state at one time.
type Snapshot struct {
	Name    string
	World   world.State
	Clock   ClockSetting
	IDs     IDSetting
	Choices *dispatch.Choices
	// Scenarios are those of the session's own, those that are on, and what
	// they have counted.
	Scenarios *scenario.Snapshot
	Taken     time.Time // by the session's clock
}

// save returns the state as it is now.
func (s *Session) save() Snapshot {
	return Snapshot{World: s.World.Save(), Clock: s.Clock.Setting(), IDs: s.IDs.Setting(), Choices: s.choices.Load(),
		Scenarios: s.Scenarios().Snapshot(), Taken: s.Clock.Now()}
}

// restore puts the session into a state that was saved before.
func (s *Session) restore(snapshot Snapshot) {
	s.World.Restore(snapshot.World)
	s.Clock.Set(snapshot.Clock)
	s.IDs.Set(snapshot.IDs)
	s.choices.Store(snapshot.Choices)
	s.Scenarios().Restore(snapshot.Scenarios)
}

// Keep saves the state under a name, in the place of what had that name.
func (s *Session) Keep(name string) (Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, old := s.saved[name]; !old && len(s.saved) >= MaxSnapshots {
		return Snapshot{}, fmt.Errorf("the session has %d snapshots, as many as it may; drop one first", MaxSnapshots)
	}
	snapshot := s.save()
	snapshot.Name = name
	if s.saved == nil {
		s.saved = map[string]Snapshot{}
	}
	s.saved[name] = snapshot
	return snapshot, nil
}

// Return restores the snapshot of a name and reports whether there is one.
func (s *Session) Return(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot, ok := s.saved[name]
	if ok {
		s.restore(snapshot)
	}
	return ok
}

// Discard lets go of a snapshot and reports whether there was one.
func (s *Session) Discard(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.saved[name]
	delete(s.saved, name)
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
