package admin_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestClocks holds what each kind of clock does to Date, to what a
// deactivation touches and to the journal, request by request.
func TestClocks(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, c := range []struct {
		name, clock string
		times       [2]string // of two requests
	}{
		{"real", `{"mode": "real"}`, [2]string{"2022-08-20T01:38:16", "2022-08-20T01:38:16"}},
		{"frozen", `{"mode": "frozen", "at": "2024-02-29T23:59:59+01:00"}`, [2]string{"2024-02-29T22:59:59", "2024-02-29T22:59:59"}},
		{"offset", `{"mode": "offset", "offset": "-1h"}`, [2]string{"2022-08-20T00:38:16", "2022-08-20T00:38:16"}},
		{"step on", `{"mode": "step", "at": "2022-12-31T23:59:59Z", "step": "1s"}`, [2]string{"2022-12-31T23:59:59", "2023-01-01T00:00:00"}},
		{"step back", `{"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "-1s"}`, [2]string{"2023-01-01T00:00:00", "2022-12-31T23:59:59"}},
		{"step of nothing", `{"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "0s"}`, [2]string{"2023-01-01T00:00:00", "2023-01-01T00:00:00"}},
		{"the last second", `{"mode": "step", "at": "9999-12-31T23:59:59Z", "step": "1s"}`, [2]string{"9999-12-31T23:59:59", "9999-12-31T23:59:59"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.must(t, "POST", "/sessions", `{"id": "c", "fixtures": {"choices": {"deactivation_touches_last_updated_on": true}}, "clock": `+c.clock+`}`, nil)
			defer r.must(t, "DELETE", "/sessions/c", "", nil)
			for i, path := range []string{"/_s/c/customers/1/locations/1", "/_s/c/customers/2/locations/1"} {
				// Looking at the clock does not move it on.
				r.must(t, "GET", "/sessions/c/clock", "", nil)
				got := r.api(t, "DELETE", path)
				if got.status != http.StatusOK || !strings.Contains(got.body, `"last_updated_on": "`+c.times[i]) {
					t.Errorf("DELETE %d: got %d %s, want last_updated_on to be %s", i, got.status, got.body, c.times[i])
				}
				date, err := http.ParseTime(got.header.Get("Date"))
				if err != nil || date.Format("2006-01-02T15:04:05") != c.times[i] {
					t.Errorf("DELETE %d: got Date: %s, %v, want %s", i, got.header.Get("Date"), err, c.times[i])
				}
			}
			var list struct {
				Exchanges []struct{ Start, Verdict string }
			}
			r.must(t, "GET", "/journal?session=c", "", &list)
			for i, x := range list.Exchanges {
				if want := c.times[1-i]; x.Verdict != "ok" || !strings.HasPrefix(utc(t, x.Start), want) {
					t.Errorf("the journal has %+v, want an ok exchange at %s", x, want)
				}
			}
			if len(list.Exchanges) != 2 {
				t.Errorf("the journal has %+v, want both", list)
			}
		})
	}
}

// TestClockBeforeRecord holds that the journal names a clock that was set before
// a record's times, which makes the record one that cannot be answered.
func TestClockBeforeRecord(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	const record = "/_s/c/customers/1/locations/1"
	r.must(t, "POST", "/sessions", `{"id": "c", "clock": {"mode": "frozen", "at": "2019-01-01T00:00:00Z"}}`, nil)
	got := r.api(t, "GET", record)
	const want = `must lie in the past; it is now 2019-01-01T00:00:00.000000 by the session's clock; set the clock later, or give the record an earlier time`
	entry := r.do(t, "GET", "/_mock/exchanges/1", "").body
	if got.status != http.StatusInternalServerError || !strings.Contains(entry, `"pointer":"/last_updated_on"`) || !strings.Contains(entry, want) {
		t.Errorf("got %d, and the journal has %s, want that it %s", got.status, entry, want)
	}
	// What could not be answered was not done.
	got = r.api(t, "DELETE", record)
	var diff struct {
		Changed int `json:"changed_records"`
	}
	if r.must(t, "GET", "/sessions/c", "", &diff); got.status != http.StatusInternalServerError || diff.Changed != 0 {
		t.Errorf("DELETE: got %d %s, and %d changed records", got.status, got.body, diff.Changed)
	}
	r.must(t, "PUT", "/sessions/c/clock", `{"mode": "offset", "offset": "0s"}`, nil)
	if got := r.api(t, "GET", record); got.status != http.StatusOK || !strings.Contains(got.body, `"is_active": true, "is_commercial"`) {
		t.Errorf("with a later clock: got %d %s", got.status, got.body)
	}
}

// TestTicksAreTakenOnce sends requests of one session at once, and holds that
// each has its own tick of the clock and its own request ID of the sequence.
func TestTicksAreTakenOnce(t *testing.T) {
	t.Parallel()
	const clients, each = 16, 25
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "a", "clock": {"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "1s"}, "request_ids": {"seed": 5}}`, nil)
	var mu sync.Mutex
	dates, ids := map[string]int{}, map[string]int{}
	var wait sync.WaitGroup
	for range clients {
		wait.Go(func() {
			for range each {
				p, err := send(r.url+"/_s/a"+resource, "GET", "", dispatcher...)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				dates[p.header.Get("Date")]++
				ids[p.header.Get("X-Request-Id")]++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(dates) != clients*each || len(ids) != clients*each {
		t.Errorf("%d requests have %d times and %d request IDs, want one each", clients*each, len(dates), len(ids))
	}
	var clock struct{ Now string }
	r.must(t, "GET", "/sessions/a/clock", "", &clock)
	if want := "2023-01-01T00:06:40Z"; clock.Now != want {
		t.Errorf("then the clock is at %s, want %s", clock.Now, want)
	}
}
