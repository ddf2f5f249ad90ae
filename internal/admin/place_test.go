package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/quota"
)

// TestAdminOff holds that without the admin API its paths are like any that the API
// does not have, while sessions' paths are of no use.
func TestAdminOff(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{admin: app.Admin{Off: true}})
	for _, call := range []string{"GET /_mock/health", "GET /_mock", "POST /_mock/sessions", "GET /_mock/openapi.json", "OPTIONS /_mock/sessions", "GET /_mock/journal/stream"} {
		method, path, _ := strings.Cut(call, " ")
		got := r.do(t, method, path, "")
		other := r.do(t, method, "/elsewhere", "")
		if got.status != http.StatusNotFound || got.problem.Detail != "" || got.body != strings.ReplaceAll(other.body, "/elsewhere", path) {
			t.Errorf("%s: got %d %s, want the API's own 404, as of any other path:\n%s", call, got.status, got.body, other.body)
		}
	}
	if got := r.api(t, "GET", resource); got.status != http.StatusOK {
		t.Errorf("GET %s: got %d %s", resource, got.status, got.body)
	}
}

// TestAdminElsewhere holds that an admin API with a listener of its own is there
// alone, and tells the API's address.
func TestAdminElsewhere(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{admin: app.Admin{Address: "127.0.0.1:0"}})
	if got := r.do(t, "GET", "/_mock/health", ""); got.status != http.StatusNotFound || got.problem.Detail != "" {
		t.Errorf("the API's listener answers %d %s, want the API's own 404", got.status, got.body)
	}
	admin := &running{Server: r.Server, url: "http://" + r.AdminAddr().String(), host: r.AdminAddr().String()}
	if got := admin.do(t, "GET", "/_mock/health", ""); got.status != http.StatusOK {
		t.Errorf("the admin API's listener: got %d %s", got.status, got.body)
	}
	for _, path := range []string{resource, "/_s/default" + resource, "/", "/_mocked"} {
		if got := admin.api(t, "DELETE", path); got.status != http.StatusNotFound {
			t.Errorf("the admin API's listener answers DELETE %s: %d %s", path, got.status, got.body)
		}
	}
	var made struct {
		BaseURL string `json:"base_url"`
	}
	admin.must(t, "POST", "/sessions", `{"id": "a"}`, &made)
	if want := r.url + "/_s/a"; made.BaseURL != want {
		t.Errorf("the session's base URL is %s, want %s: the API is not where the admin API is", made.BaseURL, want)
	}
	got, err := send(made.BaseURL+resource, "GET", "", dispatcher...)
	if err != nil || got.status != http.StatusOK {
		t.Errorf("GET at the session's base URL: %d %s, %v", got.status, got.body, err)
	}
	if got := admin.do(t, "GET", "/_mock/health", "", "Host: evil.example"); got.status != http.StatusForbidden {
		t.Errorf("a rebound host: got %d %s, want 403", got.status, got.body)
	}
}

// TestAdminByName holds that a server that listens at a name answers to it.
func TestAdminByName(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{address: "localhost:0"})
	port := r.host[strings.LastIndexByte(r.host, ':'):]
	for host, status := range map[string]int{"localhost" + port: 200, "LocalHost": 200, "other.example" + port: 403} {
		if got := r.do(t, "GET", "/_mock/health", "", "Host: "+host); got.status != status {
			t.Errorf("Host %s: got %d %s, want %d", host, got.status, got.body, status)
		}
	}
}

// ticking is a machine's clock that a test sets.
type ticking struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticking) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *ticking) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// TestSessionLimit holds that there are never more sessions than the limit,
// that a session in use is not dropped for another, and one that is idle is.
func TestSessionLimit(t *testing.T) {
	t.Parallel()
	clock := &ticking{at: sampleTime}
	r := launch(t, settings{sessions: 3, ttl: time.Hour, now: clock.now})
	for i := range 3 {
		r.must(t, "POST", "/sessions", fmt.Sprintf(`{"id": "s%d"}`, i), nil)
	}
	got := r.do(t, "POST", "/_mock/sessions", `{"id": "more"}`)
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.problem.Detail, "limit allows") || !strings.Contains(got.problem.Detail, "(3)") {
		t.Errorf("got %d %s, want 429, and which limit", got.status, got.body)
	}
	if got := r.api(t, "GET", "/_s/more"+resource); got.status != http.StatusNotFound {
		t.Errorf("the session that was refused is there: %d", got.status)
	}
	clock.pass(2 * time.Minute)
	r.api(t, "GET", "/_s/s0"+resource)
	r.api(t, "GET", "/_s/s2"+resource)
	r.must(t, "POST", "/sessions", `{"id": "more"}`, nil)
	for id, status := range map[string]int{"s0": 200, "s1": 404, "s2": 200, "more": 200} {
		if got := r.api(t, "GET", "/_s/"+id+resource); got.status != status {
			t.Errorf("%s: got %d, want %d: the one that was idle longest makes room", id, got.status, status)
		}
	}
	clock.pass(time.Hour + time.Second)
	var list struct {
		Sessions []struct{ ID string }
		Limit    int
	}
	r.must(t, "GET", "/sessions", "", &list)
	if len(list.Sessions) != 1 || list.Sessions[0].ID != "default" || list.Limit != 3 {
		t.Errorf("when their time is over there are %+v, want the default one alone", list)
	}
}

// TestSnapshotLimit holds that a session keeps so many snapshots and no more.
func TestSnapshotLimit(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "a"}`, nil)
	for i := range quota.Snapshots {
		r.must(t, "POST", "/sessions/a/snapshots", fmt.Sprintf(`{"name": "s%d"}`, i), nil)
	}
	// Another state under an old name needs no room.
	r.must(t, "POST", "/sessions/a/snapshots", `{"name": "s0"}`, nil)
	got := r.do(t, "POST", "/_mock/sessions/a/snapshots", `{"name": "more"}`)
	if got.status != http.StatusConflict || !strings.Contains(got.problem.Detail, "drop one first") {
		t.Errorf("got %d %s, want 409 and what to do", got.status, got.body)
	}
	r.must(t, "DELETE", "/sessions/a/snapshots/s5", "", nil)
	r.must(t, "POST", "/sessions/a/snapshots", `{"name": "more"}`, nil)
}
