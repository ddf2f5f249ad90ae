package scenario_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
)

// used returns a set with state of every kind.
func used(t *testing.T) *scenario.Set {
	t.Helper()
	s := scripted(t, 1<<63+5)
	script(s, 13)
	for _, sc := range []string{`{"name": "own", "when": {"probability": 0.5}, "then": {"delay": {"min": "1ms", "max": "1s"}}}`, define("idle")} {
		if err := s.Define(parse(t, sc)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.On("own", scenario.Limit{Times: 30, Until: new(noon.Add(90 * time.Second))}); err != nil {
		t.Fatal(err)
	}
	s.Off("rate")
	script(s, 8)
	return s
}

// state returns all that a snapshot holds; scenarios, which never change, stand
// there by their addresses.
func state(sn *scenario.Snapshot) string { return fmt.Sprintf("%+v", *sn) }

// TestSnapshot holds that a set which is restored goes on as the first did.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	s := used(t)
	sn := s.Snapshot()
	text := state(sn)
	want := script(s, 100)
	if state(sn) != text {
		t.Error("the snapshot changed when the set went on")
	}
	if state(s.Snapshot()) == text {
		t.Error("a snapshot of a later time is the same")
	}
	s.Restore(sn)
	if got := script(s, 100); got != want {
		t.Errorf("restored, it goes on as\n%s\nwant\n%s", got, want)
	}
	s.Restore(sn)
	if again := state(s.Snapshot()); again != text {
		t.Errorf("restored, it is\n%s\nwant\n%s", again, text)
	}
}

// TestSnapshotsAreApart holds that sets restored from one snapshot do not share
// what they change.
func TestSnapshotsAreApart(t *testing.T) {
	t.Parallel()
	s := used(t)
	sn := s.Snapshot()
	a, b := scripted(t, 1), scripted(t, 2)
	a.Restore(sn)
	b.Restore(sn)
	a.Off("own")
	script(a, 10)
	if got, want := script(b, 100), script(s, 100); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSnapshotIsCheap holds that an empty session's costs nothing that grows.
func TestSnapshotIsCheap(t *testing.T) {
	var list []*scenario.Scenario
	for i := range 1000 {
		list = append(list, parse(t, define("s"+strings.Repeat("x", i%60)+string(rune('a'+i%26)))))
	}
	c := scenario.NewCatalogue(list)
	if n := testing.AllocsPerRun(100, func() {
		s := scenario.NewSet(c, 1)
		s.Restore(s.Snapshot())
	}); n > 3 {
		t.Errorf("%v allocations, want 3 at most", n)
	}
}
