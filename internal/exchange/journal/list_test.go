package journal

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dispatchmock/internal/exchange"
)

// TestAgainstList drives a journal and a plain list with the same random
// steps.
func TestAgainstList(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			limits := Limits{Count: 1 + r.IntN(200), Bytes: int64(4<<10 + r.IntN(300<<10))}
			j, l := New(limits), &list{Limits: limits, lost: map[string]uint64{}}
			for step := range 1500 {
				session := fmt.Sprint("s", r.IntN(1+r.IntN(12)))
				if r.IntN(50) == 0 {
					j.Forget(session)
					l.forget(session)
				} else {
					x := heavy(session, r.IntN(2000))
					j.Add(nil, x)
					l.add(x)
				}
				if j.Len() != len(l.kept) || j.Size() != l.bytes() {
					t.Fatalf("step %d: %d exchanges of %d bytes, want %d of %d", step, j.Len(), j.Size(), len(l.kept), l.bytes())
				}
				if step%10 == 0 {
					l.compare(t, j, r)
				}
			}
			if len(j.sessions) > 12 || len(j.all) > 2*limits.Count+200 {
				t.Errorf("%d session logs, %d places: want no more than is of use", len(j.sessions), len(j.all))
			}
		})
	}
}

// list is a journal as one would write it without a thought of speed.
type list struct {
	Limits
	kept []*exchange.Exchange
	lost map[string]uint64
}

func (l *list) bytes() (n int64) {
	for _, x := range l.kept {
		n += sizeOf(x)
	}
	return n
}

func (l *list) forget(session string) {
	l.kept = slices.DeleteFunc(l.kept, func(x *exchange.Exchange) bool { return x.Session == session })
	delete(l.lost, session)
}

func (l *list) add(x *exchange.Exchange) {
	l.kept = append(l.kept, x)
	for len(l.kept) > l.Count {
		l.evict(func(*exchange.Exchange) int64 { return 1 })
	}
	for l.bytes() > l.Bytes {
		l.evict(sizeOf)
	}
}

func (l *list) evict(weight func(*exchange.Exchange) int64) {
	weights := map[string]int64{}
	for _, x := range l.kept {
		weights[x.Session] += weight(x)
	}
	// Of those that hold most, MaxFunc finds the one with the oldest exchange.
	most := slices.MaxFunc(l.kept, func(a, b *exchange.Exchange) int { return cmp.Compare(weights[a.Session], weights[b.Session]) })
	l.lost[most.Session]++
	l.kept = slices.DeleteFunc(l.kept, func(x *exchange.Exchange) bool { return x == most })
}

func (l *list) compare(t *testing.T, j *Journal, r *rand.Rand) {
	t.Helper()
	f := Filter{Limit: r.IntN(4) * r.IntN(100), After: uint64(r.IntN(2) * r.IntN(int(j.Last())+2)), Before: uint64(r.IntN(2) * r.IntN(int(j.Last())+2))}
	if r.IntN(2) == 0 {
		f.Session = fmt.Sprint("s", r.IntN(12))
	}
	var want []uint64
	for _, x := range l.kept {
		if (f.Session == "" || f.Session == x.Session) && x.ID > f.After && (f.Before == 0 || x.ID < f.Before) {
			want = append(want, x.ID)
		}
	}
	if got := ids(slices.Collect(j.Each(Filter{Session: f.Session, After: f.After, Before: f.Before}))); !slices.Equal(got, want) {
		t.Fatalf("each of %+v: got %v, want %v", f, got, want)
	}
	slices.Reverse(want)
	wantMore := f.Limit > 0 && len(want) > f.Limit
	if wantMore {
		want = want[:f.Limit]
	}
	if found, more := j.Find(f); !slices.Equal(ids(found), want) || more != wantMore {
		t.Fatalf("find %+v: got %v, %v, want %v, %v", f, ids(found), more, want, wantMore)
	}
	id := uint64(r.IntN(int(j.Last()) + 2))
	x, ok := j.ByID(id)
	if i := slices.IndexFunc(l.kept, func(x *exchange.Exchange) bool { return x.ID == id }); ok != (i >= 0) || ok && x != l.kept[i] {
		t.Fatalf("by ID %d: got %v, %v", id, x, ok)
	}
	session := fmt.Sprint("s", r.IntN(12))
	if got := j.Lost(session); got != l.lost[session] {
		t.Fatalf("%s lost %d, want %d", session, got, l.lost[session])
	}
}
