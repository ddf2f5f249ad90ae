package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// record returns an active record of tenant 1.
// recordOf returns a record of tenant 1 with a name of some bytes.
func recordOf(customer, location int64, name int) store.Record {
	r, err := store.NewRecord(1, model.Tree{"id": json.Number(strconv.FormatInt(customer, 10)), "location_id": json.Number(strconv.FormatInt(location, 10)),
		"is_active": true, "name": strings.Repeat("n", name)})
	if err != nil {
		panic(err)
	}
	return r
}

func record(customer, location int) store.Record {
	r, err := store.NewRecord(1, model.Tree{"id": json.Number(strconv.Itoa(customer)), "location_id": json.Number(strconv.Itoa(location)), "is_active": true})
	if err != nil {
		panic(err)
	}
	return r
}

// ground returns fixtures of n active records of tenant 1.
func ground(n int) *fixture.Fixtures {
	b := store.NewBuilder()
	b.AddTenant(1)
	for i := range n {
		b.AddRecord(record(i+1, 1))
	}
	return &fixture.Fixtures{Base: b.Build(), Choices: model.Choices{Statuses: map[model.Code]int{model.RepeatedDelete: 200}}}
}

// machine is a clock that a test moves.
type machine struct {
	mu  sync.Mutex
	now time.Time
}

