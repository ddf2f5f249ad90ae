package coverage_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
)

// ask sends a request; each header is a line, and stands in the place of the
// good request's.
func (r *running) ask(t *testing.T, method, path string, header ...string) {
	t.Helper()
	request, err := http.NewRequest(method, r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range append([]string{"Authorization: Bearer dispatcher-token", "X-Tenant-Id: 1"}, header...) {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func covered(c *coverage.Report) []string {
	var names []string
	for name, item := range items(c) {
		if item.Covered {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// good is what a good request covers beside its own.
var good = []string{"path parameters: customer_id right", "path parameters: customer_location_id right", "records: 1/1/1", "request headers: accept absent",
	"request headers: authorization right", "request headers: content-type absent", "request headers: x-request-id absent", "request headers: x-tenant-id right",
	"roles: Dispatcher GET", "statuses: 200", "slashes: without", "methods: GET"}

// TestMatch holds what each kind of request covers, and nothing else.
func TestMatch(t *testing.T) {
	t.Parallel()
	const path = "/customers/1/locations/1"
	unversioned := append([]string{"request headers: x-api-version absent", "versions: default"}, good...)
	without := func(list []string, out ...string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(out, s) })
	}
	refused := without(unversioned, "statuses: 200", "versions: default", "records: 1/1/1")
	wrong := without(refused, "roles: Dispatcher GET") // the role was not asked
	for _, c := range []struct {
		name, method, path string
		header             []string
		want               []string
	}{
		{"good", "GET", path, nil, unversioned},
		{"version named", "GET", path, []string{"X-Api-Version: 2021/04/07"}, append([]string{"request headers: x-api-version right", "versions: 2021/04/07 named"}, good...)},
		{"slash and DELETE", "DELETE", path + "/", nil, append(without(unversioned, "slashes: without", "methods: GET", "roles: Dispatcher GET"), "slashes: with", "methods: DELETE", "roles: Dispatcher DELETE")},
		{"wrong role", "DELETE", path, []string{"Authorization: Bearer driver-token"}, append(without(refused, "methods: GET", "roles: Dispatcher GET"), "methods: DELETE", "roles: Driver DELETE", "statuses: 403", "errors: role_missing")},
		{"unknown record", "GET", "/customers/1/locations/999", nil, append(slices.Clone(refused), "statuses: 404", "errors: record_unknown")},
		{"foreign tenant's record is not reached", "GET", path, []string{"X-Tenant-Id: 2"}, append(slices.Clone(refused), "statuses: 403", "errors: tenant_foreign")},
		{"two wrong at once", "GET", "/customers/abc/locations/1", []string{"X-Tenant-Id: one"}, append(without(wrong, "path parameters: customer_id right", "request headers: x-tenant-id right"),
			"path parameters: customer_id type", "request headers: x-tenant-id type", "statuses: 400", "errors: tenant_id_invalid")},
		{"no authorization", "GET", path, []string{"Authorization: "}, append(without(wrong, "request headers: authorization right"), "request headers: authorization absent", "statuses: 401", "errors: authorization_invalid")},
		{"not performed", "POST", path, nil, []string{"methods: POST", "statuses: 501", "errors: method_not_implemented"}},
		{"no method", "PUT", path, nil, []string{"methods: any other", "statuses: 405", "errors: method_not_allowed"}},
		{"no path", "GET", "/nowhere", nil, []string{"statuses: 404", "errors: path_unknown"}},
		{"no session", "GET", "/_s/none" + path, nil, []string{"limits: session_unknown", "methods: GET", "statuses: 404"}},
		{"scenario that answers", "GET", path, []string{"X-Mock-Scenario: plain"}, append(slices.Clone(refused), "scenarios: plain", "records: 1/1/1")},
		{"scenario that refuses", "GET", path, []string{"X-Mock-Scenario: expired"}, append(slices.Clone(refused), "scenarios: expired", "records: 1/1/1")},
		{"scenario on a wrong request", "GET", path, []string{"X-Mock-Scenario: plain", "X-Tenant-Id: one"}, append(without(refused, "request headers: x-tenant-id right", "roles: Dispatcher GET"), "request headers: x-tenant-id type", "scenarios: plain")},
		{"preflight without a question", "OPTIONS", path, nil, []string{"methods: OPTIONS"}},
		{"preflight", "OPTIONS", path, []string{"Access-Control-Request-Method: PUT"}, []string{"methods: OPTIONS", "preflights: refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{scenarios: stages})
			r.ask(t, c.method, c.path, c.header...)
			want := slices.Sorted(slices.Values(c.want))
			if got := covered(r.Coverage().Report("", r.live())); !slices.Equal(got, want) {
				t.Errorf("not wanted: %q\nmissing: %q", without(got, want...), without(want, got...))
			}
		})
	}
}

// TestCounts holds what is counted for sessions and for all, what a reset and
// an end let go of, and that counts outlive the journal.
func TestCounts(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.admin(t, "POST", "/sessions", `{"id": "one"}`)
	count := func(session string) uint64 {
		return items(r.Coverage().Report(session, r.live()))["statuses: 200"].Count
	}
	const path = "/customers/1/locations/1"
	for range 150 { // the journal keeps 100
		r.ask(t, "GET", path)
	}
	r.ask(t, "GET", "/_s/one"+path)
	hold := func(when string, all, home, one uint64) {
		t.Helper()
		if got := []uint64{count(""), count("default"), count("one")}; !slices.Equal(got, []uint64{all, home, one}) {
			t.Errorf("%s: got %d requests in all, in the default session and in another, want %d, %d, %d", when, got, all, home, one)
		}
	}
	hold("asked", 151, 150, 1)
	r.admin(t, "POST", "/sessions/one/reset", "")
	hold("after a reset", 151, 150, 0)
	r.ask(t, "GET", "/_s/one"+path)
	r.admin(t, "DELETE", "/sessions/one", "")
	hold("after an end", 152, 150, 0)
	r.admin(t, "DELETE", "/coverage?session=default", "")
	hold("after forgetting a session", 152, 0, 0)
	r.admin(t, "DELETE", "/coverage", "")
	hold("after forgetting all", 0, 0, 0)
}

func (r *running) admin(t *testing.T, method, path, body string) {
	t.Helper()
	request, err := http.NewRequest(method, r.url+"/_mock"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: got %s", method, path, response.Status)
	}
}

// TestNewFixtures holds that counts go over to the grid of changed fixtures.
func TestNewFixtures(t *testing.T) {
	t.Parallel()
	c, first := load(t, settings{})
	_, second := load(t, settings{choices: `{"path_unknown": 400}`})
	now := first
	cov := coverage.New(coverage.Options{Contract: c, Fixtures: func() *fixture.Fixtures { return now }})
	r, err := http.NewRequest(http.MethodGet, "http://a/nowhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange.Exchange{Session: "default", Status: 404, ErrorCode: "path_unknown", RequestID: "id"}
	cov.Add(x, r, &contract.Route{})
	now = second
	for _, session := range []string{"", "default"} {
		all := items(cov.Report(session, coverage.Where{}))
		if got := all["errors: path_unknown"]; got.Count != 1 || got.RequestID != "id" {
			t.Errorf("session %q: got %+v, want what was counted before", session, got)
		}
	}
	cov.Add(x, r, &contract.Route{})
	if got := items(cov.Report("", coverage.Where{}))["statuses: 404"].Count; got != 2 {
		t.Errorf("got %d answers of 404, want 2", got)
	}
}

// TestSessionsAreBounded holds that sessions that are gone do not fill the
// memory.
func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	c, f := load(t, settings{})
	cov := coverage.New(coverage.Options{Contract: c, Fixtures: func() *fixture.Fixtures { return f }})
	for i := range 10_000 {
		cov.Add(&exchange.Exchange{Session: fmt.Sprint(i), ErrorCode: "request_malformed"}, nil, nil)
	}
	if n := coverage.Sessions(cov); n > 4096 {
		t.Errorf("got the counts of %d sessions, want no more than there may be", n)
	}
}

// BenchmarkAdd measures what a good exchange costs.
func BenchmarkAdd(b *testing.B) {
	c, f := load(b, settings{})
	cov := coverage.New(coverage.Options{Contract: c, Fixtures: func() *fixture.Fixtures { return f }})
	r, err := http.NewRequest(http.MethodGet, "http://a/customers/1/locations/1", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer dispatcher-token"}, "X-Tenant-Id": {"1"}, "Accept": {"*/*"}}
	x := &exchange.Exchange{Session: "default", Operation: "Get Customer", ClientID: "web-app", Status: 200, VersionUsed: "2019/02/08"}
	b.ReportAllocs()
	for b.Loop() {
		cov.Add(x, r, &contract.Route{})
	}
}

// TestSessionsEnd holds that sessions that end while requests are counted stop
// nobody.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	done := make(chan struct{})
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			id := fmt.Sprint("s", i)
			for range 50 {
				r.admin(t, "POST", "/sessions", `{"id": "`+id+`"}`)
				r.ask(t, "GET", "/_s/"+id+"/customers/1/locations/1")
				r.admin(t, "GET", "/coverage?session="+id, "")
				r.admin(t, "DELETE", "/sessions/"+id, "")
			}
		})
	}
	go func() {
		wait.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("requests and the ends of sessions wait for each other")
	}
}
