// Package quota says how much sessions may hold, by number and by bytes, and
// counts the bytes: those of each session, and those of all together.
package quota

import (
	"fmt"
	"sync"
)

// How many of each a session may have.
const (
	Records     = 10_000 // that the fixtures have not
	Pins        = 10_000
	Snapshots   = 32
	Scenarios   = 200 // of its own
	ScenariosOn = 200
)

// How many bytes a session may hold, and all sessions together: the documents
// that they were made of, records, version pins, scenarios and snapshots.
const (
	SessionBytes = 64 << 20
	TotalBytes   = 256 << 20
)

// Bytes that are held beside what is counted.
const (
	// PerSession is what an empty session takes.
	PerSession = 4 << 10
	// PerEntry is what an entry of a map takes, without what it points to.
	PerEntry = 256
)

// Text returns how many bytes a text, or any block, of a length takes.
func Text(length int) int64 {
	if length == 0 {
		return 0
	}
	return int64(length + length/8 + 16)
}

// Quota is what all sessions together may hold. It is safe for concurrent use.
type Quota struct {
	session, total int64 // the limits

	mu   sync.Mutex
	held int64
}

// New returns a quota of bytes for each session, and for all together.
func New(session, total int64) *Quota { return &Quota{session: session, total: total} }

// Held returns how many bytes all sessions hold.
func (q *Quota) Held() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held
}

// FullError says that a limit of bytes would be passed. Nothing was changed.
type FullError struct {
	// Total is set where all sessions together would pass their limit.
	Total bool
	// Held is what is held already, More what was asked for.
	Held, More, Limit int64
}

func (e *FullError) Error() string {
	who, hint := "the session holds", "remove records, drop snapshots, or reset the session"
	if e.Total {
		who, hint = "all sessions together hold", "drop sessions, or reset those that hold much"
	}
	return fmt.Sprintf("%s %d bytes, and with %d more would pass the limit of %d: %s", who, e.Held, e.More, e.Limit, hint)
}

// Account is what one session holds. A nil Account has no limits. It is safe
// for concurrent use.
type Account struct {
	quota *Quota
	// held is what the session holds, kept what it can always go back to: the
	// larger of the two counts, so that a reset never lacks room.
	held, kept int64
	closed     bool
}

// Open returns the account of a new session that can always go back to holding
// a number of bytes.
func (q *Quota) Open(kept int64) (*Account, error) {
	a := &Account{quota: q}
	return a, a.Keep(kept)
}

// Keep changes how many bytes the session can always go back to.
func (a *Account) Keep(kept int64) error { return a.change(0, kept-a.kept, true) }

// Take adds to what the session holds, or returns a *FullError. Less than
// nothing gives back, and always succeeds.
func (a *Account) Take(n int64) error { return a.change(n, 0, n > 0) }

// Force adds to what the session holds, whatever the limits say: for what was
// allowed before.
func (a *Account) Force(n int64) { _ = a.change(n, 0, false) } // nothing is checked

func (a *Account) change(held, kept int64, checked bool) error {
	if a == nil || held == 0 && kept == 0 {
		return nil
	}
	q := a.quota
	q.mu.Lock()
	defer q.mu.Unlock()
	if a.closed {
		return nil // all that it holds goes with it
	}
	was := a.counted()
	held, kept = a.held+held, a.kept+kept
	now := max(held, kept)
	if more := now - was; checked && more > 0 {
		if now > q.session {
			return &FullError{Held: was, More: more, Limit: q.session}
		}
		if q.held+more > q.total {
			return &FullError{Total: true, Held: q.held, More: more, Limit: q.total}
		}
	}
	a.held, a.kept = held, kept
	q.held += now - was
	return nil
}

func (a *Account) counted() int64 { return max(a.held, a.kept) }

// Held returns how many bytes count for the session.
func (a *Account) Held() int64 {
	a.quota.mu.Lock()
	defer a.quota.mu.Unlock()
	return a.counted()
}

// Close gives back all that the session holds.
func (a *Account) Close() {
	q := a.quota
	q.mu.Lock()
	defer q.mu.Unlock()
	if !a.closed {
		a.closed = true
		q.held -= a.counted()
	}
}
