package admin_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/jsonx"
)

// bad are requests that the admin API refuses, with all that is wrong in them.
var bad = []exercise{
	{"POST /sessions", `{"id": "S1", "name": 7, "ttl": "", "colour": "red"}`, 422, `body /id: "S1": must be 1 to 63 of the characters`, []string{"/id", "/name", "/ttl", "/colour"}},
	{"POST /sessions", `{"id": "s1"}`, 409, `there is a session of this ID already`, nil},
	{"POST /sessions", `{"id": "default"}`, 409, `there is a session of this ID already`, nil},
	{"POST /sessions", `{"ttl": "999ms"}`, 422, `body /ttl: "999ms": must be a duration such as 1h30m`, []string{"/ttl"}},
	{"POST /sessions", `{"ttl": "9999h"}`, 422, `body /ttl: "9999h": must be at most [0-9hms]+, which the server's --session-ttl allows`, []string{"/ttl"}},
	{"POST /sessions", `{"ttl": "1 hour"}`, 422, `body /ttl: "1 hour": must be a duration`, []string{"/ttl"}},
	{"POST /sessions", `{"clock": {"mode": "fast"}}`, 422, `/clock/mode`, []string{"/clock/mode"}},
	{"POST /sessions", `{"clock": {"mode": "frozen"}}`, 422, `body /clock/at: is required where the mode is frozen`, []string{"/clock/at"}},
	{"POST /sessions", `{"clock": {"mode": "frozen", "at": "2022-08-20"}}`, 422, `body /clock/at: "2022-08-20": must be a time of RFC 3339`, []string{"/clock/at"}},
	{"POST /sessions", `{"request_ids": {"seed": -1}}`, 422, `/request_ids/seed`, []string{"/request_ids/seed"}},
	{"POST /sessions", `{"request_ids": {"seed": 1.5}}`, 422, `/request_ids/seed`, []string{"/request_ids/seed"}},
	{"POST /sessions", `{"id": "half", "fixtures": {"choices": {"repeated_delete": 411}}}`, 422, `/choices/repeated_delete: 411`, nil},
	{"POST /sessions", `{"id": "half", "scenarios": ["nothing", {"name": "X", "then": {}}]}`, 422, `/scenarios/0: "nothing": there is no such scenario`, nil},
	{"POST /sessions", `[]`, 422, `object`, nil},
	{"POST /sessions", `{"id": "a", "id": "b"}`, 400, `The body is not JSON: line 1, column`, nil},
	{"POST /sessions", `{"id": `, 400, `The body is not JSON`, nil},
	{"POST /sessions", "{\"name\": \"\xff\"}", 400, `The body is not JSON`, nil},
	{"POST /sessions", strings.Repeat("[", 100_000), 400, `The body is not JSON`, nil},
	{"GET /sessions/none", "", 404, `There is no session "none"; POST /_mock/sessions makes one\.`, nil},
	{"DELETE /sessions/none", "", 404, `There is no session`, nil},
	{"DELETE /sessions/default", "", 409, `the default session can be reset, but not dropped`, nil},
	{"POST /sessions/none/reset", "", 404, `There is no session`, nil},
	{"POST " + s1 + "/reset", `{"keep_journal": "yes"}`, 422, `/keep_journal`, []string{"/keep_journal"}},
	{"GET /sessions/none/diff", "", 404, `There is no session`, nil},
	{"GET /sessions/none/bundle", "", 404, `There is no session`, nil},

	{"GET /sessions/none/snapshots", "", 404, `There is no session`, nil},
	{"POST " + s1 + "/snapshots", `{}`, 422, `name`, []string{"/name"}},
	{"POST " + s1 + "/snapshots", `{"name": "a/b"}`, 422, `must be 1 to 64 letters, digits, dots, dashes and underscores`, []string{"/name"}},
	{"POST " + s1 + "/snapshots", `{"name": ".."}`, 422, `/name`, []string{"/name"}},
	{"POST " + s1 + "/snapshots/none/restore", "", 404, `The session has no snapshot "none"`, nil},
	{"DELETE " + s1 + "/snapshots/none", "", 404, `The session has no snapshot "none"`, nil},

	{"GET " + s1 + "/records?limit=0", "", 400, `limit: "0": must be a whole number from 1 to 1000`, nil},
	{"GET " + s1 + "/records?after=1,2", "", 400, `after: "1,2": must be TENANT,CUSTOMER,LOCATION`, nil},
	{"GET " + s1 + "/records/1/99/1", "", 404, `no record of tenant 1, customer 99, location 1`, nil},
	{"GET " + s1 + "/records/1/1/9223372036854775808", "", 400, `each a whole number of at most 64 bits`, nil},
	{"GET " + rec + "?api_version=2020/01/01", "", 400, `api_version: "2020/01/01": must be one of \[2019/02/08 `, nil},
	{"GET /sessions/none/records", "", 404, `There is no session`, nil},
	{"PUT " + rec, `{"name": "X"}`, 422, `/location_id: is required`, []string{"/is_active", "/id", "/addresses"}},
	{"PUT " + rec + "?api_version=2020/01/01", `{}`, 400, `api_version: "2020/01/01"`, nil},
	{"PUT " + rec, `"record"`, 422, `object`, nil},
	{"PATCH " + rec, `{"is_active": "no", "is_actve": true, "created_on": "2018-06-13T19:50:20.867000Z"}`, 422, `/is_actve`, []string{"/is_active", "/is_actve", "/created_on"}},
	{"PATCH " + rec, `{"id": 2}`, 422, `The body's customer and location are not those of the path, 1 and 1`, nil},
	{"PATCH " + s1 + "/records/1/99/1", `{"note": "x"}`, 404, `no record of tenant 1`, nil},
	{"PATCH " + s1 + "/records/7/1/1", `{"note": "x"}`, 404, `no record of tenant 7`, nil},
	{"DELETE " + s1 + "/records/1/99/1", "", 404, `no record of tenant 1, customer 99`, nil},
	{"POST /sessions/none/records/1/1/1/revert", "", 404, `There is no session`, nil},
	{"POST " + s1 + "/records/a/1/1/revert", "", 400, `each a whole number`, nil},

	{"GET /sessions/none/pins", "", 404, `There is no session`, nil},
	{"PUT " + s1 + "/pins", `{"pins": {"mobile-app": "2019/02/08", "web-app": "2020/01/01"}}`, 422, `body /pins/web-app: "2020/01/01": must be one of the versions`, []string{"/pins/web-app"}},
	{"PUT " + s1 + "/pins", `{"pins": {"mobile-app": null, "a/b~c": "x"}}`, 422, `body /pins/a~1b~0c: "x"`, []string{"/pins/a~1b~0c"}},
	{"PUT " + s1 + "/pins", `{"pins": {"web-app": 2019}}`, 422, `/pins/web-app`, []string{"/pins/web-app"}},
	{"PUT " + s1 + "/pins", ``, 422, `pins`, []string{"/pins"}},
	{"GET /sessions/none/clock", "", 404, `There is no session`, nil},
	{"PUT " + s1 + "/clock", `{"mode": "step", "at": "2022-08-20T01:38:16Z", "step": "often"}`, 422, `body /step: "often": must be a duration`, []string{"/step"}},
	{"PUT " + s1 + "/clock", `{"mode": "frozen", "at": "0000-12-31T00:00:00Z"}`, 422, `must lie in the years 1 to 9999`, []string{"/at"}},
	{"PUT " + s1 + "/clock", `{"mode": "frozen", "at": "9999-12-31T23:59:59-01:00"}`, 422, `must lie in the years 1 to 9999`, []string{"/at"}},
	{"PUT " + s1 + "/clock", `{"mode": "frozen", "at": "2022-08-20T01:38:16+24:00"}`, 422, `must be a time of RFC 3339`, []string{"/at"}},
	{"PUT " + s1 + "/clock", `{"mode": "step", "at": "2022-08-20T01:38:16-24:00", "step": "1s"}`, 422, `must be a time of RFC 3339`, []string{"/at"}},
	{"POST /sessions", `{"clock": {"mode": "frozen", "at": "2022-08-20T01:38:16+24:00"}}`, 422, `must be a time of RFC 3339`, []string{"/clock/at"}},
	{"POST " + s1 + "/scenarios", `{"name": "flaky", "until": "2022-08-20T01:38:16+24:00"}`, 422, `must be a time of RFC 3339`, []string{"/until"}},
	{"POST " + s1 + "/scenarios", `{"definition": {"name": "a", "limit": {"until": "9999-12-31T23:59:59-01:00"}, "then": {"stale": true}}}`, 422, `must lie in the years 1 to 9999`, []string{"/definition/limit/until"}},
	{"PUT " + s1 + "/clock", `{"mode": "offset", "offset": "877000h"}`, 422, `body /offset: "877000h": must be a duration`, []string{"/offset"}},
	{"PUT " + s1 + "/clock", `{"mode": "step", "at": "2022-08-20T01:38:16Z"}`, 422, `step`, []string{"/step"}},
	{"PUT " + s1 + "/clock", `{"mode": "offset"}`, 422, `offset`, []string{"/offset"}},
	{"PUT " + s1 + "/clock", `{"mode": "real", "at": "2022-08-20T01:38:16Z"}`, 422, `at`, []string{"/at"}},
	{"GET /sessions/none/request-ids", "", 404, `There is no session`, nil},
	{"PUT " + s1 + "/request-ids", `{"seed": 18446744073709551616}`, 422, `/seed`, []string{"/seed"}},
	{"PUT " + s1 + "/request-ids", `{"mode": "seed"}`, 422, `seed`, []string{"/seed"}},
	{"PUT " + s1 + "/request-ids", `{"mode": "random", "seed": 1}`, 422, `seed`, []string{"/seed"}},
	{"PUT " + s1 + "/request-ids", `{"seed": 1e3}`, 422, `body /seed`, []string{"/seed"}},
	{"GET /sessions/none/choices", "", 404, `There is no session`, nil},
	{"PATCH " + s1 + "/choices", `{"request_id_echo": false, "repeated_delete": 411}`, 422, `/choices/repeated_delete: 411`, nil},
	{"PATCH " + s1 + "/choices", `{"request_id_echo": false, "repeated_delet": 409}`, 422, `repeated_delet`, nil},
	{"PATCH " + s1 + "/choices", `{"error_order": ["path", "path"]}`, 422, `error_order`, nil},

	{"GET /sessions/none/scenarios", "", 404, `There is no session`, nil},
	{"POST " + s1 + "/scenarios", `{}`, 422, `either the name of a known scenario or a definition`, nil},
	{"POST " + s1 + "/scenarios", `{"name": "a", "definition": {}}`, 422, `either`, nil},
	{"POST " + s1 + "/scenarios", `{"name": "nothing"}`, 422, `there is no scenario "nothing"`, []string{"/name"}},
	{"POST " + s1 + "/scenarios", `{"definition": {"name": "half", "then": {"respond": {"status": 99}}, "wen": {}}}`, 422, `/definition/then/respond/status`, []string{"/definition/then/respond/status", "/definition/wen"}},
	{"POST " + s1 + "/scenarios", `{"definition": {"name": "half", "then": {"respond": {"status": 500}}}, "until": "2030-01-01 00:00:00 Z"}`, 422, `body /until`, []string{"/until"}},
	{"POST " + s1 + "/scenarios", `{"name": "x", "times": 0}`, 422, `/times`, []string{"/times"}},
	{"DELETE " + s1 + "/scenarios/nothing", "", 404, `No scenario "nothing" is on`, nil},
	{"DELETE /sessions/none/scenarios", "", 404, `There is no session`, nil},

	{"GET /journal?status=9xx", "", 400, `status "9xx": must be a status such as 404, or a class`, nil},
	{"GET /journal?verdict=fine", "", 400, `verdict "fine": must be one of`, nil},
	{"GET /journal?since=2022-08-20T01:38:16%2B24:00", "", 400, `since: "2022-08-20T01:38:16\+24:00": must be a time of RFC 3339`, nil},
	{"GET /journal?since=yesterday", "", 400, `since: "yesterday": must be a time of RFC 3339`, nil},
	{"GET /journal?after=-1", "", 400, `after: "-1": must be the id of an exchange`, nil},
	{"GET /journal?limit=10001", "", 400, `limit: "10001": must be a whole number from 1 to 10000`, nil},
	{"GET /journal?path=" + strings.Repeat("a", 1025), "", 400, `at most 1024 bytes`, nil},
	{"GET /journal?session=none", "", 404, `There is no session "none"`, nil},
	{"GET /coverage?session=none", "", 404, `There is no session "none"`, nil},
	{"DELETE /coverage?session=none", "", 404, `There is no session "none"`, nil},
	{"DELETE /journal?session=none", "", 404, `There is no session "none"`, nil},
	{"GET /journal/stream?status=x", "", 400, `status "x"`, nil},
	{"GET /journal/stream?session=none", "", 404, `There is no session "none"`, nil},
	{"GET /journal/har?before=x", "", 400, `before: "x"`, nil},
	{"GET /journal/har?session=none", "", 404, `There is no session "none"`, nil},
	{"GET /journal/no-such-id", "", 404, `no exchange of the request ID "no-such-id"`, nil},
	{"GET /exchanges/0", "", 404, `no exchange "0"`, nil},
	{"POST " + s1 + "/records/1/1/1/check", `{"name": "X"}`, 422, `/location_id: is required`, []string{"/is_active", "/id", "/addresses"}},
	{"POST " + s1 + "/records/1/1/1/check?api_version=2020/01/01", `{}`, 400, `api_version: "2020/01/01"`, nil},
	{"POST /sessions/none/records/1/1/1/check", `{}`, 404, `There is no session`, nil},
	{"GET " + s1 + "/records?sort=colour", "", 400, `sort: "colour": must be key, customer, location, name, active or changed`, nil},
	{"GET " + s1 + "/records?sort=name&order=up", "", 400, `order: "up": must be asc or desc`, nil},
	{"GET " + s1 + "/records?offset=-1", "", 400, `offset: "-1": must be a whole number from 0`, nil},
	{"POST " + s1 + "/scenario-check", `{"definition": {"name": "half", "then": {"respond": {"status": 99}}, "wen": {}}}`, 422, `/definition/then/respond/status`, []string{"/definition/then/respond/status", "/definition/wen"}},
	{"POST " + s1 + "/scenarios", `{"definition": {"name": "half", "then": {"patch": [{"op": "remove", "path": "/nme"}]}}}`, 422, `can never fit: a record has no /nme`, []string{"/definition/then/patch/0/path"}},
	{"POST " + s1 + "/scenario-check", `{"name": "stale-record"}`, 422, `body /definition: is required`, []string{"/definition"}},
	{"POST /sessions/none/scenario-check", `{}`, 404, `There is no session`, nil},
	{"GET /contract?api_version=2020/01/01", "", 400, `api_version: "2020/01/01": must be one of`, nil},
	{"DELETE /journal?sesion=default", "", 400, `"sesion" is not a query parameter of DELETE /_mock/journal; did you mean session\?`, nil},
	{"GET /journal?foo=1", "", 400, `"foo" is not a query parameter of GET /_mock/journal; it takes session, status`, nil},
	{"GET /health?foo=1", "", 400, `"foo" is not a query parameter of GET /_mock/health; it takes none`, nil},
	{"GET /journal?limit=1&limit=2", "", 400, `"limit" stands in the query 2 times: give it once`, nil},
	{"GET /journal?%zz", "", 400, `The query is malformed: invalid URL escape`, nil},
	{"POST /send", `{"method": "GET"}`, 422, `/path`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "http://other.example/"}`, 422, `/path`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "//other.example/x"}`, 422, `body /path: "//other\.example/x": must be a path such as`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "/_mock/health"}`, 422, `must not be one of the admin API's own`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "a", "value": "b\r\nc: d"}]}`, 422, `body /headers/0/value: .*: must be text of one line`, []string{"/headers/0/value"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "a", "value": "\u0000"}]}`, 422, `body /headers/0/value: .*: must be text of one line`, []string{"/headers/0/value"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "a b", "value": ""}]}`, 422, `body /headers/0/name: "a b": must be a field's name`, []string{"/headers/0/name"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "a", "value": ""}, {"name": "host", "value": "a"}]}`, 422, `body /headers/1/name: "host": must not be Host`, []string{"/headers/1/name"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "content-length", "value": "9"}]}`, 422, `body /headers/0/name: "content-length": must not be about`, []string{"/headers/0/name"}},
	{"POST /send", `{"method": "POST", "path": "/%5Fmock/send"}`, 422, `must not be one of the admin API's own`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "/x", "headers": [{"name": "Host", "value": "evil.example"}]}`, 422, `must not be Host`, []string{"/headers/0/name"}},
	{"POST /send", `{"method": "GET", "path": "/x", "session": "none"}`, 404, `There is no session "none"`, nil},
	{"GET /exchanges/0/snippets", "", 404, `no exchange "0"`, nil},
	{"GET /exchanges/x", "", 404, `no exchange "x"`, nil},
	{"POST /journal/verify", `{}`, 422, `expects nothing`, nil},
	{"POST /journal/verify?session=none", `{"nothing_else": true}`, 404, `session`, nil},
	{"POST /journal/verify", `{"request": {"header": {"a": {"matches": "("}}}, "times": {"exactly": 1, "at_least": 1}}`, 422, `regular expression`, []string{"/request/header/a/matches", "/times"}},

	{"GET /contract?api_version=2020/01/01", "", 400, `api_version: "2020/01/01"`, nil},
	{"GET /exchanges/0/snippets", "", 404, `no exchange "0"`, nil},
	{"GET /exchanges/2/snippets", "", 404, `a change through the admin API`, nil},
	{"POST " + rec + "/check", `{"name": "X"}`, 422, `/location_id: is required`, []string{"/is_active", "/id"}},
	{"POST " + s1 + "/records/1/2/1/check", `{"id": 1}`, 422, `is required`, nil},
	{"POST /sessions/none/records/1/1/1/check", `{}`, 404, `There is no session`, nil},
	{"POST " + s1 + "/scenario-check", `{}`, 422, `body /definition: is required`, []string{"/definition"}},
	{"POST " + s1 + "/scenario-check", `{"definition": {"name": "X", "then": {}}}`, 422, `/definition/name`, []string{"/definition/name"}},
	{"POST /send", `{"method": "GET", "path": "@evil.example/"}`, 422, `/path`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "//evil.example/"}`, 422, `must be a path`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "http://evil.example/"}`, 422, `/path`, []string{"/path"}},
	{"POST /send", `{"method": "DELETE", "path": "/_mock/journal"}`, 422, `must not be one of the admin API's own`, []string{"/path"}},
	{"POST /send", `{"method": "DELETE", "path": "/%5fmock/journal"}`, 422, `must not be one of the admin API's own`, []string{"/path"}},
	{"POST /send", `{"method": "GET", "path": "/", "session": "none"}`, 404, `There is no session "none"`, nil},
	{"POST /send", `{"method": "GET ", "path": "/"}`, 422, `/method`, []string{"/method"}},
	{"POST /send", `{"method": "GET", "path": "/", "headers": [{"name": "host", "value": "evil.example"}]}`, 422, `must not be Host`, []string{"/headers/0/name"}},
	{"GET /coverage?session=none", "", 404, `There is no session "none"`, nil},
	{"DELETE /coverage?session=none", "", 404, `There is no session "none"`, nil},
	{"GET /api/openapi.json?api_version=2020/01/01", "", 400, `api_version: "2020/01/01": must be one of \[2019/02/08 `, nil},
	{"GET /api/openapi.json?openapi=2.0", "", 400, `openapi: "2.0": must be one of \[3\.1 3\.0\]`, nil},
	{"GET /api/openapi.json?session=none", "", 404, `There is no session "none"`, nil},

	{"GET /nowhere", "", 404, `The admin API has no /_mock/nowhere; /_mock/openapi.json lists`, nil},
	{"GET //health", "", 404, `has no`, nil},
	{"GET /sessions/", "", 404, `has no`, nil},
	{"POST /health", "", 405, `"POST" is not a method of /_mock/health`, nil},
	{"PATCH /sessions", "", 405, `"PATCH" is not a method of /_mock/sessions`, nil},
	{"OPTIONS /sessions", "", 405, `"OPTIONS" is not a method`, nil},
}

