package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
)

// lone is one session among many, with settings that none of the others has.
type lone struct {
	r        *running
	n        int
	id, name string
	repeated int // what a second DELETE is answered
	version  model.Version
	begins   time.Time
	ticks    int
}

func newLone(r *running, n int, versions []model.Version) *lone {
	return &lone{r: r, n: n, id: fmt.Sprintf("s%d", n), name: fmt.Sprintf("Record of session %d", n), repeated: []int{200, 404, 409, 410}[n%4],
		version: versions[n%len(versions)], begins: sampleTime.Add(time.Duration(n) * time.Hour)}
}

// admin API sends a request to the admin API.
func (l *lone) admin(method, path, body string, status int) (reply, error) {
	p, err := send(l.r.url+"/_mock"+path, method, body)
	if err == nil && p.status != status {
		err = fmt.Errorf("session %d: %s %s: got %d %s, want %d", l.n, method, path, p.status, p.body, status)
	}
	return p, err
}

// api sends a request in the session, named in a way of its own, and holds the
// session's clock against the answer.
func (l *lone) api(method, path string, header ...string) (reply, error) {
	at, more := ways[l.n%3].of(l.id)
	p, err := send(l.r.url+strings.Replace(at, resource, path, 1), method, "", append(append(more, header...), dispatcher...)...)
	if err != nil {
		return p, err
	}
	want := l.begins.Add(time.Duration(l.ticks) * time.Second).Format(http.TimeFormat)
	l.ticks++
	if got := p.header.Get("Date"); got != want {
		return p, fmt.Errorf("session %d: %s %s has the Date %s, want %s", l.n, method, path, got, want)
	}
	return p, nil
}

func (l *lone) create() error {
	spec := map[string]any{"id": l.id, "clock": map[string]any{"mode": "step", "at": l.begins.Format(time.RFC3339), "step": "1s"},
		"request_ids": map[string]any{"seed": l.n}, "fixtures": map[string]any{"choices": map[string]any{"repeated_delete": l.repeated}}}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	_, err = l.admin("POST", "/sessions", string(text), http.StatusCreated)
	return err
}

// script does what a test would do, and returns the bytes of the answers.
func (l *lone) script() (string, error) {
	var all strings.Builder
	l.ticks = 0
	step := func(status int, want, method, path string, header ...string) error {
		p, err := l.api(method, path, header...)
		if err == nil && (p.status != status || !strings.Contains(p.body, want)) {
			err = fmt.Errorf("session %d: %s %s: got %d %s, want %d and %s", l.n, method, path, p.status, p.body, status, want)
		}
		fmt.Fprintln(&all, p.status, p.header, p.body)
		return err
	}
	repeated := `"is_active": false, "is_commercial"`
	if l.repeated != http.StatusOK {
		repeated = `"field": `
	}
	for _, do := range []func() error{
		func() error { return step(200, `"is_active": true, "is_commercial"`, "GET", resource) },
		func() error { return step(200, `"is_active": false, "is_commercial"`, "DELETE", resource) },
		func() error { return step(l.repeated, repeated, "DELETE", resource) },
		func() error {
			_, err := l.admin("PATCH", "/sessions/"+l.id+"/records/1/3/1", fmt.Sprintf(`{"name": %q}`, l.name), 200)
			return err
		},
		func() error { return step(200, `"name": "`+l.name+`"`, "GET", "/customers/3/locations/1") },
		func() error { return l.versioned(step, string(l.version)) },
		func() error { return step(200, `"is_active": true`, "GET", "/customers/2/locations/1") },
		func() error { return step(400, `"field": `, "GET", "/customers/x/locations/1") },
	} {
		if err := do(); err != nil {
			return "", err
		}
	}
	return all.String(), l.look()
}