func (m *machine) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *machine) add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func newMachine() *machine { return &machine{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func counted() func() uuid.UUID {
	var mu sync.Mutex
	var n byte
	return func() uuid.UUID {
		mu.Lock()
		defer mu.Unlock()
		n++
		return uuid.UUID{15: n}
	}
}

func newSessions(o session.Options) (*session.Sessions, *machine) {
	m := newMachine()
	if o.Fixtures == nil {
		o.Fixtures = ground(3)
	}
	o.Now, o.NewID = m.Now, counted()
	return session.NewSessions(o), m
}

var first = store.Key{Tenant: 1, Customer: 1, Location: 1}

func active(t *testing.T, s *session.Session, k store.Key) bool {
	t.Helper()
	r, ok := s.Store.Record(k)
	if !ok {
		t.Fatalf("session %s has no %v", s.Spec.ID, k)
	}
	return r.Active
}

func returned(t *testing.T, s *session.Session, name string) bool {
	t.Helper()
	found, err := s.Return(name)
	if err != nil {
		t.Error(err)
	}
	return found
}

// TestIsolation holds that what happens in one session is not seen in another.
func TestIsolation(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	a, err := all.Create(session.Spec{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := all.Create(session.Spec{ID: "b", IDs: session.IDSetting{Seeded: true, Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	a.Store.Deactivate(first, nil)
	a.Store.Pin("app", "2021/04/07")
	a.Clock.Set(session.ClockSetting{Mode: session.ClockFrozen, At: time.Unix(0, 0)})
	a.IDs.Set(session.IDSetting{Seeded: true, Seed: 1})
	a.ReplaceChoices(a.Choices(), &model.Choices{Touch: true})
	for _, other := range []*session.Session{b, all.Default()} {
		if !active(t, other, first) || other.Store.Pinned("app") != "" || other.Clock.Now().Unix() == 0 || other.Choices().Touch {
			t.Errorf("session %s sees what happened in session a", other.Spec.ID)
		}
	}
	if got, want := a.IDs.New(), b.IDs.New(); got != want {
		t.Errorf("the same seed gives %v and %v, want the same", got, want)
	}
}

// TestReset holds that a reset brings back how the session was made.
func TestReset(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	frozen := session.ClockSetting{Mode: session.ClockFrozen, At: time.Unix(1e9, 0)}
	made := record(9, 9)
	k := store.Key{Tenant: 1, Customer: 9, Location: 9}
	s, err := all.Create(session.Spec{Clock: frozen, IDs: session.IDSetting{Seeded: true, Seed: 7},
		Records: map[store.Key]store.Record{k: made}, Choices: &model.Choices{Touch: true}})
	if err != nil {
		t.Fatal(err)
	}
	one := s.IDs.New()
	s.Store.Deactivate(first, nil)
	s.Store.Remove(k)
	s.Store.Pin("app", "2021/04/07")
	s.Clock.Set(session.ClockSetting{Mode: session.ClockReal})
	s.ReplaceChoices(s.Choices(), &model.Choices{})
	all.Reset(s)
	if !active(t, s, first) || !active(t, s, k) || s.Store.Pinned("app") != "" || s.Clock.Setting() != frozen || !s.Choices().Touch {
		t.Errorf("after a reset the session is not as it was made: %+v", s.Spec)
	}
	if got := s.IDs.New(); got != one {
		t.Errorf("after a reset the first request ID is %v, want %v again", got, one)
	}
}

// TestSnapshots holds that a snapshot brings all of the state back, any number
// of times, and that their number is bounded.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	s := all.Default()
	s.IDs.Set(session.IDSetting{Seeded: true, Seed: 3})
	s.IDs.New()
	s.Store.Deactivate(first, nil)
	s.Store.Pin("app", "2021/04/07")
	if _, err := s.Keep("before"); err != nil {
		t.Fatal(err)
	}
	next := s.IDs.New()
	for range 2 {
		s.Store.Restore(store.State{})
		s.Store.Pin("app", "2023/04/19")
		s.IDs.Set(session.IDSetting{})
		if !returned(t, s, "before") {
			t.Fatal("the snapshot is not there")
		}
		if active(t, s, first) || s.Store.Pinned("app") != "2021/04/07" {
			t.Error("the snapshot did not bring the state back")
		}
		if got := s.IDs.New(); got != next {
			t.Errorf("behind the snapshot comes %v, want %v", got, next)
		}
	}
	if returned(t, s, "none") || s.Discard("none") || !s.Discard("before") || returned(t, s, "before") {
		t.Error("snapshots are found that are not there, or the reverse")
	}
	for i := range quota.Snapshots {
		if _, err := s.Keep(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Keep("one more"); err == nil {
		t.Error("there is no limit to snapshots")
	}
	if _, err := s.Keep("0"); err != nil {
		t.Errorf("a snapshot cannot be taken again: %v", err)
	}
}

// TestLimit holds how room is made for a session: of those whose time is over,
// else of the one that was idle longest, never of one in use.
func TestLimit(t *testing.T) {
	t.Parallel()
	var dropped []string
	all, m := newSessions(session.Options{Limit: 2, TTL: time.Hour, Dropped: func(id string) { dropped = append(dropped, id) }})
	create := func(id string) error {
		_, err := all.Create(session.Spec{ID: id})
		return err
	}
	if err := errors.Join(create("a"), create("b")); err != nil {
		t.Fatal(err)
	}
	if err := create("c"); !errors.Is(err, session.ErrFull) {
		t.Errorf("with both sessions in use a third gives %v, want ErrFull", err)
	}
	m.add(2 * time.Minute)
	if _, err := all.Get("a"); err != nil {
		t.Fatal(err)
	}
	if err := create("c"); err != nil || !slices.Equal(dropped, []string{"b"}) {
		t.Errorf("got %v and dropped %v, want b to make room", err, dropped)
	}
	m.add(2 * time.Hour)
	if _, err := all.Get("a"); !errors.Is(err, session.ErrUnknown) {
		t.Errorf("a session whose time is over is found: %v", err)
	}
	if err := errors.Join(create("a"), create("c")); err != nil {
		t.Errorf("IDs of sessions whose time is over cannot be used again: %v", err)
	}
	if n := len(all.List()); n != 3 {
		t.Errorf("there are %d sessions, want the default one, a and c", n)
	}
}

// TestNames holds which IDs a session may have.
func TestNames(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	for _, c := range []struct {
		id   string
		want error
	}{
		{"a", nil}, {"a", session.ErrTaken}, {"default", session.ErrTaken}, {"0-9", nil}, {"", nil}, {"", nil},
		{"A", session.ErrBadID}, {"-a", session.ErrBadID}, {"a.b", session.ErrBadID}, {"a/b", session.ErrBadID}, {"..", session.ErrBadID},
		{"a%2f", session.ErrBadID}, {"ä", session.ErrBadID}, {"a\n", session.ErrBadID}, {string(make([]byte, 64)), session.ErrBadID},
	} {
		if _, err := all.Create(session.Spec{ID: c.id}); !errors.Is(err, c.want) {
			t.Errorf("ID %q: got %v, want %v", c.id, err, c.want)
		}
	}
	if err := all.Drop(session.DefaultID); !errors.Is(err, session.ErrDefault) {
		t.Errorf("the default session can be dropped: %v", err)
	}
	if err := errors.Join(all.Drop("a")); err != nil {
		t.Error(err)
	}
	if err := all.Drop("a"); !errors.Is(err, session.ErrUnknown) {
		t.Errorf("a session can be dropped twice: %v", err)
	}
}

// TestClock holds how each mode goes.
func TestClock(t *testing.T) {
	t.Parallel()
	all, m := newSessions(session.Options{})
	c := &all.Default().Clock
	start := m.Now()
	at := time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)
	for _, s := range []struct {
		set   session.ClockSetting
		ticks [3]time.Time // the machine's clock goes on by a second between them
	}{
		{session.ClockSetting{Mode: session.ClockReal}, [3]time.Time{start, start.Add(time.Second), start.Add(2 * time.Second)}},
		{session.ClockSetting{Mode: session.ClockFrozen, At: at}, [3]time.Time{at, at, at}},
		{session.ClockSetting{Mode: session.ClockOffset, Offset: -time.Hour}, [3]time.Time{start.Add(-time.Hour), start.Add(time.Second - time.Hour), start.Add(2*time.Second - time.Hour)}},
		{session.ClockSetting{Mode: session.ClockStep, At: at, Step: time.Minute}, [3]time.Time{at, at.Add(time.Minute), at.Add(2 * time.Minute)}},
	} {
		m.add(start.Sub(m.Now()))
		c.Set(s.set)
		for i, want := range s.ticks {
			if got := c.Now(); !got.Equal(want) {
				t.Errorf("%s: Now before request %d is %v, want %v", s.set.Mode, i+1, got, want)
			}
			if got := c.Tick(); !got.Equal(want) {
				t.Errorf("%s: request %d is at %v, want %v", s.set.Mode, i+1, got, want)
			}
			m.add(time.Second)
		}
	}
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	c.Set(session.ClockSetting{Mode: session.ClockStep, At: last, Step: time.Hour})
	c.Tick()
	if got := c.Tick(); !got.Equal(last) {
		t.Errorf("behind the last year comes %v, want the clock to stand still", got)
	}
}

// TestStepsUnderConcurrency holds that each request has a time of its own.
func TestStepsUnderConcurrency(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	s := all.Default()
	at := time.Unix(1e9, 0)
	s.Clock.Set(session.ClockSetting{Mode: session.ClockStep, At: at, Step: time.Second})
	const n = 1000
	seen := make(chan time.Time, n)
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() { seen <- s.Clock.Tick() })
	}
	wait.Wait()
	close(seen)
	times := map[time.Time]bool{}
	for at := range seen {
		times[at] = true
	}
	if len(times) != n || !times[at] || !times[at.Add((n-1)*time.Second)] {
		t.Errorf("%d requests have %d times, want each its own", n, len(times))
	}
}

// BenchmarkSession makes and drops sessions over few and over many records.
func BenchmarkSession(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			all := session.NewSessions(session.Options{Fixtures: ground(n), Now: time.Now, NewID: uuid.New})
			b.ReportAllocs()
			for b.Loop() {
				s, err := all.Create(session.Spec{})
				if err != nil {
					b.Fatal(err)
				}
				if err := all.Drop(s.Spec.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReset resets a session of a few changes.
func BenchmarkReset(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			all := session.NewSessions(session.Options{Fixtures: ground(n), Now: time.Now, NewID: uuid.New})
			b.ReportAllocs()
			for b.Loop() {
				all.Default().Store.Deactivate(first, nil)
				all.Reset(all.Default())
			}
		})
	}
}
