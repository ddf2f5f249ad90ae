package expect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
)

// Result says whether exchanges are as expected, and if not, what was found.
type Result struct {
	OK bool `json:"ok"`
	// Sentence says what was expected and what was found.
	Sentence string `json:"sentence"`
	// Pointer is a JSON pointer to what failed in the expectation.
	Pointer string `json:"pointer,omitempty"`
	// Nearest are the exchanges that come nearest to what was expected, or
	// those that nothing expects; at most three.
	Nearest []Near `json:"nearest,omitempty"`
}

// Near is an exchange beside what was expected of it.
type Near struct {
	ID        uint64           `json:"id"`
	Sequence  uint64           `json:"sequence"`
	RequestID string           `json:"request_id"`
	Method    string           `json:"method"`
	Path      string           `json:"path"`
	Status    int              `json:"status"`
	Verdict   exchange.Verdict `json:"verdict"`
	// Matching of the Fields that are known of the request are as expected.
	Matching    int          `json:"matching"`
	Fields      int          `json:"fields"`
	Differences []Difference `json:"differences"`
}

// maxNearest is how many exchanges a result shows.
const maxNearest = 3

// VerifyJournal holds what a journal has of a session against the expectation.
// It is not met where the exchanges that the journal has evicted could refute
// it. Patterns can take long: the error is that of the context, where it ends
// before.
func (e Expectation) VerifyJournal(ctx context.Context, j *journal.Journal, session string) (Result, error) {
	r := e.Verify(ctx, j.All(session))
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	lost := j.Lost(session)
	if lost == 0 {
		return r, nil
	}
	evicted := fmt.Sprintf("the journal had let go of %s before these to keep its limits", counted(int(lost), "exchange"))
	const hint = "start the server with a larger --journal-count and --journal-bytes"
	switch at, bounded := e.bounded(); {
	case !r.OK:
		r.Sentence += "; " + evicted + ", which may be why: " + hint
	case bounded:
		r.OK, r.Pointer = false, at
		r.Sentence += "; but " + evicted + ", so that nobody can know: " + hint
	}
	return r, nil
}

// bounded returns a JSON pointer to what further exchanges could break, if
// there is such.
func (e *Expectation) bounded() (string, bool) {
	for i := range e.wanted {
		if w := &e.wanted[i]; w.most != unlimited {
			return w.at, true
		}
	}
	return "/nothing_else", e.nothingElse
}

// Verify holds exchanges, in the order in which they arrived, against the
// expectation. The first thing that is not as expected makes the result.
// Changes through the admin API are no requests of the API.
func (e Expectation) Verify(ctx context.Context, list []*exchange.Exchange) Result {
	list = slices.DeleteFunc(slices.Clone(list), func(x *exchange.Exchange) bool { return x.Admin })
	v := verification{ctx: ctx, list: list, expected: make([]bool, len(list))}
	for i := range e.wanted {
		if r := v.count(&e.wanted[i]); !r.OK {
			return r
		}
	}
	if len(e.order) > 0 {
		if r := v.ordered(e.order, e.adjacent); !r.OK {
			return r
		}
	}
	if e.nothingElse {
		if r := v.nothingElse(&e); !r.OK {
			return r
		}
	}
	return Result{OK: true, Sentence: strings.Join(v.met, "; ")}
}

type verification struct {
	ctx      context.Context // where it ends, the result is of no use
	list     []*exchange.Exchange
	expected []bool   // which of them something expects
	met      []string // the sentences of what is as expected
}

func (v *verification) meet(format string, args ...any) Result {
	v.met = append(v.met, fmt.Sprintf(format, args...))
	return Result{OK: true}
}

func (v *verification) among() string { return "among " + counted(len(v.list), "request") }

// count holds how often a request came.
func (v *verification) count(w *wanted) Result {
	var found []*exchange.Exchange
	for i, x := range v.list {
		if v.ctx.Err() != nil {
			break
		}
		if w.matches(x) {
			v.expected[i] = true
			found = append(found, x)
		}
	}
	sentence := fmt.Sprintf("expected %s %s, and found it %s %s", &w.matcher, w.times(), times(len(found)), v.among())
	switch {
	case len(found) < w.least:
		near := v.nearest(&w.matcher, v.list)
		return Result{Sentence: sentence + about(near), Pointer: w.at, Nearest: near}
	case len(found) > w.most:
		// The last ones are those too many.
		var near []Near
		for _, x := range slices.Backward(found) {
			if len(near) < maxNearest {
				near = append(near, w.near(x))
			}
		}
		return Result{Sentence: sentence, Pointer: w.at, Nearest: near}
	}
	return v.meet("%s", sentence)
}

