package journal

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
)

// Find returns the exchanges that the filter admits, the newest first, and
// whether there are more than its limit.
func (j *Journal) Find(f Filter) (found []*exchange.Exchange, more bool) {
	admits := f.matcher()
	for x := range j.scan(f.Session, f.After, f.Before, true) {
		if !admits(x) {
			continue
		}
		if f.Limit > 0 && len(found) == f.Limit {
			return found, true
		}
		found = append(found, x)
	}
	return found, false
}

// ByID returns the exchange of an ID.
func (j *Journal) ByID(id uint64) (*exchange.Exchange, bool) {
	for x := range j.scan("", id-1, id+1, false) {
		return x, true
	}
	return nil, false
}

// ByRequestID returns the exchanges of a request ID, the newest first: a
// client may send the same one again. The session "" is all sessions.
func (j *Journal) ByRequestID(session, id string) []*exchange.Exchange {
	var found []*exchange.Exchange
	for x := range j.scan(session, 0, 0, true) {
		if strings.EqualFold(x.RequestID, id) {
			found = append(found, x)
		}
	}
	return found
}

// All returns what the journal has of a session, in the order in which the
// requests arrived.
func (j *Journal) All(session string) []*exchange.Exchange {
	all := slices.Collect(j.scan(session, 0, 0, false))
	slices.SortStableFunc(all, func(a, b *exchange.Exchange) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return all
}

// Each goes through the exchanges that the filter admits, by ID, the oldest
// first. What is evicted or added meanwhile may be missing or there.
func (j *Journal) Each(f Filter) iter.Seq[*exchange.Exchange] {
	return func(yield func(*exchange.Exchange) bool) {
		admits := f.matcher()
		left := f.Limit
		for x := range j.scan(f.Session, f.After, f.Before, false) {
			if !admits(x) {
				continue
			}
			if left--; !yield(x) || left == 0 {
				return
			}
		}
	}
}

// batch is how many exchanges are read at once: no reader keeps the lock for
// long, or the memory of what is evicted meanwhile.
const batch = 64

// scan goes through the exchanges of a session, or of all for "", between two
// IDs; a before of 0 is no bound.
func (j *Journal) scan(session string, after, before uint64, newestFirst bool) iter.Seq[*exchange.Exchange] {
	return func(yield func(*exchange.Exchange) bool) {
		var room [batch]*exchange.Exchange
		for {
			some := j.read(room[:0], session, after, before, newestFirst)
			for _, x := range some {
				if !yield(x) {
					return
				}
				if newestFirst {
					before = x.ID
				} else {
					after = x.ID
				}
			}
			if len(some) == 0 {
				return
			}
		}
	}
}

// read fills room with the first exchanges that scan goes through.
func (j *Journal) read(room []*exchange.Exchange, session string, after, before uint64, newestFirst bool) []*exchange.Exchange {
	j.mu.Lock()
	defer j.mu.Unlock()
	entries := j.after(session, after)
	if before > 0 {
		end, _ := slices.BinarySearchFunc(entries, before, compareID)
		entries = entries[:end]
	}
	if newestFirst {
		return fill(room, slices.Backward(entries))
	}
	return fill(room, slices.All(entries))
}

// fill fills room with the exchanges of entries that still have one.
func fill(room []*exchange.Exchange, entries iter.Seq2[int, *entry]) []*exchange.Exchange {
	for _, e := range entries {
		if e.x == nil {
			continue
		}
		if room = append(room, e.x); len(room) == cap(room) {
			break
		}
	}
	return room
}

// after returns the entries of a session, or of all for "", whose ID is greater
// than the given one.
func (j *Journal) after(session string, id uint64) []*entry {
	entries := j.all
	if session != "" {
		entries = nil
		if s := j.sessions[session]; s != nil {
			entries = s.entries
		}
	}
	start, _ := slices.BinarySearchFunc(entries, id+1, compareID)
	return entries[start:]
}

func compareID(e *entry, id uint64) int { return cmp.Compare(e.id, id) }
