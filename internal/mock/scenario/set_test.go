package scenario_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/quota"
)

// define is a scenario of a name.
func define(name string) string { return `{"name": "` + name + `", ` + fails + `}` }

func request(name, triggered string, customer int64) *scenario.Request {
	q := ask()
	q.Named, q.Triggered, q.Record = name, triggered, store.Key{Tenant: 1, Customer: customer, Location: 1}
	return q
}

func match(t *testing.T, s *scenario.Set, q *scenario.Request) string {
	t.Helper()
	p, ok := s.Match(q, noon)
	if !ok {
		return ""
	}
	return p.Name
}

// TestPriority holds which scenario takes over where several could.
func TestPriority(t *testing.T) {
	t.Parallel()
	s := setOf(t, define("old"), define("new"), define("named"), define("triggered"), `{"name": "other", "when": {"method": "PATCH"}, `+fails+`}`)
	if err := s.On("new", scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ named, triggered, want string }{
		{"named", "triggered", "named"},
		{"", "triggered", "triggered"},
		{"", "", "new"},
		{"other", "triggered", "triggered"},
		{"", "other", "new"},
	} {
		if got := match(t, s, request(c.named, c.triggered, 1)); got != c.want {
			t.Errorf("named %q, triggered %q: %q takes over, want %q", c.named, c.triggered, got, c.want)
		}
	}
	if !s.Off("new") || s.Off("new") {
		t.Error("Off does not tell whether it was on")
	}
	if got := match(t, s, request("", "", 1)); got != "old" {
		t.Errorf("%q takes over once the newest is off, want old", got)
	}
}

// TestUnknown holds that a request which names no scenario is reported.
func TestUnknown(t *testing.T) {
	t.Parallel()
	s := setOf(t, define("flaky"))
	p, ok := s.Match(request("flakey", "", 1), noon)
	if !ok || p.Performs || p.Error != nil || p.Unknown != `there is no scenario "flakey"; did you mean flaky?` {
		t.Errorf("got %+v", p)
	}
	if err := s.On("flakey", scenario.Limit{}); err == nil || !strings.Contains(err.Error(), "flaky") {
		t.Errorf("On returned %v", err)
	}
	if p, _ := s.Match(request(strings.Repeat("é", 5000), "", 1), noon); len(p.Unknown) > 400 {
		t.Errorf("the client is told %d bytes, want a short text", len(p.Unknown))
	}
}

// TestCountersApart holds that a scenario counts apart on each way that it
// comes, and for each record.
func TestCountersApart(t *testing.T) {
	t.Parallel()
	s := setOf(t, `{"name": "once", "limit": {"times": 1}, `+fails+`}`)
	for _, q := range []*scenario.Request{request("once", "", 1), request("", "once", 1), request("", "once", 2), request("", "", 1)} {
		if got := taken(s, q, 1); got != "1" {
			t.Errorf("%+v was not taken over", q)
		}
	}
	if got := taken(s, request("once", "once", 1), 1); got != "0" {
		t.Error("taken over beyond the limit of each way")
	}
	if err := s.On("once", scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	if got := taken(s, ask(), 2); got != "10" {
		t.Errorf("switched on again, it took over %s, want 10", got)
	}
}

// TestLimits holds the limits of who switches a scenario on.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := setOf(t, `{"name": "a", "limit": {"times": 5}, `+fails+`}`)
	if err := s.On("a", scenario.Limit{Times: 2}); err != nil {
		t.Fatal(err)
	}
	if got := taken(s, ask(), 4); got != "1100" {
		t.Errorf("took over %s, want 1100", got)
	}
	if err := s.On("a", scenario.Limit{Until: &noon}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		want bool
	}{{noon.Add(-time.Nanosecond), true}, {noon, false}, {noon.Add(time.Hour), false}, {noon.Add(-time.Hour), true}} {
		if _, ok := s.Match(ask(), c.at); ok != c.want {
			t.Errorf("at %v it takes over: %v, want %v", c.at, ok, c.want)
		}
	}
	if got := s.Switched(); len(got) != 1 || got[0].Seen != 2 || got[0].Taken != 2 || !got[0].Limit.Until.Equal(noon) {
		t.Errorf("got %+v", got)
	}
}

