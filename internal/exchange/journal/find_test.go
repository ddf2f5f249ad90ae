package journal

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/exchange"
)

// TestFind holds each filter against exchanges of every kind.
func TestFind(t *testing.T) {
	t.Parallel()
	start := time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)
	j := New(roomy)
	for _, x := range []*exchange.Exchange{
		1: {Session: "a", Method: "DELETE", Path: "/customers/1/locations/1/", Status: 200, Start: start, VersionUsed: "2019/02/08"},
		2: {Session: "a", Method: "GET", Path: "/customers/1/locations/2", Status: 404, Start: start.Add(time.Second),
			Problems: []exchange.Violation{{Rule: "record_unknown", Hint: "No such Customer."}}},
		3: {Session: "b", Method: "DELETE", Path: "/customers/2/locations/1/", Status: 503, Start: start.Add(-time.Hour), Altered: true, Scenario: "Outage"},
		4: {Session: "b", Method: "get", Path: "/", Status: 500, Err: errors.New("Panic: nil map"), Response: exchange.Message{Body: []byte("\xff\xfeBINARY")}},
		5: {Session: "b", Method: "DELETE", Path: "/customers/1/locations/1/", Status: 0, Violations: []exchange.Violation{{Rule: "required"}}},
	}[1:] {
		j.Add(nil, x)
	}
	for _, c := range []struct {
		name string
		f    Filter
		want []uint64
	}{
		{"all", Filter{}, []uint64{5, 4, 3, 2, 1}},
		{"session", Filter{Session: "b"}, []uint64{5, 4, 3}},
		{"unknown session", Filter{Session: "c"}, nil},
		{"status", Filter{Status: "404"}, []uint64{2}},
		{"class", Filter{Status: "5xx"}, []uint64{4, 3}},
		{"class in capitals", Filter{Status: "2XX"}, []uint64{1}},
		{"no status", Filter{Status: "all"}, nil},
		{"method in any case", Filter{Method: "Get"}, []uint64{4, 2}},
		{"path", Filter{Path: "/customers/1/locations/1/"}, []uint64{5, 1}},
		{"path without its slash", Filter{Path: "/customers/1/locations/1"}, nil},
		{"path with stars", Filter{Path: "/customers/*/locations/1*"}, []uint64{5, 3, 1}},
		{"path that ends otherwise", Filter{Path: "*/2"}, []uint64{2}},
		{"good", Filter{Verdict: exchange.VerdictOK}, []uint64{1}},
		{"problem", Filter{Verdict: exchange.VerdictInvalid}, []uint64{2}},
		{"scenario", Filter{Verdict: exchange.VerdictSimulated}, []uint64{3}},
		{"violation", Filter{Verdict: exchange.VerdictViolation}, []uint64{5, 4}},
		{"since", Filter{Since: start}, []uint64{2, 1}},
		{"since in between", Filter{Since: start.Add(time.Nanosecond)}, []uint64{2}},
		{"after", Filter{After: 3}, []uint64{5, 4}},
		{"before", Filter{Before: 3}, []uint64{2, 1}},
		{"between", Filter{After: 1, Before: 4}, []uint64{3, 2}},
		{"text of a hint", Filter{Text: "such customer"}, []uint64{2}},
		{"text of a scenario", Filter{Text: "OUTAGE"}, []uint64{3}},
		{"text of an error", Filter{Text: "NIL MAP"}, []uint64{4}},
		{"text of a body that is not a text", Filter{Text: "\xfebinary"}, []uint64{4}},
		{"text of a path", Filter{Text: "/locations/2"}, []uint64{2}},
		{"text of nobody", Filter{Text: "nowhere"}, nil},
		{"several", Filter{Session: "b", Method: "DELETE", Status: "503"}, []uint64{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, more := j.Find(c.f)
			if got := ids(found); !slices.Equal(got, c.want) || more {
				t.Errorf("got %v, more: %v, want %v", got, more, c.want)
			}
			if len(c.want) < 2 {
				return
			}
			c.f.Limit = len(c.want) - 1
			found, more = j.Find(c.f)
			if got := ids(found); !slices.Equal(got, c.want[:c.f.Limit]) || !more {
				t.Errorf("of %d: got %v, more: %v", c.f.Limit, got, more)
			}
			c.f.Limit = len(c.want)
			if _, more = j.Find(c.f); more {
				t.Error("says that there are more when all were found")
			}
			c.f.Limit = 1
			if got := slices.Collect(j.Each(c.f)); !slices.Equal(ids(got), c.want[len(c.want)-1:]) {
				t.Errorf("the first of each is %v, want the oldest of %v", ids(got), c.want)
			}
		})
	}
}

// TestCheck holds that a filter that can find nothing is refused, and why.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, f := range []Filter{{}, {Status: "200"}, {Status: "999"}, {Status: "1xx"}, {Verdict: exchange.VerdictSimulated}, {Text: strings.Repeat("x", maxText)}} {
		if err := f.Check(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, f := range []Filter{{Status: "abc"}, {Status: "6xx"}, {Status: "xx"}, {Status: "99"}, {Status: "1000"}, {Status: "-4xx"}, {Verdict: "bad"},
		{Text: strings.Repeat("x", maxText+1)}, {Path: strings.Repeat("x", maxText+1)}} {
		if err := f.Check(); err == nil || !strings.Contains(err.Error(), "must") {
			t.Errorf("%+v: got %v, want what must be", f, err)
		}
	}
}

// TestMatchPath holds the stars of a path.
func TestMatchPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "anything", true},
		{"a*", "ab", true},
		{"*b", "ab", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"a**c", "abc", true},
		{"*b*", "abc", true},
		{"*d*", "abc", false},
	} {
		if got := MatchPath(c.pattern, c.text); got != c.want {
			t.Errorf("%q for %q: got %v", c.pattern, c.text, got)
		}
	}
}
