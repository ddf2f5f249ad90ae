package scenario_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
)

// TestSequence holds the step for each request, "-" where none takes over.
func TestSequence(t *testing.T) {
	t.Parallel()
	const steps = `[{"error": {"code": "internal"}, "times": 2}, {"pass": true}, {"delay": {"fixed": "1s"}}]`
	for _, c := range []struct{ name, then, want string }{
		{"pass", `{"sequence": {"steps": ` + steps + `}}`, "1123----"},
		{"pass, told", `{"sequence": {"steps": ` + steps + `, "after": "pass"}}`, "1123----"},
		{"repeat", `{"sequence": {"steps": ` + steps + `, "after": "repeat"}}`, "11231123"},
		{"stay", `{"sequence": {"steps": ` + steps + `, "after": "stay"}}`, "11233333"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, `{"then": `+c.then+`}`)
			got := ""
			for range c.want {
				p, ok := s.Match(ask(), noon)
				switch {
				case !ok:
					got += "-"
					continue
				case p.Step == 1 && (p.Error == nil || p.Performs),
					p.Step == 2 && (!p.Performs || p.Error != nil || p.Delay != 0),
					p.Step == 3 && (!p.Performs || p.Delay != time.Second):
					t.Errorf("step %d is %+v", p.Step, p)
				}
				got += fmt.Sprint(p.Step)
			}
			if got != c.want {
				t.Errorf("the steps are %s, want %s", got, c.want)
			}
		})
	}
}

// TestRateLimit holds which requests are beyond the limit, and what they are
// told, by a clock that is handed in.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := setOf(t, `{"then": {"rate_limit": {"requests": 2, "per": "10s"}, "headers": {"set": {"X-Why": "too many"}}}}`)
	for i, c := range []struct {
		at    time.Duration
		retry string // "" is answered as usual
	}{
		{0, ""}, {1 * time.Second, ""}, {1500 * time.Millisecond, "9"}, {9999 * time.Millisecond, "1"},
		{10 * time.Second, ""}, {10 * time.Second, ""}, {10 * time.Second, "10"},
		// The clock was set back.
		{5 * time.Second, ""}, {6 * time.Second, ""}, {7 * time.Second, "8"},
		{time.Hour, ""},
	} {
		p, ok := s.Match(ask(), noon.Add(c.at))
		if ok != (c.retry != "") {
			t.Errorf("request %d at %v: beyond the limit %v", i, c.at, ok)
		}
		if !ok || c.retry == "" {
			continue
		}
		if p.Performs || p.Respond == nil || p.Respond.Status != 429 {
			t.Fatalf("request %d: got %+v", i, p)
		}
		if want := "request: More than 2 requests in 10s. Try again in " + c.retry + " s."; p.Respond.Reason != want {
			t.Errorf("request %d: the reason is %q, want %q", i, p.Respond.Reason, want)
		}
		reply := answer(429, string(p.Respond.Body.Bytes))
		if altered, err := p.Alter(reply, "2021/04/07"); err != nil || !altered {
			t.Errorf("altered %v, %v", altered, err)
		}
		if got := reply.Value("Retry-After"); got != c.retry || reply.Value("X-Why") != "too many" {
			t.Errorf("request %d: Retry-After %q, want %q, in %v", i, got, c.retry, reply.Fields)
		}
	}
}

// script asks a set in a fixed way and writes down every plan.
func script(s *scenario.Set, n int) string {
	var b strings.Builder
	for i := range n {
		q := ask()
		switch i % 4 {
		case 1:
			q.Named = "pair"
		case 2:
			q.Triggered, q.Record.Customer = "range", int64(i%3)
		}
		p, ok := s.Match(q, noon.Add(time.Duration(i)*time.Second))
		fmt.Fprintf(&b, "%v %s %d %v;", ok, p.Name, p.Step, p.Delay)
	}
	return b.String()
}

func scripted(t testing.TB, seed uint64) *scenario.Set {
	t.Helper()
	return scenario.NewSet(scriptedCatalogue(t), seed)
}

func scriptedCatalogue(t testing.TB) *scenario.Catalogue {
	t.Helper()
	var list []*scenario.Scenario
	for _, text := range []string{
		`{"name": "pair", "when": {"probability": 0.5}, "then": {"delay": {"p50": "200ms", "p99": "3s"}}}`,
		`{"name": "range", "when": {"probability": 0.5}, "then": {"delay": {"min": "1ms", "max": "1s"}}}`,
		`{"name": "rare", "on": true, "when": {"probability": 0.3}, ` + fails + `}`,
		`{"name": "rate", "on": true, "then": {"rate_limit": {"requests": 3, "per": "20s"}}}`,
		`{"name": "steps", "on": true, "when": {"every": 3}, "then": {"sequence": {"steps": [{"delay": {"min": "1ms", "max": "9ms"}, "times": 2}, {"pass": true}], "after": "repeat"}}}`,
	} {
		list = append(list, parse(t, text))
	}
	return scenario.NewCatalogue(list)
}

// TestDeterminism holds that the same seed and the same requests have the same
// plans, in this run and in every other one.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	first, second := scripted(t, 7), scripted(t, 7)
	if script(first, 200) != script(second, 200) {
		t.Error("two sets of one seed differ")
	}
	if script(scripted(t, 7), 200) == script(scripted(t, 8), 200) {
		t.Error("two seeds make no difference")
	}
	const want = "true rare 0 0s;true pair 0 195.7ms;true rare 0 0s;true steps 1 1.911259ms;false  0 0s;true pair 0 531.2ms;" +
		"true range 0 476.748739ms;true rate 0 0s;true steps 1 7.117378ms;true rate 0 0s;true rate 0 0s;true steps 2 0s;"
	if got := script(scripted(t, 7), 12); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOrderOfOthers holds that what a scenario draws does not depend on what
// happens to others.
func TestOrderOfOthers(t *testing.T) {
	t.Parallel()
	draw := func(between func(*scenario.Set)) (all []time.Duration) {
		s := scripted(t, 7)
		for range 20 {
			q := ask()
			q.Named = "range"
			p, _ := s.Match(q, noon)
			if p.Name != "range" {
				p.Delay = 0 // another took over
			}
			all = append(all, p.Delay)
			between(s)
		}
		return all
	}
	alone := draw(func(*scenario.Set) {})
	crowded := draw(func(s *scenario.Set) { script(s, 5) })
	if fmt.Sprint(alone) != fmt.Sprint(crowded) {
		t.Errorf("alone     %v\ncrowded   %v", alone, crowded)
	}
}