// versioned pins the session's version and sees that the pin holds.
func (l *lone) versioned(step func(int, string, string, string, ...string) error, version string) error {
	if err := step(200, "", "GET", resource, "X-Api-Version: "+version); err != nil {
		return err
	}
	p, err := l.admin("GET", "/sessions/"+l.id+"/pins", "", 200)
	if want := fmt.Sprintf(`{"pins":{"web-app":%q}}`+"\n", version); err == nil && p.body != want {
		err = fmt.Errorf("session %d has the pins %s, want %s", l.n, p.body, want)
	}
	return err
}

// look holds that the session's journal and diff have its own doings alone.
func (l *lone) look() error {
	p, err := l.admin("GET", "/journal?session="+l.id, "", 200)
	if err != nil {
		return err
	}
	if n := strings.Count(p.body, `"session":"`+l.id+`"`); n != l.ticks || strings.Count(p.body, `"session":`) != n {
		return fmt.Errorf("session %d: the journal has %d exchanges of it, want %d and no others: %s", l.n, n, l.ticks, p.body)
	}
	p, err = l.admin("GET", "/sessions/"+l.id+"/diff", "", 200)
	if err == nil && (strings.Count(p.body, `"op":`) != 2 || !strings.Contains(p.body, l.name)) {
		err = fmt.Errorf("session %d: the diff is not its own two changes: %s", l.n, p.body)
	}
	return err
}

// run goes through a session's life; some go through the same script
// again after a reset.
func (l *lone) run(ready *sync.WaitGroup, start <-chan struct{}) error {
	err := l.create()
	ready.Done()
	<-start
	if err != nil {
		return err
	}
	first, err := l.script()
	if err != nil {
		return err
	}
	if _, err := l.admin("POST", "/sessions/"+l.id+"/reset", "", 200); err != nil {
		return err
	}
	if l.n%4 == 0 {
		again, err := l.script()
		if err != nil {
			return fmt.Errorf("after the reset: %w", err)
		}
		if first != again {
			return fmt.Errorf("session %d: after the reset the same requests have other answers: %s", l.n, firstDifference(first, again))
		}
	}
	if _, err := l.admin("DELETE", "/sessions/"+l.id, "", http.StatusNoContent); err != nil {
		return err
	}
	p, err := send(l.r.url+"/_s/"+l.id+resource, "GET", "", dispatcher...)
	if err == nil && p.status != http.StatusNotFound {
		err = fmt.Errorf("session %d is dropped, and answers %d", l.n, p.status)
	}
	return err
}

// TestThousandSessions runs 1,000 sessions at once, each with its own script,
// and holds that none sees another's records, pins, clock, IDs or journal.
func TestThousandSessions(t *testing.T) {
	t.Parallel()
	sessions := 1000
	if testing.Short() {
		sessions = 50
	}
	r := launch(t, settings{journal: journal.Limits{Count: 100_000, Bytes: 1 << 30}})
	before := r.document(t, "default")
	start := make(chan struct{})
	var ready, wait sync.WaitGroup
	ready.Add(sessions)
	for n := range sessions {
		l := newLone(r, n, testkit.Contract(t).Versions())
		wait.Go(func() {
			if err := l.run(&ready, start); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	var list struct{ Sessions []struct{ ID string } }
	r.must(t, "GET", "/sessions", "", &list)
	if len(list.Sessions) != sessions+1 {
		t.Errorf("there are %d sessions, want %d and the default one", len(list.Sessions), sessions)
	}
	close(start)
	wait.Wait()
	if after := r.document(t, "default"); string(before) != string(after) {
		t.Errorf("the default session has changed: %s", firstDifference(string(before), string(after)))
	}
	if got := r.api(t, "GET", resource); got.header.Get("X-Api-Version") != "2019/02/08" {
		t.Errorf("the default session has a version pin of another: %s", got.header.Get("X-Api-Version"))
	}
	r.must(t, "GET", "/sessions", "", &list)
	if len(list.Sessions) != 1 {
		t.Errorf("at the end there are %d sessions, want the default one alone", len(list.Sessions))
	}
}
