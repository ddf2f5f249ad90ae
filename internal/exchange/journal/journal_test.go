package journal

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"dispatchmock/internal/exchange"
)

var roomy = Limits{Count: 1000, Bytes: 64 << 20}

func in(session string) *exchange.Exchange { return &exchange.Exchange{Session: session, Status: 200} }

func heavy(session string, bytes int) *exchange.Exchange {
	x := in(session)
	x.Response.Body = make([]byte, bytes)
	return x
}

func ids(list []*exchange.Exchange) []uint64 {
	var ids []uint64
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return ids
}

// TestFairEviction holds that the session that holds most pays for what is
// too much, by the limit that is passed.
func TestFairEviction(t *testing.T) {
	t.Parallel()
	t.Run("count", func(t *testing.T) {
		t.Parallel()
		j := New(Limits{Count: 20, Bytes: 64 << 20})
		for i := range 5 {
			for range 2 {
				j.Add(nil, in(fmt.Sprint("quiet-", i)))
			}
		}
		for range 1000 {
			j.Add(nil, in("loud"))
		}
		for i := range 5 {
			if got := ids(j.All(fmt.Sprint("quiet-", i))); !slices.Equal(got, []uint64{uint64(2*i + 1), uint64(2*i + 2)}) {
				t.Errorf("quiet-%d has %v, want both of its exchanges", i, got)
			}
		}
		if got := ids(j.All("loud")); len(got) != 10 || got[0] != 1001 {
			t.Errorf("loud has %v, want its last 10", got)
		}
		if got := j.Lost("loud"); got != 990 {
			t.Errorf("loud lost %d, want 990", got)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		t.Parallel()
		j := New(Limits{Count: 1000, Bytes: 100 << 10})
		for range 30 {
			j.Add(nil, in("many small"))
		}
		for range 20 {
			j.Add(nil, heavy("few large", 20<<10))
		}
		if got := len(j.All("many small")); got != 30 {
			t.Errorf("the session of %d KB has %d of its 30 exchanges", 30, got)
		}
		if got := len(j.All("few large")); got != 3 {
			t.Errorf("the session of large exchanges has %d, want 3 of 21 KB in 70 KB", got)
		}
	})
	t.Run("alike", func(t *testing.T) {
		t.Parallel()
		j := New(Limits{Count: 3, Bytes: 1 << 20})
		for _, s := range []string{"a", "b", "c", "d", "e"} {
			j.Add(nil, in(s))
		}
		found, _ := j.Find(Filter{})
		if got := ids(found); !slices.Equal(got, []uint64{5, 4, 3}) {
			t.Errorf("kept %v, want the newest where all hold the same", got)
		}
	})
}

// TestLimits holds that no limit is ever passed, not even by one exchange.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		limits Limits
		add    *exchange.Exchange
		want   int
	}{
		{"fits", Limits{1, 2048}, heavy("a", 1000), 1},
		{"too large for all, shortened", Limits{1, 2048}, heavy("a", 1025), 1},
		{"too large in any form", Limits{10, 1000}, heavy("a", 1025), 0},
		{"keeps nothing", Limits{0, 2048}, in("a"), 0},
		{"no bytes", Limits{10, 0}, in("a"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := New(c.limits)
			for range 3 {
				x := *c.add
				j.Add(nil, &x)
				if x.ID != j.Last() || j.Len() != c.want || j.Size() > c.limits.Bytes {
					t.Errorf("ID %d of %d, %d exchanges of %d bytes, want %d", x.ID, j.Last(), j.Len(), j.Size(), c.want)
				}
			}
		})
	}
}