func (w *wanted) times() string {
	switch {
	case w.most == 0:
		return times(0)
	case w.least == w.most:
		return "exactly " + times(w.least)
	case w.most == unlimited:
		return "at least " + times(w.least)
	case w.least == 0:
		return "at most " + times(w.most)
	}
	return fmt.Sprintf("at least %s and at most %s", times(w.least), times(w.most))
}

// nothingElse holds that every request was expected by something.
func (v *verification) nothingElse(e *Expectation) Result {
	var near []Near
	others := 0
	for i, x := range v.list {
		if v.expected[i] {
			continue
		}
		if v.ctx.Err() != nil {
			break
		}
		if others++; len(near) < maxNearest {
			near = append(near, e.nearestMatcher(x).near(x))
		}
	}
	if others == 0 {
		return v.meet("expected nothing else, and found nothing else %s", v.among())
	}
	first := near[0]
	return Result{Pointer: "/nothing_else", Nearest: near,
		Sentence: fmt.Sprintf("expected nothing else, and found %s that nothing expects %s; the first is %s", counted(others, "request"), v.among(), first.name())}
}

// nearestMatcher returns what comes nearest to expecting an exchange.
func (e *Expectation) nearestMatcher(x *exchange.Exchange) *matcher {
	best := &matcher{}
	var most float64
	try := func(m *matcher) {
		n, _ := m.compare(x)
		if share := float64(n) / float64(max(len(m.fields), 1)); share > most {
			best, most = m, share
		}
	}
	for i := range e.wanted {
		try(&e.wanted[i].matcher)
	}
	for i := range e.order {
		try(&e.order[i])
	}
	return best
}

// nearest returns the exchanges that differ from a matcher in the fewest
// fields; of those alike, the newest first.
func (v *verification) nearest(m *matcher, list []*exchange.Exchange) []Near {
	var near []Near
	for _, x := range slices.Backward(list) {
		if v.ctx.Err() != nil {
			break
		}
		n, d := m.compare(x)
		if len(d) == 0 || len(near) == maxNearest && n <= near[maxNearest-1].Matching {
			continue
		}
		near = append(near, m.near(x))
		slices.SortStableFunc(near, func(a, b Near) int { return cmp.Compare(b.Matching, a.Matching) })
		near = near[:min(len(near), maxNearest)]
	}
	return near
}

func (m *matcher) near(x *exchange.Exchange) Near {
	n := Near{ID: x.ID, Sequence: x.Sequence, RequestID: x.RequestID, Method: jsonx.Cut(x.Method, maxCut), Path: jsonx.Cut(x.Path, maxCut), Status: x.Status,
		Verdict: x.Verdict(), Fields: len(m.fields), Differences: []Difference{}}
	matching, differences := m.compare(x)
	n.Matching = matching
	n.Differences = append(n.Differences, differences...)
	return n
}

// name says which exchange is meant.
func (n *Near) name() string {
	return fmt.Sprintf("number %d, %s %s, answered %d", n.Sequence, n.Method, n.Path, n.Status)
}

// about says how the first of the nearest exchanges differs.
func about(near []Near) string {
	if len(near) == 0 {
		return ""
	}
	first := &near[0]
	var parts []string
	for _, d := range first.Differences {
		parts = append(parts, fmt.Sprintf("%s is %s, not %s", d.Field, d.Got, d.Expected))
	}
	return fmt.Sprintf("; the nearest is %s: %s", first.name(), strings.Join(parts, "; "))
}

func counted(n int, noun string) string {
	if n == 0 {
		return "no " + noun
	}
	return jsonx.Count(n, noun)
}

func times(n int) string {
	if words := []string{"never", "once", "twice"}; n < len(words) {
		return words[n]
	}
	return fmt.Sprintf("%d times", n)
}
