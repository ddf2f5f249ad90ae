package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// ways are the ways to name a session: the path and the header lines of a
// request for a resource.
var ways = []struct {
	name string
	of   func(id string) (path string, header []string)
}{
	{"path", func(id string) (string, []string) { return "/_s/" + id + resource, nil }},
	{"header", func(id string) (string, []string) { return resource, []string{"X-Mock-Session: " + id} }},
	{"host", func(id string) (string, []string) { return resource, []string{"Host: " + id + ".localhost"} }},
	{"host and port", func(id string) (string, []string) {
		return resource, []string{"Host: " + strings.ToUpper(id) + ".LocalHost:8003"}
	}},
	{"path before header", func(id string) (string, []string) {
		return "/_s/" + id + resource, []string{"X-Mock-Session: other", "Host: other.localhost"}
	}},
	{"header before host", func(id string) (string, []string) {
		return resource, []string{"X-Mock-Session: " + id, "Host: other.localhost"}
	}},
}

func isActive(t *testing.T, p reply) bool {
	t.Helper()
	if p.status != http.StatusOK {
		t.Fatalf("got %d %s", p.status, p.body)
	}
	return strings.Contains(p.body, `"is_active": true, "is_commercial"`)
}

// TestSessionsAreIsolated changes one session, named in each of the ways, and
// finds the others untouched: record, pin, clock, request IDs and journal.
func TestSessionsAreIsolated(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{})
			r.must(t, "POST", "/sessions", `{"id": "mine", "clock": {"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "1h"}, "request_ids": {"seed": 1}}`, nil)
			r.must(t, "POST", "/sessions", `{"id": "other", "request_ids": {"seed": 1}}`, nil)
			path, header := way.of("mine")
			got := r.api(t, "DELETE", path, append(header, "X-Api-Version: 2021/04/07")...)
			if got.status != http.StatusOK || isActive(t, got) {
				t.Fatalf("DELETE: got %d %s", got.status, got.body)
			}
			if date := got.header.Get("Date"); date != "Sun, 01 Jan 2023 00:00:00 GMT" {
				t.Errorf("the session's clock does not show in Date: %s", date)
			}
			got = r.api(t, "GET", path, header...)
			if isActive(t, got) || got.header.Get("X-Api-Version") != "2021/04/07" || got.header.Get("Date") != "Sun, 01 Jan 2023 01:00:00 GMT" {
				t.Errorf("then GET has %v %s, want the record inactive, the pinned version and the clock a step on", got.header, got.body)
			}
			first := r.api(t, "GET", "/_s/other"+resource)
			if !isActive(t, first) || first.header.Get("X-Api-Version") != "2019/02/08" || first.header.Get("Date") != "Sat, 20 Aug 2022 01:38:16 GMT" {
				t.Errorf("another session sees it: %v %s", first.header, first.body)
			}
			if home := r.api(t, "GET", resource); !isActive(t, home) || home.header.Get("X-Api-Version") != "2019/02/08" {
				t.Errorf("the default session sees it: %v %s", home.header, home.body)
			}
			for session, want := range map[string]int{"mine": 2, "other": 1, "default": 1} {
				var list struct {
					Exchanges []struct{ Session, Path string }
				}
				r.must(t, "GET", "/journal?session="+session, "", &list)
				if len(list.Exchanges) != want {
					t.Errorf("the journal of %s has %+v, want %d", session, list.Exchanges, want)
				}
				for _, x := range list.Exchanges {
					if x.Session != session || x.Path != resource {
						t.Errorf("the journal of %s has %+v, want the path without the session's prefix", session, x)
					}
				}
			}
			r.must(t, "POST", "/sessions/mine/reset", "", nil)
			if got := r.api(t, "GET", path, header...); !isActive(t, got) || got.header.Get("Date") != "Sun, 01 Jan 2023 00:00:00 GMT" {
				t.Errorf("after its reset GET has %v %s", got.header, got.body)
			}
		})
	}
}

