package scenario

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/wire"
)

// holds reports whether the conditions that ask the request alone hold.
func (w *when) holds(q *Request) bool {
	if q.Method == http.MethodOptions && w.method != http.MethodOptions {
		return false // else a page's real request would never be sent
	}
	return (w.method == "" || w.method == q.Method) &&
		asked(w.tenant, q.Tenant) && asked(w.customer, q.Customer) && asked(w.location, q.Location) &&
		(w.client == "" || w.client == q.ClientID) &&
		(w.session == "" || w.session == q.Session) &&
		(w.version == "" || w.version == q.Version) &&
		!slices.ContainsFunc(w.headers, func(c headerCondition) bool { return !c.holds(q.Header[c.name]) })
}

// asked reports whether an input is the one that is wanted, if any is.
func asked(want *int64, is contract.Integer) bool { return want == nil || is.Is(*want) }

func (c *headerCondition) holds(values []string) bool {
	switch {
	case c.present != nil:
		return *c.present == (len(values) > 0)
	case c.equals != nil:
		return slices.Contains(values, *c.equals)
	}
	return slices.ContainsFunc(values, c.matches.MatchString)
}

// counted reports whether the nth request that the conditions held for is one
// of those that are meant.
func (w *when) counted(n uint64) bool {
	switch {
	case w.nth > 0:
		return n == w.nth
	case w.first > 0:
		return n <= w.first
	case w.every > 0:
		return n%w.every == 0
	}
	return true
}

// plan says what happens to a request; the counter has not yet counted it as
// taken.
func (t *then) plan(c *counter, r *rng, now time.Time) (Plan, bool) {
	switch {
	case t.rate != nil:
		wait, beyond := t.rate.count(c, now)
		if !beyond {
			return Plan{}, false
		}
		p := t.action.plan(r)
		p.refuse(t.rate, wait)
		return p, true
	case t.sequence != nil:
		i, ok := t.step(c.taken)
		if !ok {
			return Plan{}, false
		}
		p := t.sequence[i].action.plan(r)
		p.Step = i + 1
		return p, true
	}
	return t.action.plan(r), true
}

// step returns the index of the step for the request behind n others.
func (t *then) step(n uint64) (int, bool) {
	total := uint64(0)
	for _, s := range t.sequence {
		total += s.times
	}
	switch {
	case n < total:
	case t.after == afterRepeat:
		n %= total
	case t.after == afterStay:
		return len(t.sequence) - 1, true
	default:
		return 0, false
	}
	for i, s := range t.sequence {
		if n < s.times {
			return i, true
		}
		n -= s.times
	}
	return 0, false
}

func (a *action) plan(r *rng) Plan {
	p := Plan{action: *a, Delay: r.pause(a.delay)}
	if a.garbage > 0 {
		p.broken = &wire.Break{Kind: wire.BreakGarbage, Garbage: r.garbage(a.garbage)}
	}
	return p
}

// count counts a request at the time now; where it is beyond the limit it
// returns how long the client has to wait.
func (r *rate) count(c *counter, now time.Time) (wait time.Duration, beyond bool) {
	since := now.UnixNano() - c.window
	// A clock that was set back begins a new time.
	if c.within == 0 || since >= int64(r.per) || since < 0 {
		c.window, c.within, since = now.UnixNano(), 0, 0
	}
	c.within++
	return r.per - time.Duration(since), c.within > r.requests
}

// refuse makes the plan answer that there were too many requests, in the
// vendor's form of errors; the status is documented nowhere (grade A).
func (p *Plan) refuse(r *rate, wait time.Duration) {
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	detail := fmt.Sprintf("More than %d requests in %s. Try again in %s s.", r.requests, r.per, seconds)
	body, _ := wire.Print(map[string]any{"field": "request", "detail": detail, "explanation": "Too many requests."}) // texts have a JSON form
	p.Performs = false
	p.Respond = &Response{Status: http.StatusTooManyRequests, Reason: "request: " + detail, Body: body}
	h := headers{}
	if p.headers != nil {
		h = *p.headers
	}
	if !slices.ContainsFunc(h.set, func(f wire.Field) bool { return strings.EqualFold(f.Name, retryAfter) }) {
		h.set = append(slices.Clip(h.set), wire.Field{Name: retryAfter, Value: seconds})
	}
	p.headers = &h
}

const retryAfter = "Retry-After"
