package journal

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dispatchmock/internal/exchange"
)

// MaxSubscribers is how many subscriptions may be open at once.
const MaxSubscribers = 1024

// Reasons to refuse a subscription.
var (
	ErrTooMany      = fmt.Errorf("%d subscriptions to the journal are open, and more are not allowed; close one that nobody reads", MaxSubscribers)
	ErrKeepsNothing = errors.New("the journal's limits keep nothing, so nothing can be watched; raise them")
)

// Subscription delivers exchanges as they are added. It is no more than a
// place in the journal, which keeps what is yet to be delivered: nobody waits
// for a slow reader, and a reader that idles holds no memory.
type Subscription struct {
	journal *Journal
	filter  Filter
	queue   int
	cursor  uint64 // the greatest ID that was seen
	live    bool   // has caught up
	c       chan *exchange.Exchange
	wake    chan struct{}
	done    chan struct{}
	close   sync.Once
	missed  bool
	dropped atomic.Bool
}

// Subscribe delivers the exchanges that are added from now on and that the
// filter admits. A reader that lies more than queue exchanges behind is
// dropped.
func (j *Journal) Subscribe(f Filter, queue int) (*Subscription, error) {
	return j.subscribe(f, queue, false)
}

// SubscribeAfter delivers the exchanges behind f.After that are still kept,
// then those that are added from now on: each once, none left out.
func (j *Journal) SubscribeAfter(f Filter, queue int) (*Subscription, error) {
	return j.subscribe(f, queue, true)
}

func (j *Journal) subscribe(f Filter, queue int, catchUp bool) (*Subscription, error) {
	s := &Subscription{journal: j, filter: f, queue: max(queue, 1), c: make(chan *exchange.Exchange),
		wake: make(chan struct{}, 1), done: make(chan struct{})}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.limits.Count <= 0 || j.limits.Bytes <= 0:
		return nil, ErrKeepsNothing
	case j.subscribers == MaxSubscribers:
		return nil, ErrTooMany
	}
	j.subscribers++
	s.cursor = j.last
	if catchUp {
		// Beyond the newest ID there is nothing yet: the ID is of another run.
		s.cursor = min(f.After, j.last)
		if gone := j.gone(f.Session); gone > s.cursor {
			s.cursor, s.missed = gone, true
		}
	}
	go s.run()
	return s, nil
}

// gone returns the greatest ID that was evicted of a session, or of all.
func (j *Journal) gone(session string) uint64 {
	if session == "" {
		return j.evicted
	}
	if s := j.sessions[session]; s != nil {
		return s.evicted
	}
	return 0
}

// C delivers the exchanges. It is closed when the subscription ends.
func (s *Subscription) C() <-chan *exchange.Exchange { return s.c }

// Dropped reports, once C is closed, that the reader was too slow: it has not
// seen all, and may subscribe again behind the last that it saw.
func (s *Subscription) Dropped() bool { return s.dropped.Load() }

// Missed reports that exchanges behind the ID of SubscribeAfter were evicted
// before they could be delivered.
func (s *Subscription) Missed() bool { return s.missed }

// Close ends the subscription.
func (s *Subscription) Close() { s.close.Do(func() { close(s.done) }) }

func (s *Subscription) run() {
	defer s.leave()
	admits := s.filter.matcher()
	var room [batch]*exchange.Exchange
	for {
		some, more, ok := s.take(room[:0])
		if !ok {
			s.dropped.Store(true)
			return
		}
		for _, x := range some {
			if !admits(x) {
				continue
			}
			select {
			case s.c <- x:
			case <-s.done:
				return
			}
		}
		if more {
			continue
		}
		clear(some) // who waits must not keep what is evicted
		select {
		case <-s.wake:
		case <-s.done:
			return
		}
	}
}

// take fills room with what follows the cursor, and lets the subscription wait
// where there is no more. It is not ok if something was evicted unseen or the
// reader lies too far behind.
func (s *Subscription) take(room []*exchange.Exchange) (some []*exchange.Exchange, more, ok bool) {
	j, session := s.journal, s.filter.Session
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gone(session) > s.cursor || session != "" && j.swept > s.cursor {
		return nil, false, false
	}
	ahead := j.after(session, s.cursor)
	if s.live && len(ahead) > s.queue {
		return nil, false, false
	}
	if some = fill(room, slices.All(ahead)); len(some) > 0 {
		s.cursor = some[len(some)-1].ID
	}
	if len(some) == cap(room) {
		return some, true, true
	}
	s.live = true
	j.waiting[session] = append(j.waiting[session], s)
	return some, false, true
}

func (s *Subscription) leave() {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.subscribers--
	if list := slices.DeleteFunc(j.waiting[s.filter.Session], func(o *Subscription) bool { return o == s }); len(list) > 0 {
		j.waiting[s.filter.Session] = list
	} else {
		delete(j.waiting, s.filter.Session)
	}
	close(s.c)
}

// Add wakes up to maxWoken readers by itself. More are woken together, pace
// later: while they catch up they take the lock from those who add.
const (
	maxWoken = 4
	pace     = 10 * time.Millisecond
)

// wake wakes the readers that wait for an exchange of a session.
func (j *Journal) wake(session string) {
	if len(j.waiting) == 0 {
		return
	}
	list := j.waiting[session]
	delete(j.waiting, session)
	if session != "" {
		list = append(list, j.waiting[""]...)
		delete(j.waiting, "")
	}
	for _, s := range list {
		s.cursor = j.last - 1 // until now there was nothing for those who wait
	}
	switch {
	case len(list) <= maxWoken:
		wakeAll(list)
	case len(j.called) == 0:
		j.called = list
		time.AfterFunc(pace, j.call)
	default:
		j.called = append(j.called, list...)
	}
}

// call wakes the readers that were to be woken together.
func (j *Journal) call() {
	j.mu.Lock()
	list := j.called
	j.called = nil
	j.mu.Unlock()
	wakeAll(list)
}

func wakeAll(list []*Subscription) {
	for _, s := range list {
		select {
		case s.wake <- struct{}{}:
		default: // it has left
		}
	}
}
