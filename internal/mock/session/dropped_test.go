package session_test

import (
	"testing"
	"time"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
)

// TestDroppedMayAskForFixtures holds that who is told of a session's end can
// ask for the fixtures, whatever locks are held: else the two wait for each
// other.
func TestDroppedMayAskForFixtures(t *testing.T) {
	t.Parallel()
	var all *session.Sessions
	told := make(chan string, 1)
	all, _ = newSessions(session.Options{Dropped: func(id string) {
		all.Fixtures()
		told <- id
	}})
	if _, err := all.Create(session.Spec{ID: "a"}); err != nil {
		t.Fatal(err)
	}
	go func() { _ = all.Drop("a") }()
	select {
	case <-told:
	case <-time.After(testkit.Patience):
		t.Fatal("Dropped asked for the fixtures, and still waits")
	}
}