// TestLargeExchange holds that an exchange which is larger than the journal
// costs its session nothing that was there: what does not fit is left out of
// its bodies, and that is said.
func TestLargeExchange(t *testing.T) {
	t.Parallel()
	const limit = 100 << 10
	for _, c := range []struct {
		name   string
		size   int
		admin  bool
		before int // small exchanges of the session
		after  int // those that are left
		kept   int // bytes of the body, at least
		whole  bool
	}{
		{"a change that fits beside the others", limit / 2, true, 3, 3, limit / 2, true},
		{"a large change alone", limit - 5<<10, true, 0, 0, limit - 5<<10, true},
		{"a large change", limit - 5<<10, true, 10, 10, 10 << 10, false},
		{"a change larger than the journal", 4 << 20, true, 10, 10, 10 << 10, false},
		{"an answer larger than the journal, alone", limit, false, 0, 0, 10 << 10, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := New(Limits{Count: 1000, Bytes: limit})
			for range c.before {
				j.Add(nil, in("a"))
			}
			x := in("a")
			x.Admin = c.admin
			x.Request.Body, x.Request.Size = make([]byte, c.size), int64(c.size)
			j.Add(nil, x)
			all := j.All("a")
			if len(all) != c.after+1 || j.Lost("a") != uint64(c.before-c.after) || j.Size() > limit {
				t.Fatalf("has %d exchanges of %d bytes, and lost %d; want %d", len(all), j.Size(), j.Lost("a"), c.after+1)
			}
			last := all[len(all)-1].Request
			if last.Size != int64(c.size) || len(last.Body) < c.kept || cap(last.Body) > limit || (last.Error == exchange.Shortened) == c.whole || c.whole && len(last.Body) != c.size {
				t.Errorf("of a body of %d bytes it has %d, error %q; want at least %d, whole: %v", last.Size, len(last.Body), last.Error, c.kept, c.whole)
			}
			if x.ID != j.Last() || len(x.Request.Body) != c.size {
				t.Error("the exchange that was handed over has no ID, or was changed")
			}
		})
	}
}

// TestHeadLargerThanTheJournal holds that of an exchange that does not fit in
// any form nothing is kept, and nothing else is let go.
func TestHeadLargerThanTheJournal(t *testing.T) {
	t.Parallel()
	j := New(Limits{Count: 1000, Bytes: 10 << 10})
	watched, err := j.Subscribe(Filter{Session: "a"}, 10)
	if err != nil {
		t.Fatal(err)
	}
	j.Add(nil, in("a"))
	<-watched.C()
	large := in("a")
	large.Path = strings.Repeat("/x", 10<<10)
	j.Add(nil, large)
	j.Add(nil, in("b"))
	if _, open := <-watched.C(); open || !watched.Dropped() {
		t.Error("a reader is not told that it has missed an exchange")
	}
	if got := ids(j.All("a")); !slices.Equal(got, []uint64{1}) || j.Lost("a") != 1 || j.Lost("") != 1 || j.Len() != 2 {
		t.Errorf("a has %v and lost %d of all %d, want its first, and the second lost", got, j.Lost("a"), j.Lost(""))
	}
	j.Forget("a")
	if j.Lost("") != 0 || j.Len() != 1 {
		t.Errorf("after that nothing of a is to be left; %d lost, %d kept", j.Lost(""), j.Len())
	}
}

// TestOrder holds the order of All, and that a request ID finds all that had
// it.
func TestOrder(t *testing.T) {
	t.Parallel()
	j := New(roomy)
	for i, x := range []exchange.Exchange{
		{Session: "a", Sequence: 2, RequestID: "ED5B"},
		{Session: "b", Sequence: 1, RequestID: "ed5b"},
		{Session: "a", Sequence: 1, RequestID: "other"},
		{Session: "a", Sequence: 3, RequestID: "ed5b"},
	} {
		j.Add(nil, &x)
		if x.ID != uint64(i+1) {
			t.Errorf("got ID %d, want %d", x.ID, i+1)
		}
	}
	for _, c := range []struct {
		name string
		got  []*exchange.Exchange
		want []uint64
	}{
		{"all of a session", j.All("a"), []uint64{3, 1, 4}},
		{"all of nobody", j.All("c"), nil},
		{"request ID", j.ByRequestID("", "ed5b"), []uint64{4, 2, 1}},
		{"request ID in a session", j.ByRequestID("a", "ed5b"), []uint64{4, 1}},
		{"request ID of nobody", j.ByRequestID("", "ed5"), nil},
	} {
		if !slices.Equal(ids(c.got), c.want) {
			t.Errorf("%s: got %v, want %v", c.name, ids(c.got), c.want)
		}
	}
}

