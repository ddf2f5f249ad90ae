package session_test

import (
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// TestReload holds what new fixtures change: the default session at once, with
// its changes kept; others with their next reset.
func TestReload(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{Fixtures: ground(1)})
	s, err := all.Create(session.Spec{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	home := all.Default()
	home.Store.Deactivate(first, nil)
	all.Reload(ground(2))
	second := store.Key{Tenant: 1, Customer: 2, Location: 1}
	if active(t, home, first) || !active(t, home, second) || all.Stale(home) {
		t.Error("the default session has not the new fixtures under its changes")
	}
	if _, ok := s.Store.Record(second); ok || !all.Stale(s) {
		t.Error("another session has the new fixtures before its reset, or does not say that its are old")
	}
	all.Reset(s)
	if !active(t, s, second) || all.Stale(s) {
		t.Error("a reset does not bring the new fixtures")
	}
}

// TestReloadKeepsChoices holds that choices which were changed outlive new
// fixtures, and that all others are the new ones.
func TestReloadKeepsChoices(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{Fixtures: ground(1)})
	home := all.Default()
	changed := model.Choices{Statuses: map[model.Code]int{model.RepeatedDelete: 409}}
	home.ReplaceChoices(home.Choices(), &changed)
	fresh := ground(1)
	fresh.Choices = model.Choices{Touch: true, Statuses: map[model.Code]int{model.RepeatedDelete: 410, model.RecordUnknown: 403}}
	all.Reload(fresh)
	if got := home.Choices(); got.Statuses[model.RepeatedDelete] != 409 || got.Statuses[model.RecordUnknown] != 403 || !got.Touch {
		t.Errorf("got %+v, want the change kept and all else new", got)
	}
	all.Reset(home)
	if got := home.Choices().Statuses[model.RepeatedDelete]; got != 410 {
		t.Errorf("after a reset the choice is %d, want that of the new fixtures", got)
	}
}

// TestReloadBringsScenarios holds that a record of new fixtures comes with the
// scenario that it carries.
func TestReloadBringsScenarios(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{Fixtures: ground(1)})
	fresh := ground(1)
	fresh.Scenarios = scenario.NewCatalogue([]*scenario.Scenario{{Name: "mine", On: true}})
	all.Reload(fresh)
	home := all.Default()
	if sc, _ := home.Scenarios().Get("mine"); sc == nil || len(home.Scenarios().Switched()) == 0 {
		t.Error("the default session has not the scenarios of the new fixtures")
	}
}

// TestResetAndReturnDoNotMix resets a session and restores a snapshot of it at
// once, again and again: what comes out is the one state or the other.
func TestResetAndReturnDoNotMix(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	s := all.Default()
	frozen := session.ClockSetting{Mode: session.ClockFrozen, At: time.Unix(1e9, 0)}
	for range 2000 {
		s.Store.Deactivate(first, nil)
		s.Clock.Set(frozen)
		if _, err := s.Keep("frozen"); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() { all.Reset(s) })
		both.Go(func() { returned(t, s, "frozen") })
		both.Wait()
		if isFrozen := s.Clock.Setting() == frozen; isFrozen == active(t, s, first) {
			t.Fatalf("the clock is frozen: %v, and the record active: %v; want one state whole", isFrozen, active(t, s, first))
		}
	}
}
