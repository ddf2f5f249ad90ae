// Package journal keeps the newest exchanges of all sessions within limits, and
// delivers them: to queries, and live to subscribers.
package journal

import (
	"cmp"
	"container/heap"
	"slices"
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

	mu       sync.Mutex
	last     uint64 // ID of the newest exchange
	evicted  uint64 // the greatest ID that was evicted
	lost     uint64 // how many were evicted and not forgotten since
	count    int    // how many are kept
	bytes    int64
	all      []*entry // of all sessions, by ID; those without an exchange were removed
	sessions map[string]*sessionLog
	empty    int        // session logs that only remember what they lost
	swept    uint64     // the greatest ID that a swept log had lost
	most     [2]ranking // the logs that hold something, by each of the weights

	subscribers int
	waiting     map[string][]*Subscription // for an exchange of a session; "" is any
	called      []*Subscription            // are to be woken together
}

// entry is the place of one exchange; x is nil once it was removed.
type entry struct {
	id   uint64
	x    *exchange.Exchange
	size int64
}

// sessionLog is what one session has in the journal.
type sessionLog struct {
	session string
	entries []*entry // by ID
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
	return &Journal{limits: l, sessions: map[string]*sessionLog{}, most: [2]ranking{{by: byCount}, {by: byBytes}},
		waiting: map[string][]*Subscription{}}
}

// Add gives the exchange its ID and keeps it; nobody may change it afterwards.
// Where a limit is passed, the session that holds most loses its oldest; an
// exchange that would take the place of all others has its bodies shortened.
//
// Where over reports that the session was deleted meanwhile, the exchange is
// dropped: a new session may already use the same ID. Over is called under the
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
	s := j.sessions[x.Session]
	if s == nil {
		s = &sessionLog{session: x.Session}
		j.sessions[x.Session] = s
		j.empty++
	}
	if e.size > j.limits.Bytes { // else all others would go, and then this one
		j.lose(s, e.id)
		j.sweep()
		j.wake(x.Session)
		return
	}
	if len(s.entries) == 0 {
		j.empty--
	}
	s.entries = append(s.entries, e)
	j.all = append(j.all, e)
	j.weigh(s, 1, e.size)
	for j.count > j.limits.Count {
		j.evict(j.most[byCount].logs[0])
	}
	for j.bytes > j.limits.Bytes {
		j.evict(j.most[byBytes].logs[0])
	}
	j.compact()
	j.wake(x.Session)
}

// weigh adds to what a session holds, and moves it in the rankings.
func (j *Journal) weigh(s *sessionLog, count, bytes int64) {
	j.count += int(count)
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

// evict removes the oldest exchange of a session.
func (j *Journal) evict(s *sessionLog) {
	e := s.entries[0]
	s.entries[0] = nil
	s.entries = s.entries[1:]
	j.lose(s, e.id)
	j.weigh(s, -1, -e.size)
	e.x = nil
	if len(s.entries) == 0 {
		j.empty++
		j.sweep()
	}
}

// lose counts an exchange of a session that is not kept any more.
func (j *Journal) lose(s *sessionLog, id uint64) {
	s.lost++
	j.lost++
	s.evicted, j.evicted = id, max(j.evicted, id)
}

// maxEmpty is how many empty logs may remember what they lost.
const maxEmpty = 4096

// sweep deletes the empty logs when there are many.
func (j *Journal) sweep() {
	if j.empty <= maxEmpty {
		return
	}
	for session, s := range j.sessions {
		if len(s.entries) == 0 {
			j.swept = max(j.swept, s.evicted)
			delete(j.sessions, session)
		}
	}
	j.empty = 0
}

// compact drops the removed entries at the front, and the others when they are
// more than what is kept: the cost of each is paid once.
func (j *Journal) compact() {
	for len(j.all) > 0 && j.all[0].x == nil {
		j.all[0] = nil
		j.all = j.all[1:]
	}
	if removed := len(j.all) - j.count; removed > 64 && removed > j.count {
		j.all = slices.DeleteFunc(j.all, func(e *entry) bool { return e.x == nil })
	}
}

// Forget removes all that a session has in the journal.
func (j *Journal) Forget(session string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.sessions[session]
	if s == nil {
		return
	}
	delete(j.sessions, session)
	j.lost -= s.lost
	if len(s.entries) == 0 {
		j.empty--
		return
	}
	for _, e := range s.entries {
		e.x = nil
	}
	j.weigh(s, -s.weight[byCount], -s.weight[byBytes])
	j.compact()
}

// Lost returns how many exchanges of a session, or of all for "", were evicted
// to keep the limits.
func (j *Journal) Lost(session string) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	if session == "" {
		return j.lost
	}
	if s := j.sessions[session]; s != nil {
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

// ranking is a heap of the logs that hold something, the heaviest first; of two
// alike the one whose exchange is older.
type ranking struct {
	by   int
	logs []*sessionLog
}

func (r *ranking) Len() int { return len(r.logs) }

func (r *ranking) Less(i, k int) bool {
	a, b := r.logs[i], r.logs[k]
	if c := cmp.Compare(a.weight[r.by], b.weight[r.by]); c != 0 {
		return c > 0
	}
	return a.oldest() < b.oldest()
}

// oldest returns the ID of a session's first exchange, or 0.
func (s *sessionLog) oldest() uint64 {
	if len(s.entries) == 0 {
		return 0
	}
	return s.entries[0].id
}

func (r *ranking) Swap(i, k int) {
	r.logs[i], r.logs[k] = r.logs[k], r.logs[i]
	r.logs[i].place[r.by], r.logs[k].place[r.by] = i, k
}

func (r *ranking) Push(s any) {
	s.(*sessionLog).place[r.by] = len(r.logs)
	r.logs = append(r.logs, s.(*sessionLog))
}

func (r *ranking) Pop() any {
	end := len(r.logs) - 1
	s := r.logs[end]
	r.logs[end] = nil
	r.logs = r.logs[:end]
	return s
}
