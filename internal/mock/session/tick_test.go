package session_test

import (
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/mock/session"
)

// TestTicksAreTakenOnce holds that of requests at once no two have the same
// tick of a stepping clock.
func TestTicksAreTakenOnce(t *testing.T) {
	t.Parallel()
	const clients, each = 8, 5000
	all, _ := newSessions(session.Options{})
	begin := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	n, err := all.Create(session.Spec{ID: "a", Clock: session.ClockSetting{Mode: session.ClockStep, At: begin, Step: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	var times [clients][each]time.Time
	var wait sync.WaitGroup
	for c := range clients {
		wait.Go(func() {
			for i := range each {
				times[c][i] = n.Clock.Tick()
			}
		})
	}
	wait.Wait()
	seen := map[time.Time]bool{}
	for c := range clients {
		for i, at := range times[c] {
			if seen[at] || i > 0 && !at.After(times[c][i-1]) {
				t.Fatalf("the tick %v was taken twice, or out of order", at)
			}
			seen[at] = true
		}
	}
	if got, want := n.Clock.Now(), begin.Add(clients*each*time.Second); !got.Equal(want) {
		t.Errorf("then the clock is at %v, want %v", got, want)
	}
}
