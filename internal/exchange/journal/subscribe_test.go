package journal

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dispatchmock/internal/exchange"
)

func subscribe(t testing.TB, j *Journal, f Filter, queue int) *Subscription {
	t.Helper()
	s, err := j.Subscribe(f, queue)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// pending reads what can be had without waiting.
func pending(s *Subscription) (got []uint64, open bool) {
	for {
		synctest.Wait()
		select {
		case x, ok := <-s.C():
			if !ok {
				return got, false
			}
			got = append(got, x.ID)
		default:
			return got, true
		}
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(roomy)
		j.Add(nil, in("a"))
		all := subscribe(t, j, Filter{}, 100)
		ofA := subscribe(t, j, Filter{Session: "a"}, 100)
		faulty := subscribe(t, j, Filter{Status: "4xx", Limit: 1, Before: 1}, 100)
		for i := range 200 {
			x := in([]string{"a", "b"}[i%2])
			if i%50 == 0 {
				x.Status = 404
			}
			j.Add(nil, x)
			if i%40 == 0 {
				j.Forget("b") // nobody is dropped for it
			}
			for name, c := range map[string]struct {
				s    *Subscription
				want bool
			}{"all": {all, true}, "session": {ofA, i%2 == 0}, "status": {faulty, i%50 == 0}} {
				got, open := pending(c.s)
				if !open || c.want != slices.Equal(got, []uint64{x.ID}) || !c.want && len(got) > 0 {
					t.Fatalf("%s: got %v, open: %v, after %d", name, got, open, x.ID)
				}
			}
		}
		all.Close()
		all.Close()
		if _, open := pending(all); open || all.Dropped() {
			t.Errorf("after Close: open: %v, dropped: %v", open, all.Dropped())
		}
	})
}

// TestSlowSubscriber holds that a slow reader is dropped, and another not.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(roomy)
		slow, patient := subscribe(t, j, Filter{}, 10), subscribe(t, j, Filter{}, 1000)
		synctest.Wait()
		for range 100 {
			j.Add(nil, in("a"))
		}
		got, open := pending(slow)
		if open || !slow.Dropped() || len(got) > batch {
			t.Errorf("the slow one got %d, open: %v, dropped: %v", len(got), open, slow.Dropped())
		}
		if got, open := pending(patient); !open || patient.Dropped() || len(got) != 100 {
			t.Errorf("the other got %d, open: %v, dropped: %v", len(got), open, patient.Dropped())
		}
		again, err := j.SubscribeAfter(Filter{After: uint64(len(got))}, 10)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		rest, open := pending(again)
		if !open || again.Missed() || len(got)+len(rest) != 100 || rest[0] != uint64(len(got))+1 {
			t.Errorf("subscribed again, got %d and %v, open: %v", len(got), rest, open)
		}
	})
}

// TestEvictedUnseen holds that nobody who missed something is told nothing.
func TestEvictedUnseen(t *testing.T) {
	t.Parallel()
	for _, session := range []string{"", "a"} {
		t.Run("session "+session, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j := New(Limits{Count: 10, Bytes: 1 << 20})
				s := subscribe(t, j, Filter{Session: session}, 1000)
				synctest.Wait()
				for range 200 {
					j.Add(nil, in("a"))
				}
				if got, open := pending(s); open || !s.Dropped() {
					t.Errorf("got %v, open: %v, dropped: %v, want it dropped", got, open, s.Dropped())
				}
				late, err := j.SubscribeAfter(Filter{Session: session, After: 150}, 1000)
				if err != nil {
					t.Fatal(err)
				}
				defer late.Close()
				got, open := pending(late)
				if !open || !late.Missed() || !slices.Equal(got, []uint64{191, 192, 193, 194, 195, 196, 197, 198, 199, 200}) {
					t.Errorf("the late one got %v, open: %v, missed: %v", got, open, late.Missed())
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		j := New(Limits{Count: 1, Bytes: 1 << 20})
		slow, quiet := subscribe(t, j, Filter{Session: "slow"}, 1000), subscribe(t, j, Filter{Session: "quiet"}, 1000)
		synctest.Wait()
		j.Add(nil, in("slow"))
		synctest.Wait()
		j.Add(nil, in("slow"))
		for i := range maxEmpty + 1 {
			j.Add(nil, in(fmt.Sprint("s", i)))
		}
		if j.swept == 0 {
			t.Fatal("no log was swept")
		}
		if got, open := pending(slow); open || !slow.Dropped() || !slices.Equal(got, []uint64{1}) {
			t.Errorf("got %v, open: %v; what a swept log had lost was not seen", got, open)
		}
		j.Add(nil, in("quiet"))
		if got, open := pending(quiet); !open || len(got) != 1 {
			t.Errorf("the quiet one got %v, open: %v; nothing of its was lost", got, open)
		}
	})
}

// TestCatchUp holds that a reader that comes back while exchanges are added
// gets each once.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	const count = 3000
	j := New(Limits{Count: count, Bytes: 64 << 20})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range count / 3 {
				j.Add(nil, in("a"))
			}
		})
	}
	var seen uint64
	for round := 0; seen < count; round++ {
		s, err := j.SubscribeAfter(Filter{Session: []string{"", "a"}[round%2], After: seen}, count)
		if err != nil {
			t.Fatal(err)
		}
		for range 150 {
			if seen == count {
				break
			}
			x, ok := <-s.C()
			if !ok {
				t.Fatalf("dropped behind %d", seen)
			}
			if x.ID != seen+1 {
				t.Fatalf("got %d behind %d", x.ID, seen)
			}
			seen = x.ID
		}
		s.Close()
	}
	wg.Wait()
}

// TestSubscribers holds the bound on their number, that those who leave make
// room, and that nothing of them is left.
func TestSubscribers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(roomy)
		var open []*Subscription
		for i := range MaxSubscribers {
			open = append(open, subscribe(t, j, Filter{Session: []string{"", "a", "b"}[i%3]}, 10))
		}
		if _, err := j.Subscribe(Filter{}, 10); !errors.Is(err, ErrTooMany) {
			t.Errorf("got %v, want that there are too many", err)
		}
		synctest.Wait()
		j.Add(nil, in("a"))
		time.Sleep(pace) // by the bubble's clock
		var got int
		for _, s := range open {
			ids, _ := pending(s)
			got += len(ids)
		}
		if want := MaxSubscribers - MaxSubscribers/3; got != want {
			t.Errorf("%d were told, want %d", got, want)
		}
		open[0].Close()
		synctest.Wait()
		subscribe(t, j, Filter{}, 10).Close()
		for _, s := range open {
			s.Close()
		}
		synctest.Wait()
		if j.subscribers+len(j.waiting) != 0 {
			t.Errorf("left: %d subscribers, %d sessions they wait for", j.subscribers, len(j.waiting))
		}
	})
	for _, l := range []Limits{{0, 1}, {1, 0}} {
		if _, err := New(l).Subscribe(Filter{}, 10); !errors.Is(err, ErrKeepsNothing) {
			t.Errorf("%+v: got %v, want that nothing is kept", l, err)
		}
	}
}

// TestAfterAnotherRun holds that an ID of a journal that is gone does not
// silence a reader.
func TestAfterAnotherRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(roomy)
		s, err := j.SubscribeAfter(Filter{After: 1 << 40}, 10)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		j.Add(nil, &exchange.Exchange{Session: "a"})
		if got, _ := pending(s); !slices.Equal(got, []uint64{1}) {
			t.Errorf("got %v, want what is added", got)
		}
	})
}