// TestOwn holds a session's own scenarios, and their number.
func TestOwn(t *testing.T) {
	t.Parallel()
	s := setOf(t, define("a"))
	taken(s, ask(), 3)
	own := parse(t, `{"name": "a", "limit": {"times": 1}, `+fails+`}`)
	if err := s.Define(own); err != nil {
		t.Fatal(err)
	}
	if got := taken(s, ask(), 2); got != "10" {
		t.Errorf("the session's own took over %s, want 10: it stands in the place of the catalogue's, counts anew, and is on", got)
	}
	if got := s.Own(); len(got) != 1 || got[0] != own {
		t.Errorf("got %v", got)
	}
	s.Off("a")
	for i := range quota.Scenarios - 1 {
		if err := s.Define(parse(t, define(fmt.Sprintf("own-%d", i)))); err != nil {
			t.Fatal(err)
		}
		if err := s.On(fmt.Sprintf("own-%d", i), scenario.Limit{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.On("a", scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Define(parse(t, define("beyond"))); err == nil || !strings.Contains(err.Error(), "200") {
		t.Errorf("one more than the limit: %v", err)
	}
	if err := s.Define(parse(t, define("own-7"))); err != nil {
		t.Errorf("in the place of another: %v", err)
	}
	t.Run("one more on than the limit", func(t *testing.T) {
		s := setOf(t, define("a"))
		for i := range quota.Scenarios {
			if err := s.Define(parse(t, define(fmt.Sprintf("own-%d", i)))); err != nil {
				t.Fatal(err)
			}
			if err := s.On(fmt.Sprintf("own-%d", i), scenario.Limit{}); (err != nil) != (i == quota.ScenariosOn-1) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// TestExactlyOneIsTheNth has many clients ask at once.
func TestExactlyOneIsTheNth(t *testing.T) {
	t.Parallel()
	const clients, each = 16, 200
	for _, c := range []struct {
		name, text string
		want       int32
	}{
		{"nth", `{"when": {"nth": 777}, ` + fails + `}`, 1},
		{"every", `{"when": {"every": 16}, ` + fails + `}`, clients * each / 16},
		{"times", `{"limit": {"times": 100}, ` + fails + `}`, 100},
		{"rate limit", `{"then": {"rate_limit": {"requests": 1000, "per": "1s"}}}`, clients*each - 1000},
		{"sequence", `{"then": {"sequence": {"steps": [{"error": {"code": "internal"}, "times": 150}]}}}`, 150},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, c.text)
			var took atomic.Int32
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					for range each {
						if _, ok := s.Match(ask(), noon); ok {
							took.Add(1)
						}
					}
				})
			}
			// Others change what is on meanwhile.
			all.Go(func() {
				other := parse(t, `{"name": "other", "when": {"method": "PATCH"}, `+fails+`}`)
				for range each {
					_ = s.Define(other)
					_ = s.On("other", scenario.Limit{})
					s.Snapshot()
					s.Switched()
					s.Off("other")
				}
			})
			all.Wait()
			if took.Load() != c.want {
				t.Errorf("%d of %d requests were taken over, want %d", took.Load(), clients*each, c.want)
			}
		})
	}
}

// TestNothingOnCostsNothing holds that a session without scenarios pays
// nothing.
func TestNothingOnCostsNothing(t *testing.T) {
	s := scenario.NewSet(scenario.NewCatalogue([]*scenario.Scenario{parse(t, define("a"))}), 1)
	q := ask()
	if n := testing.AllocsPerRun(100, func() { s.Match(q, noon) }); n > 0 {
		t.Errorf("%v allocations for each request, want none", n)
	}
}

// BenchmarkMatch measures what a request costs a session.
func BenchmarkMatch(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"nothing on", ""}, {"one on", define("a")}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			s := scenario.NewSet(scenario.NewCatalogue(nil), 1)
			if c.text != "" {
				s = setOf(b, c.text)
			}
			q := ask()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.Match(q, noon)
				}
			})
		})
	}
}

// BenchmarkNewSet measures what a session pays for its scenarios.
func BenchmarkNewSet(b *testing.B) {
	b.ReportAllocs()
	c := scenario.NewCatalogue([]*scenario.Scenario{parse(b, define("a"))})
	for b.Loop() {
		scenario.NewSet(c, 1).Snapshot()
	}
}
