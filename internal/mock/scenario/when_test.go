package scenario_test

import (
	"net/http"
	"testing"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/scenario"
)

// TestWhen holds each condition: a request that it holds for, and one that it
// does not.
func TestWhen(t *testing.T) {
	t.Parallel()
	change := func(f func(*scenario.Request)) *scenario.Request {
		q := ask()
		f(q)
		return q
	}
	header := func(name string, values ...string) *scenario.Request {
		return change(func(q *scenario.Request) { q.Header[name] = values })
	}
	tenant := func(n int64) *scenario.Request {
		return change(func(q *scenario.Request) { q.Tenant = contract.Integer{Value: n, OK: true} })
	}
	preflight := change(func(q *scenario.Request) { q.Method = http.MethodOptions })
	nowhere := change(func(q *scenario.Request) { q.Customer, q.Location = contract.Integer{}, contract.Integer{} })
	for _, c := range []struct {
		name, when string
		q          *scenario.Request
		want       bool
	}{
		{"nothing asked", `{}`, ask(), true},
		{"nothing asked of a preflight", `{}`, preflight, false},
		{"a preflight asked for", `{"method": "OPTIONS"}`, preflight, true},
		{"method", `{"method": "DELETE"}`, ask(), true},
		{"other method", `{"method": "GET"}`, ask(), false},
		{"customer", `{"customer_id": 1}`, ask(), true},
		{"customer that breaks its rule", `{"customer_id": 1}`, change(func(q *scenario.Request) { q.Customer.OK = false }), false},
		{"other customer", `{"customer_id": 2}`, ask(), false},
		{"customer 0 is not none", `{"customer_id": 0}`, ask(), false},
		{"no customer", `{"customer_id": 0}`, nowhere, false},
		{"location", `{"customer_location_id": 1}`, ask(), true},
		{"other location", `{"customer_location_id": -1}`, ask(), false},
		{"both", `{"customer_id": 1, "customer_location_id": 2}`, ask(), false},
		{"client", `{"client_id": "web-app"}`, ask(), true},
		{"other client", `{"client_id": "web"}`, ask(), false},
		{"session", `{"session": "default"}`, ask(), true},
		{"other session", `{"session": "a"}`, ask(), false},
		{"tenant", `{"tenant": 7}`, tenant(7), true},
		{"other tenant", `{"tenant": 7}`, tenant(8), false},
		{"no tenant", `{"tenant": 0}`, ask(), false},
		{"version", `{"version": "2021/04/07"}`, ask(), true},
		{"other version", `{"version": "2019/02/08"}`, ask(), false},
		{"header", `{"headers": {"x-a": "b"}}`, header("X-A", "b"), true},
		{"header of several", `{"headers": {"x-a": "b"}}`, header("X-A", "a", "b"), true},
		{"header of another value", `{"headers": {"X-A": "b"}}`, header("X-A", "bb"), false},
		{"header equals", `{"headers": {"X-A": {"equals": ""}}}`, header("X-A", ""), true},
		{"header equals, none there", `{"headers": {"X-A": {"equals": ""}}}`, ask(), false},
		{"header matches", `{"headers": {"X-A": {"matches": "^b+$"}}}`, header("X-A", "bb"), true},
		{"header matches not", `{"headers": {"X-A": {"matches": "^b+$"}}}`, header("X-A", "abb"), false},
		{"header present", `{"headers": {"Authorization": {"present": true}}}`, header("Authorization", ""), true},
		{"header not present", `{"headers": {"Authorization": {"present": true}}}`, ask(), false},
		{"header absent", `{"headers": {"X-A": {"present": false}}}`, ask(), true},
		{"header not absent", `{"headers": {"X-A": {"present": false}}}`, header("X-A", "b"), false},
		{"two headers", `{"headers": {"X-A": "b", "X-B": "c"}}`, header("X-A", "b"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, `{"when": `+c.when+`, `+fails+`}`)
			if _, ok := s.Match(c.q, noon); ok != c.want {
				t.Errorf("%s takes over: %v, want %v", c.when, ok, c.want)
			}
		})
	}
}

// taken asks n times and returns which requests were taken over, as "01…".
func taken(s *scenario.Set, q *scenario.Request, n int) string {
	var b []byte
	for range n {
		if _, ok := s.Match(q, noon); ok {
			b = append(b, '1')
		} else {
			b = append(b, '0')
		}
	}
	return string(b)
}

// TestCounts holds which of the requests are meant, and that requests for
// which the other conditions do not hold are not counted.
func TestCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"all", `{` + fails + `}`, "111111"},
		{"nth", `{"when": {"nth": 3}, ` + fails + `}`, "001000"},
		{"first", `{"when": {"first": 2}, ` + fails + `}`, "110000"},
		{"every", `{"when": {"every": 2}, ` + fails + `}`, "010101"},
		{"certain", `{"when": {"probability": 1}, ` + fails + `}`, "111111"},
		{"times", `{"limit": {"times": 2}, ` + fails + `}`, "110000"},
		{"every, times", `{"limit": {"times": 2}, "when": {"every": 2}, ` + fails + `}`, "010100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := setOf(t, c.text)
			other := ask()
			other.Method = http.MethodOptions
			got := ""
			for range c.want {
				got += taken(s, ask(), 1)
				taken(s, other, 1)
			}
			if got != c.want {
				t.Errorf("took over %s, want %s", got, c.want)
			}
		})
	}
}

// TestProbability holds that about as many requests as told are taken over, as
// the seed says.
func TestProbability(t *testing.T) {
	t.Parallel()
	const n = 10_000
	count := func(seed uint64) (took int) {
		sc := parse(t, `{"name": "rare", "when": {"probability": 0.1}, `+fails+`}`)
		s := scenario.NewSet(scenario.NewCatalogue([]*scenario.Scenario{sc}), seed)
		q := ask()
		q.Named = "rare"
		for range n {
			if _, ok := s.Match(q, noon); ok {
				took++
			}
		}
		return took
	}
	different := map[int]bool{}
	for seed := range uint64(20) {
		took := count(seed)
		different[took] = true
		if took < 900 || took > 1100 {
			t.Errorf("seed %d takes over %d of %d, want about 1000", seed, took, n)
		}
	}
	if len(different) < 5 {
		t.Errorf("20 seeds make %d differences, want more", len(different))
	}
}
