package journal

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
)

// Filter says which exchanges are meant. What is left empty admits all.
type Filter struct {
	Session string
	// Status is a status such as 404, or a class such as 4xx.
	Status string
	Method string
	// Path is the whole path; a * in it stands for any text.
	Path string
	// Text stands anywhere in the exchange, in capitals or not.
	Text    string
	Verdict exchange.Verdict
	// Since is the earliest start, by the session's clock.
	Since time.Time
	// After and Before are IDs that the exchange's ID lies between; 0 is no
	// bound.
	After, Before uint64
	// Control admits changes through the admin API as well.
	Admin bool
	// Limit is how many are returned at most; 0 is no limit.
	Limit int
}

// maxText is how long the texts of a filter may be, in bytes.
const maxText = 1024

// Check says what is wrong with the filter's texts.
func (f *Filter) Check() error {
	if len(f.Path) > maxText || len(f.Text) > maxText {
		return fmt.Errorf("path and text: each must have at most %d bytes, and they have %d and %d", maxText, len(f.Path), len(f.Text))
	}
	if _, _, ok := statusRange(f.Status); !ok {
		return fmt.Errorf("status %q: must be a status such as 404, or a class such as 4xx", f.Status)
	}
	verdicts := []exchange.Verdict{exchange.VerdictOK, exchange.VerdictRejected, exchange.VerdictInvalid, exchange.VerdictSimulated, exchange.VerdictViolation}
	if f.Verdict != "" && !slices.Contains(verdicts, f.Verdict) {
		return fmt.Errorf("verdict %q: must be one of %q", f.Verdict, verdicts)
	}
	return nil
}

// statusRange returns the statuses that a pattern admits.
func statusRange(pattern string) (least, most int, ok bool) {
	if pattern == "" {
		return 0, 1000, true
	}
	class, isClass := strings.CutSuffix(strings.ToLower(pattern), "xx")
	n, err := strconv.Atoi(class)
	switch {
	case err != nil:
		return 0, 0, false
	case isClass:
		return n * 100, n*100 + 99, n >= 1 && n <= 5
	}
	return n, n, n >= 100 && n <= 999
}

// matcher returns a function that says whether the filter admits an exchange;
// the session and the bounds of the ID are the caller's to hold.
func (f *Filter) matcher() func(*exchange.Exchange) bool {
	least, most, ok := statusRange(f.Status)
	if !ok {
		return func(*exchange.Exchange) bool { return false }
	}
	text := newSearch(f.Text)
	return func(x *exchange.Exchange) bool {
		return (f.Admin || !x.Admin) &&
			x.Status >= least && x.Status <= most &&
			(f.Method == "" || strings.EqualFold(f.Method, x.Method)) &&
			(f.Verdict == "" || f.Verdict == x.Verdict()) &&
			(f.Since.IsZero() || !x.Start.Before(f.Since)) &&
			(f.Path == "" || glob(f.Path, x.Path)) &&
			(f.Text == "" || text.in(x))
	}
}

// glob reports whether text is what the pattern says, a * standing for any
// text.
func glob(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	for ok && star {
		first, rest, star = strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(text, first)
		}
		_, text, ok = strings.Cut(text, first)
	}
	return ok
}

// Find returns the exchanges that the filter admits, the newest first, and
// whether there are more than its limit.
func (j *Journal) Find(f Filter) (found []*exchange.Exchange, more bool) {
	admits := f.matcher()
	for x := range j.backward(f.Session, f.After, f.Before) {
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
	j.mu.Lock()
	defer j.mu.Unlock()
	if at := j.order.from(id); len(at) > 0 && at[0].id == id && at[0].x != nil {
		return at[0].x, true
	}
	return nil, false
}

// ByRequestID returns the exchanges of a request ID, the newest first: a
// client may send the same one again. The session "" is all sessions.
func (j *Journal) ByRequestID(session, id string) []*exchange.Exchange {
	var found []*exchange.Exchange
	for x := range j.backward(session, 0, 0) {
		if strings.EqualFold(x.RequestID, id) {
			found = append(found, x)
		}
	}
	return found
}

// All returns what the journal has of a session, in the order in which the
// requests arrived.
func (j *Journal) All(session string) []*exchange.Exchange {
	all := slices.Collect(j.Each(Filter{Session: session, Admin: true}))
	slices.SortStableFunc(all, func(a, b *exchange.Exchange) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return all
}

// Each goes through the exchanges that the filter admits, by ID, the oldest
// first. What is evicted or added meanwhile may be missing or there.
func (j *Journal) Each(f Filter) iter.Seq[*exchange.Exchange] {
	return func(yield func(*exchange.Exchange) bool) {
		admits := f.matcher()
		var room [batch]*exchange.Exchange
		left := f.Limit
		for after := f.After; ; {
			j.mu.Lock()
			some := fill(room[:0], j.lineOf(f.Session).from(after+1))
			j.mu.Unlock()
			for _, x := range some {
				if f.Before != 0 && x.ID >= f.Before {
					return
				}
				after = x.ID
				if !admits(x) {
					continue
				}
				if left--; !yield(x) || left == 0 {
					return
				}
			}
			if len(some) == 0 {
				return
			}
		}
	}
}

// batch is how many exchanges are taken out at once, so that no reader keeps
// the lock for long.
const batch = 64

// lineOf returns a session's line, or that of all.
func (j *Journal) lineOf(session string) *line {
	if session == "" {
		return &j.order
	}
	if s := j.shelves[session]; s != nil {
		return &s.line
	}
	return &line{}
}

// fill fills room with the exchanges of a line.
func fill(room []*exchange.Exchange, entries []*entry) []*exchange.Exchange {
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

// backward goes through the exchanges between two IDs, the newest first.
func (j *Journal) backward(session string, after, before uint64) iter.Seq[*exchange.Exchange] {
	return func(yield func(*exchange.Exchange) bool) {
		var room [batch]*exchange.Exchange
		if before == 0 {
			before--
		}
		for {
			some := j.previous(session, before, room[:0])
			for _, x := range some {
				if before = x.ID; before <= after || !yield(x) {
					return
				}
			}
			if len(some) == 0 {
				return
			}
		}
	}
}

// previous fills room with the exchanges that precede an ID, the newest first.
func (j *Journal) previous(session string, before uint64, room []*exchange.Exchange) []*exchange.Exchange {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range slices.Backward(j.lineOf(session).before(before)) {
		if e.x == nil {
			continue
		}
		if room = append(room, e.x); len(room) == cap(room) {
			break
		}
	}
	return room
}