// state is all that the admin API shows of the sessions, but for when they were
// used.
func (r *running) state(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{"/sessions", s1 + "/diff", s1 + "/snapshots", s1 + "/pins", s1 + "/clock", s1 + "/request-ids", s1 + "/choices",
		s1 + "/scenarios", s1 + "/records", "/sessions/default/diff", "/journal?admin=true"} {
		b.WriteString(r.do(t, "GET", "/_mock"+path, "").body)
	}
	return b.String()
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(i-60, 0)
	return fmt.Sprintf("at byte %d\n%q\nbecame\n%q", i, a[from:min(i+100, len(a))], b[from:min(i+100, len(b))])
}

// TestRefusals holds what the admin API says of each bad request, that it names all
// that is wrong, and that nothing was done by half.
func TestRefusals(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, x := range []exercise{
		{call: "POST /sessions", body: `{"id": "s1", "name": "as it was", "clock": {"mode": "frozen", "at": "2022-08-20T01:38:16Z"}, "request_ids": {"seed": 1}}`},
		{call: "PUT " + s1 + "/pins", body: `{"pins": {"mobile-app": "2021/04/07"}}`},
		{call: "PATCH " + rec, body: `{"note": "as it was"}`},
		{call: "POST " + s1 + "/snapshots", body: `{"name": "as-it-was"}`},
	} {
		method, path, _ := strings.Cut(x.call, " ")
		r.must(t, method, path, x.body, nil)
	}
	before := r.state(t)
	for i, x := range bad {
		t.Run(fmt.Sprintf("%d %s", i, x.call[:min(len(x.call), 80)]), func(t *testing.T) {
			method, path, _ := strings.Cut(x.call, " ")
			got := r.do(t, method, "/_mock"+path, x.body)
			if got.status != x.status || !regexp.MustCompile(x.want).MatchString(got.problem.Detail) {
				t.Errorf("got %d %s\nwant %d and a problem whose detail matches %s", got.status, got.body, x.status, x.want)
			}
			for _, pointer := range x.diags {
				if !slices.ContainsFunc(got.problem.Diagnostics, func(f jsonx.Diagnostic) bool { return f.Pointer == pointer && f.Rule != "" }) {
					t.Errorf("no error is at %s: %+v", pointer, got.problem.Diagnostics)
				}
			}
			if x.status == 405 && got.header.Get("Allow") == "" {
				t.Error("the refusal does not say which methods are allowed (RFC 9110, 15.5.6)")
			}
			if after := r.state(t); after != before {
				t.Errorf("something was done: %s", firstDifference(before, after))
				before = after
			}
		})
	}
}
