// Package journal keeps the last exchanges of all sessions, within limits, and
// tells what it has: to those who ask, and live to those who subscribed.
package journal

import (
	"container/heap"
	"sync"

	"dispatchmock/internal/exchange"
)

// Limits bound what a journal keeps, over all sessions together. A limit of 0
// keeps nothing.
type Limits struct {
	Count int   // exchanges
	Bytes int64 // memory, as sizeOf estimates it
}

// Journal keeps exchanges. It is safe for concurrent use; a session costs
// nothing in it until its first exchange.
type Journal struct {
	limits Limits

	mu      sync.Mutex
	last    uint64 // ID of the newest exchange
	evicted uint64 // the greatest ID that was evicted
	lost    uint64 // how many were evicted and not forgotten since
	bytes   int64
	order   line // of all sessions, by ID
	shelves map[string]*shelf
	empty   int       // shelves that only remember what they lost
	swept   uint64    // the greatest ID that a swept shelf had lost
	most    []ranking // the shelf that holds most, by each of the weights

	subscribers int
	waiting     int                        // subscriptions that wait for news
	parked      map[string][]*Subscription // those, by the session that they wait for; "" is any
	called      []*Subscription            // those that are to be woken together
}

// shelf is what one session has in the journal.
type shelf struct {
	session string
	line    line
	weight  [2]int64 // by count, by bytes
	place   [2]int   // in the ranking of that weight
	lost    uint64   // how many exchanges were evicted
	evicted uint64   // the greatest ID of those
}

const (
	byCount = iota
	byBytes
)

// New returns an empty journal.
func New(l Limits) *Journal {
	return &Journal{limits: l, shelves: map[string]*shelf{}, most: []ranking{{by: byCount}, {by: byBytes}},
		parked: map[string][]*Subscription{}}
}

// Add gives the exchange its ID and keeps it; nobody may change it afterwards.
// Where a limit is passed, the session that holds most loses its oldest; of an
// exchange that would take the place of all others the bodies are shortened.
//
// Where over reports that the session was deleted meanwhile, the exchange is
// dropped: a new session may already use the same ID. It is asked under the
// lock that Forget takes, and must be true by the time Forget is called.
func (j *Journal) Add(over func() bool, x *exchange.Exchange) {
	size := sizeOf(x)
	j.mu.Lock()
	defer j.mu.Unlock()
	if over != nil && over() {
		return
	}
	j.last++
	x.ID = j.last
	e := j.entry(x, size)
	s := j.shelves[x.Session]
	if s == nil {
		s = &shelf{session: x.Session}
		j.shelves[x.Session] = s
		j.empty++
	}
	if e.size > j.limits.Bytes { // else all others would go, and then this one
		j.lose(s, e.id)
		j.sweep()
		j.wake(x.Session)
		return
	}
	if s.line.len() == 0 {
		j.empty--
	}
	s.line.push(e)
	j.order.push(e)
	j.weigh(s, 1, e.size)
	for j.order.len() > j.limits.Count {
		j.evict(j.most[byCount].shelves[0])
	}
	for j.bytes > j.limits.Bytes {
		j.evict(j.most[byBytes].shelves[0])
	}
	j.order.tidy()
	j.wake(x.Session)
}

// weigh puts a shelf whose weight changes to its place in the rankings.
func (j *Journal) weigh(s *shelf, count, bytes int64) {
	j.bytes += bytes
	before := s.weight[byCount]
	s.weight[byCount] += count
	s.weight[byBytes] += bytes
	for i := range j.most {
		r := &j.most[i]
		switch {
		case before == 0:
			heap.Push(r, s)
		case s.weight[byCount] == 0:
			heap.Remove(r, s.place[i])
		default:
			heap.Fix(r, s.place[i])
		}
	}
}

// evict lets go of the oldest exchange of a shelf.
func (j *Journal) evict(s *shelf) {
	e := s.line.pop()
	j.lose(s, e.id)
	j.weigh(s, -1, -e.size)
	e.x = nil
	j.order.holes++
	if s.line.len() == 0 {
		j.empty++
		j.sweep()
	}
}

// lose counts an exchange of a shelf that is not kept any more.
func (j *Journal) lose(s *shelf, id uint64) {
	s.lost++
	j.lost++
	s.evicted, j.evicted = id, max(j.evicted, id)
}

// maxEmpty is how many empty shelves may remember what they lost.
const maxEmpty = 4096

func (j *Journal) sweep() {
	if j.empty <= maxEmpty {
		return
	}
	for session, s := range j.shelves {
		if s.line.len() == 0 {
			j.swept = max(j.swept, s.evicted)
			delete(j.shelves, session)
		}
	}
	j.empty = 0
}

// Forget lets go of all that a session has in the journal.
func (j *Journal) Forget(session string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.shelves[session]
	if s == nil {
		return
	}
	delete(j.shelves, session)
	j.lost -= s.lost
	if s.line.len() == 0 {
		j.empty--
		return
	}
	for _, e := range s.line.all() {
		e.x = nil
	}
	j.order.holes += s.line.len()
	j.weigh(s, -s.weight[byCount], -s.weight[byBytes])
	j.order.tidy()
}

// Lost returns how many exchanges of a session, or of all for "", were evicted
// to keep the limits.
func (j *Journal) Lost(session string) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	if session == "" {
		return j.lost
	}
	if s := j.shelves[session]; s != nil {
		return s.lost
	}
	return 0
}

// Last returns the ID of the newest exchange that was ever added, or 0.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// ranking is a heap of the shelves that hold something, the heaviest first;
// of two alike the one whose exchange is older.
type ranking struct {
	by      int
	shelves []*shelf
}

func (r *ranking) Len() int { return len(r.shelves) }

func (r *ranking) Less(i, k int) bool {
	a, b := r.shelves[i], r.shelves[k]
	if a.weight[r.by] != b.weight[r.by] {
		return a.weight[r.by] > b.weight[r.by]
	}
	return a.line.oldest() < b.line.oldest()
}

func (r *ranking) Swap(i, k int) {
	r.shelves[i], r.shelves[k] = r.shelves[k], r.shelves[i]
	r.shelves[i].place[r.by], r.shelves[k].place[r.by] = i, k
}

func (r *ranking) Push(s any) {
	s.(*shelf).place[r.by] = len(r.shelves)
	r.shelves = append(r.shelves, s.(*shelf))
}

func (r *ranking) Pop() any {
	end := len(r.shelves) - 1
	s := r.shelves[end]
	r.shelves[end] = nil
	r.shelves = r.shelves[:end]
	return s
}