// TestSessionNames tries what is not a session's name, or not quite: none of it
// reaches a session, the admin API or the default world.
func TestSessionNames(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	long := strings.Repeat("a", 63)
	for _, id := range []string{"abc", long} {
		r.must(t, "POST", "/sessions", fmt.Sprintf(`{"id": %q}`, id), nil)
	}
	head := strings.Join(append([]string{"Host: a", "Connection: close"}, dispatcher...), "\r\n") + "\r\n\r\n"
	// An empty header is a variable that is not set, and two say two things.
	for lines, want := range map[string]string{"X-Mock-Session:": "names no session: it is empty", "X-Mock-Session: abc\r\nX-Mock-Session: default": "names the session "} {
		if answer := raw(t, r.host, "DELETE "+resource+" HTTP/1.1\r\n"+lines+"\r\n"+head); statusOf(t, answer) != 404 || !strings.Contains(answer, want) {
			t.Errorf("%s: got\n%s\nwant 404 and %q", lines, answer, want)
		}
	}
	for _, c := range []struct {
		target string
		status int
		want   string // in the answer
	}{
		{"/_s/abc" + resource, 200, `"customer_id": 1`},
		{"/_s/" + long + resource, 200, `"customer_id": 1`},
		{"/_s/default" + resource, 200, `"customer_id": 1`},
		{"/_s/" + long + "a" + resource, 404, "names the session"},
		{"/_s/ABC" + resource, 404, "names the session"},
		{"/_s/a%62c" + resource, 404, "an ID has no escaped characters"},
		{"/_s/%61bc" + resource, 404, "an ID has no escaped characters"},
		{"/_s/abc%2F" + resource[1:], 404, ""},
		{"/_s/abc%00" + resource, 404, "an ID has no escaped characters"},
		{"/_s/abc%0d%0aX-A:b" + resource, 404, "an ID has no escaped characters"},
		{"/_s/" + resource, 404, "The path /_s/ names no session: it is empty."},
		{"/_s//abc" + resource, 404, "names no session"},
		{"//_s/abc" + resource, 404, "is not a path of this mock"},
		{"/_s/./abc" + resource, 404, "names the session"},
		{"/_s/../abc" + resource, 404, "names the session"},
		{"/_s/%2e%2e/abc" + resource, 404, "an ID has no escaped characters"},
		{"/_s/abc/.." + resource, 404, "is not a path of this mock"},
		{"/_s/abc/../../_mock/health", 404, "is not a path of this mock"},
		{"/_s/abc/%2e%2e/%2e%2e/_mock/health", 404, "is not a path of this mock"},
		{"/_s/abc/_mock/health", 404, "is not a path of this mock"},
		{"/_s/abc//_mock/health", 404, "is not a path of this mock"},
		{"/_s/abc/_s/abc" + resource, 404, "is not a path of this mock"},
		{"/%5fs/abc" + resource, 404, ""},
		{"/_S/abc" + resource, 404, "is not a path of this mock"},
		{"/_s/abc", 404, "is not a path of this mock"},
		{"/_s/abc/", 404, "is not a path of this mock"},
		{"/_s/abc;x=1" + resource, 404, "names the session"},
		{"/_s/abc?x=" + resource, 404, ""},
		{"/_s", 404, "is not a path of this mock"},
		{"/_s/_mock/health", 404, "names the session"},
	} {
		t.Run(c.target[:min(len(c.target), 60)], func(t *testing.T) {
			answer := raw(t, r.host, "GET "+c.target+" HTTP/1.1\r\n"+head)
			if got := statusOf(t, answer); got != c.status || !strings.Contains(answer, c.want) {
				t.Errorf("got %d:\n%s\nwant %d and %q", got, answer, c.status, c.want)
			}
			if strings.Contains(answer, `"status":"ready"`) || strings.Contains(answer, "\r\nX-A:b") {
				t.Errorf("it reached what it must not:\n%s", answer)
			}
		})
	}
	for _, header := range []string{"X-Mock-Session: ABC", "X-Mock-Session: abc/", "X-Mock-Session: ../abc", "X-Mock-Session: " + long + "a",
		"X-Mock-Session: a%62c", "Host: none.localhost", "Host: a.abc.localhost", "Host: .localhost", "Host: abc.localhost.localhost:1"} {
		t.Run(header[:min(len(header), 60)], func(t *testing.T) {
			if got := r.api(t, "GET", resource, header); got.status != http.StatusNotFound || !strings.Contains(got.body, "session") {
				t.Errorf("got %d %s, want 404: there is no such session", got.status, got.body)
			}
		})
	}
}

// TestSessionIDs holds which IDs a session may be given.
func TestSessionIDs(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, id := range []string{"a", "0", "a-b", "a-", strings.Repeat("z", 63), "9-9"} {
		r.must(t, "POST", "/sessions", fmt.Sprintf(`{"id": %q}`, id), nil)
		if got := r.api(t, "GET", "/_s/"+id+resource); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", id, got.status, got.body)
		}
	}
	for _, id := range []string{"", "A", "-a", "_a", "a_b", "a.b", "a b", "a/b", "..", "a%62", "é", "a\\u0000", "a\\n", strings.Repeat("z", 64), "xn--\\u00e9"} {
		p := r.do(t, "POST", "/_mock/sessions", `{"id": "`+id+`"}`)
		if p.status != http.StatusUnprocessableEntity || len(p.problem.Diagnostics) != 1 || p.problem.Diagnostics[0].Pointer != "/id" {
			t.Errorf("%q: got %d %s, want 422 and an error at /id", id, p.status, p.body)
		}
	}
	for _, target := range []string{"/_mock/sessions/a%2d", "/_mock/sessions/%61", "/_mock/sessions/A", "/_mock/sessions/..", "/_mock/sessions/.",
		"/_mock/sessions//a", "/_mock/sessions/a/", "/_mock/sessions/a/../a", "/_mock/sessions/a%2Fdiff", "/_mock/sessions/a%00", "/_mock/./sessions/a"} {
		answer := raw(t, r.host, "DELETE "+target+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if got := statusOf(t, answer); got != http.StatusNotFound && got != http.StatusMethodNotAllowed {
			t.Errorf("DELETE %s: got %d:\n%s", target, got, answer)
		}
	}
	r.must(t, "GET", "/sessions/a", "", nil)
}