// TestEmptyLogs holds that sessions that ended, and whose late requests
// were evicted, leave no more than a bounded trace.
func TestEmptyLogs(t *testing.T) {
	t.Parallel()
	j := New(Limits{Count: 1, Bytes: 1 << 20})
	for i := range 3 * maxEmpty {
		j.Add(nil, in(fmt.Sprint(i)))
		if len(j.sessions) > maxEmpty+2 {
			t.Fatalf("%d logs for one exchange", len(j.sessions))
		}
	}
	j = New(roomy)
	for i := range 1000 {
		j.Add(nil, in(fmt.Sprint(i)))
		j.Forget(fmt.Sprint(i))
	}
	if len(j.sessions)+len(j.full)+j.Len() != 0 || j.Size() != 0 {
		t.Errorf("after all is forgotten: %d session logs, %d exchanges, %d bytes", len(j.sessions), j.Len(), j.Size())
	}
}

// TestManyAtOnce lets all be called at once, for the race detector, and holds
// the sums.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	j := New(Limits{Count: 300, Bytes: 1 << 20})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			session := fmt.Sprint("s", worker/2)
			for i := range 400 {
				j.Add(nil, in(session))
				switch i % 20 {
				case 3:
					j.Find(Filter{Session: session, Text: "x", Limit: 10})
				case 7:
					j.Forget(session)
				case 11:
					for x := range j.Each(Filter{}) {
						if x.ID == 0 {
							t.Error("an exchange without ID")
						}
					}
				}
			}
		})
	}
	wg.Wait()
	if j.Last() != 3200 || j.Len() > 300 || len(slices.Collect(j.Each(Filter{}))) != j.Len() {
		t.Errorf("%d added, %d kept, %d found", j.Last(), j.Len(), len(slices.Collect(j.Each(Filter{}))))
	}
}

// TestSizeOf holds that what a client can make large counts.
func TestSizeOf(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	for name, x := range map[string]*exchange.Exchange{
		"path":          {Path: long},
		"request head":  {Request: exchange.Message{Head: long}},
		"request body":  {Request: exchange.Message{Body: []byte(long)}},
		"response head": {Response: exchange.Message{Head: long}},
		"response body": {Response: exchange.Message{Body: []byte(long)}},
		"problem":       {Problems: []exchange.Violation{{Value: long}}},
		"violation":     {Violations: []exchange.Violation{{Hint: long}}},
		"deliberate":    {Deliberate: []exchange.Violation{{Rule: long}}},
		"error":         {Err: fmt.Errorf("%s", long)},
		"states":        {States: func() (a, b []byte) { return nil, nil }},
	} {
		if got := sizeOf(x) - sizeOf(&exchange.Exchange{}); got < 1000 {
			t.Errorf("%s of 1000 bytes counts as %d", name, got)
		}
	}
}

// TestNothingOfASessionThatIsOver holds that an exchange which ends after its
// session leaves nothing that a later session of the same name would see.
func TestNothingOfASessionThatIsOver(t *testing.T) {
	t.Parallel()
	j := New(roomy)
	over := false
	isOver := func() bool { return over }
	j.Add(isOver, in("mine"))
	if got := len(j.All("mine")); got != 1 {
		t.Fatalf("the session has %d exchanges, want 1", got)
	}
	over = true
	j.Forget("mine")
	j.Add(isOver, in("mine"))
	if got := j.All("mine"); len(got) != 0 || j.Len() != 0 {
		t.Errorf("the journal has %d exchanges, and %d of the session that is over, want none", j.Len(), len(got))
	}
}

// Len returns how many exchanges are kept.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.count
}

// Size returns how many bytes the exchanges hold, by estimate.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.bytes
}
