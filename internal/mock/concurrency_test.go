package mock_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"

	"github.com/google/uuid"
)

const crowd = 1000

// TestSimultaneousDeletes sends 1,000 DELETEs of one record at once. Where a
// repeated DELETE is told apart, exactly one client is told of the transition.
func TestSimultaneousDeletes(t *testing.T) {
	for _, c := range []struct {
		name, choices string
		ok            int // answers of 200
		otherwise     int
	}{
		{"default", "", crowd, 0},
		{"repeated_delete 409", `{"repeated_delete": 409}`, 1, 409},
		{"repeated_delete 404", `{"repeated_delete": 404}`, 1, 404},
		{"last_updated_on touched", `{"deactivation_touches_last_updated_on": true}`, crowd, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ticks atomic.Int64
			// Each look at the clock finds it later, so that a second
			// transition would show in the body.
			clock := func() time.Time {
				return time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * time.Microsecond)
			}
			r := testkit.Start(t, testkit.Settings{Options: app.Options{Sessions: session.Options{Now: clock}}, Data: testkit.Data{Choices: c.choices}})
			bodies := map[string]int{}
			statuses := map[int]int{}
			for _, a := range r.Together(t, crowd, testkit.Sample) {
				statuses[a.Status]++
				if a.Status == http.StatusOK {
					bodies[a.Body]++
				}
				if diag := a.Unlike(); diag != "" {
					t.Fatal(diag)
				}
			}
			if statuses[200] != c.ok || statuses[c.otherwise] != crowd-c.ok {
				t.Errorf("got the statuses %v, want %d of 200 and the rest %d: exactly one call makes the transition", statuses, c.ok, c.otherwise)
			}
			if len(bodies) != 1 {
				t.Errorf("got %d different records, want one: %v", len(bodies), bodies)
			}
			for body := range bodies {
				if !strings.Contains(body, `"customer_id": 1, "is_active": false`) {
					t.Errorf("got the record %s, want it inactive", body)
				}
				if last := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); last.Body != body {
					t.Errorf("then GET has\n%s\nwant what DELETE said\n%s", last.Body, body)
				}
			}
		})
	}
}

// rendezvous lets requests go on only when n of them have come.
func rendezvous(n int) func(*http.Request, *wire.Reply, func()) {
	var mu sync.Mutex
	waiting, open := 0, make(chan struct{})
	return func(_ *http.Request, _ *wire.Reply, perform func()) {
		mu.Lock()
		mine := open
		if waiting++; waiting == n {
			close(open)
			waiting, open = 0, make(chan struct{})
		}
		mu.Unlock()
		<-mine
		perform()
	}
}

// TestOneTransitionPerRecord has a few clients deactivate hundreds of records,
// each record by all of them, let go within the server at the same moment: the
// step from looking to changing is short, and most crowds pass it in a row.
func TestOneTransitionPerRecord(t *testing.T) {
	const clients, records, first = 4, 1000, 10_000
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Around: rendezvous(clients)}, Data: testkit.Data{Choices: `{"repeated_delete": 409}`, Files: map[string]string{"more.json": testkit.Records(first, records)}}})
	var made [records]atomic.Int32
	var wait sync.WaitGroup
	for range clients {
		c := r.Connect(t)
		wait.Go(func() {
			for i := range records {
				_, _ = c.Write([]byte(testkit.Authorized(http.MethodDelete, fmt.Sprintf("/customers/%d/locations/1", first+i))))
				a, err := testkit.ReadAnswer(c.Answers, http.MethodDelete)
				if err != nil || a.Status != http.StatusOK && a.Status != http.StatusConflict {
					t.Errorf("record %d: got %d, %v", i, a.Status, err)
					c.Close() // the others would wait for this one
					return
				}
				if a.Status == http.StatusOK {
					made[i].Add(1)
				}
			}
		})
	}
	wait.Wait()
	for i := range made {
		if got := made[i].Load(); got != 1 {
			t.Errorf("record %d: %d of %d simultaneous DELETEs made the transition, want exactly 1", i, got, clients)
		}
	}
}

// TestReadersSeeBeforeOrAfter reads a record while it is deactivated: each
// reader sees one of its two states, whole, and never the first again once it
// has seen the second.
func TestReadersSeeBeforeOrAfter(t *testing.T) {
	t.Parallel()
	for round := range 5 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			const readers, writers, reads = 20, 4, 25
			r := testkit.Start(t, testkit.Settings{})
			before := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).Body
			after := strings.Replace(before, `"customer_id": 1, "is_active": true`, `"customer_id": 1, "is_active": false`, 1)
			if before == after {
				t.Fatalf("the record is inactive before the test: %s", before)
			}
			get := testkit.Authorized(http.MethodGet, testkit.Resource)
			var warm, wait sync.WaitGroup
			warm.Add(readers)
			for range readers {
				c := r.Connect(t)
				wait.Go(func() {
					seen := false
					for i := range reads {
						if i == 1 {
							warm.Done()
						}
						_, _ = c.Write([]byte(get))
						a, err := testkit.ReadAnswer(c.Answers, http.MethodGet)
						switch {
						case err != nil || a.Status != http.StatusOK:
							t.Errorf("got %d, %v, want 200", a.Status, err)
							return
						case a.Body != before && a.Body != after:
							t.Errorf("a reader sees a mixture:\n%s", a.Body)
						case seen && a.Body == before:
							t.Errorf("a reader sees the record active again")
						}
						seen = a.Body == after
					}
				})
			}
			for range writers {
				c := r.Connect(t)
				wait.Go(func() {
					warm.Wait()
					_, _ = c.Write([]byte(testkit.Sample))
					if a, err := testkit.ReadAnswer(c.Answers, http.MethodDelete); err != nil || a.Body != after {
						t.Errorf("DELETE got %v\n%s\nwant\n%s", err, a.Body, after)
					}
				})
			}
			wait.Wait()
			if last := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).Body; last != after {
				t.Errorf("at the end the record is\n%s\nwant\n%s", last, after)
			}
		})
	}
}

// TestRequestIDsAreDistinct holds that no two answers have the same
// X-REQUEST-ID, whatever becomes of the requests.
func TestRequestIDsAreDistinct(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	requests := []string{testkit.Sample, testkit.Message(http.MethodGet, "/nowhere"), testkit.Message(http.MethodOptions, testkit.Resource), testkit.Message(http.MethodPut, testkit.Resource),
		testkit.Message(http.MethodDelete, testkit.Resource), "GARBAGE\r\n\r\n", testkit.Authorized(http.MethodGet, testkit.Resource, "x-request-id: none")}
	var mu sync.Mutex
	seen := map[string]int{}
	var wait sync.WaitGroup
	for i := range 280 {
		c := r.Connect(t)
		wait.Go(func() {
			request := requests[i%len(requests)]
			_, _ = c.Write([]byte(request))
			a, err := testkit.ReadAnswer(c.Answers, "GET")
			if err != nil {
				t.Errorf("no answer to %.40q: %v", request, err)
				return
			}
			id := a.Value("X-REQUEST-ID")
			if parsed, err := uuid.Parse(id); err != nil || parsed.Version() != 4 || parsed.String() != id {
				t.Errorf("got X-REQUEST-ID: %s, want a random UUID in its usual form", id)
			}
			mu.Lock()
			defer mu.Unlock()
			if seen[id]++; seen[id] > 1 {
				t.Errorf("X-REQUEST-ID %s stands in two answers", id)
			}
		})
	}
	wait.Wait()
}
