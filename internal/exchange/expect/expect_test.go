package expect

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
	"dispatchmock/schemas"
)

func model(t testing.TB) *contract.Model {
	t.Helper()
	m, err := contract.Standalone(schemas.FS, "admin/expectation.json", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parse(t testing.TB, m *contract.Model, text string) (Expectation, error) {
	t.Helper()
	tree, err := jsonx.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Parse(m, "test.json", tree)
}

// TestRefusedExpectations holds that each mistake is refused with its place
// and the hint.
func TestRefusedExpectations(t *testing.T) {
	t.Parallel()
	m := model(t)
	for _, c := range []struct{ name, text, pointer, rule string }{
		{"no object", `[]`, "", "must be an object"},
		{"empty", `{}`, "", "expects nothing; give a request"},
		{"nothing said", `{"nothing_else": false}`, "", "expects nothing; give a request"},
		{"unknown member", `{"requests": [], "nothing-else": true}`, "/nothing-else", "did you mean nothing_else?"},
		{"no requests", `{"requests": []}`, "/requests", "must have at least 1 item"},
		{"no order", `{"order": []}`, "/order", "must have at least 1 item"},
		{"times without request", `{"times": {"exactly": 1}, "nothing_else": true}`, "/request", "is required beside times"},
		{"between without order", `{"between": "nothing", "nothing_else": true}`, "/order", "is required beside between"},
		{"bad between", `{"order": [{}], "between": "some"}`, "/between", "must be one of anything, nothing"},
		{"requests without request", `{"requests": [{"times": {"exactly": 1}}]}`, "/requests/0/request", "is required"},
		{"unknown member of a matcher", `{"request": {"methods": "GET"}}`, "/request/methods", "did you mean method?"},
		{"status", `{"request": {"status": 99}}`, "/request/status", "must be at least 100"},
		{"class", `{"order": [{"status": "6xx"}]}`, "/order/0/status", "must be a status such as 404, or a class such as 4xx"},
		{"path without a slash", `{"request": {"path": "customers/1"}}`, "/request/path", "begin it with /"},
		{"path with a query", `{"request": {"path": "/customers/1?a=b"}}`, "/request/path", "without their query"},
		{"path with a session", `{"request": {"path": "/_s/mine/customers/1"}}`, "/request/path", "without the session's prefix"},
		{"status of seven hundred", `{"request": {"status": 700}}`, "/request/status", "must be at most 599"},
		{"verdict", `{"request": {"verdict": "bad"}}`, "/request/verdict", "must be one of ok, rejected, invalid"},
		{"tenant", `{"request": {"tenant": "1"}}`, "/request/tenant", "must be an integer"},
		{"tenant too large", `{"request": {"tenant": 9223372036854775808}}`, "/request/tenant", "at most 64 bits"},
		{"tenant as a float", `{"requests": [{"request": {"tenant": 1e0}}]}`, "/requests/0/request/tenant", "must be written as a whole number"},
		{"header", `{"request": {"header": {"accept": 1}}}`, "/request/header/accept", "must be a string or an object"},
		{"header of two rules", `{"request": {"header": {"a/b": {"equals": "x", "absent": true}}}}`, "/request/header/a~1b", "must have one of"},
		{"header of no rule", `{"request": {"header": {"accept": {}}}}`, "/request/header/accept", "must have one of"},
		{"not absent", `{"request": {"header": {"accept": {"absent": false}}}}`, "/request/header/accept/absent", "must be true"},
		{"regular expression", `{"order": [{"header": {"accept": {"matches": "("}}}]}`, "/order/0/header/accept/matches", "is not a regular expression (RE2): error parsing regexp: missing closing )"},
		{"body of two rules", `{"request": {"body": {"equals": 1, "contains": 1}}}`, "/request/body", "must have one of"},
		{"body of no rule", `{"request": {"body": {}}}`, "/request/body", "must have one of"},
		{"no times", `{"request": {}, "times": {}}`, "/times", "says nothing; give one of"},
		{"exactly and more", `{"request": {}, "times": {"exactly": 1, "at_most": 2}}`, "/times", "give \"exactly\" alone"},
		{"bounds crossed", `{"requests": [{"request": {}, "times": {"at_least": 3, "at_most": 2}}]}`, "/requests/0/times", "no number is both"},
		{"negative", `{"request": {}, "times": {"exactly": -1}}`, "/times/exactly", "must be at least 0"},
		{"fraction", `{"request": {}, "times": {"exactly": 1.5}}`, "/times/exactly", "must be an integer"},
		{"times as a float", `{"request": {}, "times": {"exactly": 1.0}}`, "/times/exactly", "must be written as a whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, m, c.text)
			var diags jsonx.Diagnostics
			if !errors.As(err, &diags) {
				t.Fatalf("got %v, want errors", err)
			}
			for _, f := range diags {
				if f.File == "test.json" && f.Pointer == c.pointer && strings.Contains(f.Rule, c.rule) {
					return
				}
			}
			t.Errorf("got %v, want %s: … %s …", err, c.pointer, c.rule)
		})
	}
}

// script is what the journal holds in the tests of Verify.
func script() []*exchange.Exchange {
	request := func(head, body string) exchange.Message {
		return exchange.Message{Head: strings.ReplaceAll(head, "\n", "\r\n"), Body: []byte(body), Size: int64(len(body))}
	}
	const token = "\nAuthorization: "
	shown := redact.Value("Bearer dispatcher-token")
	return []*exchange.Exchange{
		{ID: 11, Sequence: 1, Method: "GET", Path: "/customers/1/locations/1/", Status: 200, ClientID: "web-app", Tenant: 1, VersionUsed: "2019/02/08",
			Request: request("GET /customers/1/locations/1/ HTTP/1.1\nx-tenant-id: 1"+token+shown, "")},
		{ID: 12, Sequence: 2, Method: "DELETE", Path: "/customers/1/locations/1/", Status: 200, ClientID: "web-app", Tenant: 1, VersionUsed: "2019/02/08",
			Request: request("DELETE /customers/1/locations/1/ HTTP/1.1\nX-Tenant-Id: 1\nAccept: text/html\nAccept: application/json"+token+shown,
				`{"reason": "gone", "codes": [1, 2.50], "by": {"name": "Dana", "id": 7}}`)},
		{ID: 13, Sequence: 0, Method: "POST", Path: "/_mock/clock", Status: 200, Admin: true},
		{ID: 14, Sequence: 3, Method: "DELETE", Path: "/customers/1/locations/2/", Status: 503, ClientID: "web-app", Tenant: 2, VersionUsed: "2023/04/19",
			Altered: true, Scenario: "outage", Request: request("DELETE /customers/1/locations/2/ HTTP/1.1", "not JSON")},
		{ID: 15, Sequence: 4, Method: "DELETE", Path: "/customers/1/locations/2/", Status: 404, Problems: []exchange.Violation{{Rule: "record_unknown"}},
			Request: exchange.Message{Head: "DELETE /customers/1/locations/2/ HTTP/1.1", Body: []byte(`{"a"`), Size: 70000}},
	}
}

// TestVerify holds results and their sentences.
func TestVerify(t *testing.T) {
	t.Parallel()
	m := model(t)
	for _, c := range []struct {
		name, text string
		sentence   string // as it begins
		pointer    string // of what fails; "ok" for nothing
		nearest    string // IDs, matching fields and differences; … for what follows
	}{
		{"once by default", `{"request": {"method": "DELETE", "path": "/customers/*"}}`,
			"expected DELETE /customers/* at least once, and found it 3 times among 4 requests", "ok", ""},
		{"exactly", `{"request": {"method": "DELETE"}, "times": {"exactly": 3}}`, "expected DELETE exactly 3 times, and found it 3 times", "ok", ""},
		{"never", `{"request": {"method": "PATCH"}, "times": {"exactly": 0}}`, "expected PATCH never, and found it never", "ok", ""},
		{"too many", `{"request": {"method": "DELETE"}, "times": {"exactly": 2}}`, "expected DELETE exactly twice, and found it 3 times among 4 requests", "/request", "15:1 14:1 12:1"},
		{"at most", `{"request": {"method": "DELETE"}, "times": {"at_most": 2}}`, "expected DELETE at most twice, and found it 3 times", "/request", "15:1 14:1 12:1"},
		{"between", `{"request": {"method": "DELETE"}, "times": {"at_least": 3, "at_most": 4}}`, "expected DELETE at least 3 times and at most 4 times, and found it 3 times", "ok", ""},
		{"too few", `{"request": {"method": "DELETE", "status": 200}, "times": {"at_least": 2}}`,
			"expected DELETE with status 200 at least twice, and found it once among 4 requests; the nearest is number 4, DELETE /customers/1/locations/2/, answered 404: status is 404, not 200",
			"/request", "15:1 status 200 404 14:1 status 200 503 11:1 method DELETE GET"},
		{"every field", `{"request": {"method": "DELETE", "path": "/customers/1/locations/1/", "client_id": "web-app", "tenant": 1, "version": "2019/02/08",
			"status": 200, "verdict": "ok", "scenario": "", "header": {"x-tenant-id": "1", "accept": {"equals": "application/json"}, "x-request-id": {"absent": true},
			"ACCEPT": {"matches": "^text/"}}, "body": {"contains": {"by": {"id": 7.0}}}}, "times": {"exactly": 1}}`, "expected DELETE /customers/1/locations/1/ with header ACCEPT that matches ^text/, ", "ok", ""},
		{"each field off", `{"request": {"method": "GET", "path": "/", "client_id": "app", "tenant": 3, "version": "2021/04/07", "status": "2xx",
			"verdict": "ok", "scenario": "slow", "header": {"a": "1", "accept": {"matches": "^x"}}}, "times": {"exactly": 1}}`, "expected GET / with ", "/request",
			`11:3 path / /customers/1/locations/1/ header a "1" absent header accept that matches ^x absent client_id "app" "web-app" tenant 3 1 version 2021/04/07 2019/02/08 scenario "slow" "" 12:2 method GET DELETE …`},
		{"present", `{"request": {"path": "*2/", "header": {"X-Tenant-ID": {"absent": true}}}, "times": {"exactly": 2}}`, "", "ok", ""},
		{"absent", `{"request": {"method": "GET", "header": {"X-Tenant-ID": {"absent": true}}}}`, "", "/request",
			`15:1 method GET DELETE 14:1 method GET DELETE 11:1 header X-Tenant-ID absent "1"`},
		{"token", `{"request": {"header": {"Authorization": "Bearer dispatcher-token"}}, "times": {"exactly": 2}}`, "expected a request with header Authorization \"Bearer #", "ok", ""},
		{"another token", `{"request": {"header": {"authorization": "Bearer secret"}, "method": "GET"}}`, "expected GET with header authorization \"Bearer #", "/request",
			`11:1 header authorization "` + redact.Value("Bearer secret") + `" "` + redact.Value("Bearer dispatcher-token") + `" 15:0 …`},
		{"class", `{"request": {"status": "5xx", "scenario": "outage", "verdict": "simulated"}}`, "", "ok", ""},
		{"same body", `{"request": {"body": {"equals": {"by": {"id": 70e-1, "name": "Dana"}, "codes": [1.0, 25E-1], "reason": "\u0067one"}}}}`, "", "ok", ""},
		{"body has more", `{"request": {"body": {"equals": {"reason": "gone", "by": {"name": "Dana"}}}, "status": 200, "path": "*1/"}}`, "", "/request",
			`12:2 body/by/id absent 7 body/codes absent [1, 2.50] 11:2 …`},
		{"body has other", `{"request": {"body": {"contains": {"reason": "left", "codes": [1], "by": {"name": null, "age": 3}}}, "method": "DELETE", "status": 200}}`, "", "/request",
			`12:2 body/by/age 3 absent body/by/name null "Dana" body/codes 1 items 2 items body/reason "left" "gone" 15:1 body that contains {"by": {"age": 3, "name": null}, "codes": [1], "reason": "left"} 70000 bytes, of which only 4 were kept …`},
		{"no body", `{"request": {"body": {"equals": 1}, "method": "GET"}}`, "", "/request", `11:1 body 1 no body 15:0 …`},
		{"body is not JSON", `{"request": {"body": {"contains": 1}, "status": 503}}`, "", "/request", `14:1 body that contains 1 no JSON: line 1, column 2:…`},
		{"requests", `{"requests": [{"request": {"method": "GET"}}, {"request": {"method": "DELETE"}, "times": {"exactly": 3}}], "nothing_else": true}`,
			"expected GET at least once, and found it once among 4 requests; expected DELETE exactly 3 times, and found it 3 times among 4 requests; expected nothing else, and found nothing else among 4 requests", "ok", ""},
		{"second request", `{"requests": [{"request": {"method": "GET"}}, {"request": {"method": "PUT"}}]}`, "expected PUT at least once, and found it never", "/requests/1", "15:0 method PUT DELETE 14:0 …"},
		{"something else", `{"request": {"path": "*2/"}, "nothing_else": true}`,
			"expected nothing else, and found 2 requests that nothing expects among 4 requests; the first is number 1, GET /customers/1/locations/1/, answered 200", "/nothing_else", "11:0 12:0"},
		{"something else, near", `{"request": {"path": "*2/", "method": "GET"}, "order": [{"method": "DELETE", "status": 200}], "times": {"exactly": 0}, "nothing_else": true}`,
			"", "/nothing_else", "11:1 path *2/ /customers/1/locations/1/ 14:1 method GET DELETE 15:1 method GET DELETE"},
		{"nothing at all", `{"nothing_else": true}`, "expected nothing else, and found 4 requests that nothing expects", "/nothing_else", "11:0 12:0 14:0"},
		{"order", `{"order": [{"method": "GET"}, {"method": "DELETE"}, {"status": 404}]}`,
			"expected in this order (1) GET, (2) DELETE, (3) a request with status 404, and found them as 1, 2, 4 among 4 requests", "ok", ""},
		{"order and nothing else", `{"order": [{"method": "GET"}, {"method": "DELETE"}], "nothing_else": true}`, "", "/nothing_else", "14:1 15:1"},
		{"order, nothing between", `{"order": [{"method": "DELETE"}, {"status": 404}], "between": "nothing"}`, "expected in this order, with nothing between them (1) DELETE, (2) a request with status 404, and found them as 3, 4", "ok", ""},
		{"something between", `{"order": [{"status": 200, "method": "DELETE"}, {"status": 404}], "between": "nothing"}`, "", "/order/1", "14:0 status 404 503"},
		{"something else between", `{"order": [{"method": "GET"}, {"status": 404, "method": "PUT"}], "between": "nothing"}`, "", "/order/1", "12:0 method PUT DELETE status 404 200"},
		{"first run", `{"order": [{"method": "DELETE"}, {"method": "GET"}], "between": "nothing"}`,
			"expected in this order, with nothing between them (1) DELETE, (2) GET, and found 1 of 2 among 4 requests; not found directly behind number 2: GET", "/order/1", "11:1 order behind number 2 number 1 14:0 method GET DELETE"},
		{"twice in an order", `{"order": [{"status": 503}, {"status": 503}]}`, "", "/order/1", "15:0 status 503 404"},
		{"other order", `{"order": [{"status": 503}, {"method": "GET"}]}`,
			"expected in this order (1) a request with status 503, (2) GET, and found 1 of 2 among 4 requests; not found behind number 3: GET; the nearest is number 1, GET /customers/1/locations/1/, answered 200: order is number 1, not behind number 3",
			"/order/1", "11:1 order behind number 3 number 1 15:0 method GET DELETE"},
		{"first of an order", `{"order": [{"method": "PUT"}, {"method": "GET"}]}`, "", "/order/0", "15:0 method PUT DELETE 14:0 method PUT DELETE 12:0 method PUT DELETE"},
		{"control is no request", `{"request": {"path": "/_mock/*"}, "times": {"exactly": 0}}`, "", "ok", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := parse(t, m, c.text)
			if err != nil {
				t.Fatal(err)
			}
			r := e.Verify(t.Context(), script())
			if r.OK != (c.pointer == "ok") || !r.OK && r.Pointer != c.pointer {
				t.Errorf("ok: %v, pointer %q, want %q", r.OK, r.Pointer, c.pointer)
			}
			if !strings.HasPrefix(r.Sentence, c.sentence) {
				t.Errorf("got  %s\nwant %s …", r.Sentence, c.sentence)
			}
			got := nearest(r)
			if start, open := strings.CutSuffix(c.nearest, "…"); open && !strings.HasPrefix(got, start) || !open && got != c.nearest {
				t.Errorf("got  %s\nwant %s", got, c.nearest)
			}
			if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), "secret") {
				t.Errorf("printed as %s, %v", text, err)
			}
		})
	}
}

func nearest(r Result) string {
	var parts []string
	for _, n := range r.Nearest {
		parts = append(parts, strings.Trim(strings.Join([]string{num(n.ID), num(uint64(n.Matching))}, ":"), " "))
		for _, d := range n.Differences {
			parts = append(parts, d.Field, d.Expected, d.Got)
		}
	}
	return strings.Join(parts, " ")
}

func num(n uint64) string { b, _ := json.Marshal(n); return string(b) }

// TestVerifyNone holds that an empty journal is told as one.
func TestVerifyNone(t *testing.T) {
	t.Parallel()
	m := model(t)
	for text, want := range map[string]string{
		`{"nothing_else": true}`:       "expected nothing else, and found nothing else among no request",
		`{"request": {"status": 200}}`: "expected a request with status 200 at least once, and found it never among no request",
		`{"order": [{"status": 200}]}`: "expected in this order (1) a request with status 200, and found 0 of 1 among no request; not found: a request with status 200",
	} {
		e, err := parse(t, m, text)
		if err != nil {
			t.Fatal(err)
		}
		if r := e.Verify(t.Context(), nil); r.Sentence != want {
			t.Errorf("got %q, want %q", r.Sentence, want)
		}
	}
}

// TestVerifyLost holds that what the exchanges that are gone could refute is not
// taken as met, and that all else is.
func TestVerifyLost(t *testing.T) {
	t.Parallel()
	j := journal.New(journal.Limits{Count: 2, Bytes: 1 << 20})
	for _, method := range []string{"DELETE", "GET", "GET"} {
		j.Add(nil, &exchange.Exchange{Session: "a", Method: method})
	}
	j.Add(nil, &exchange.Exchange{Session: "b", Method: "GET"})
	const unsure, why = "; but the journal had let go of 2 exchanges before these to keep its limits, so that nobody can know: start the server with a larger --journal-count and --journal-bytes",
		"; the journal had let go of 2 exchanges before these to keep its limits, which may be why: "
	for _, c := range []struct {
		doc, session string
		ok           bool
		sentence, at string // what the sentence ends with, or has
	}{
		{`{"request": {"method": "GET"}}`, "a", true, "among 1 request", ""},
		{`{"order": [{"method": "GET"}]}`, "a", true, "", ""},
		{`{"request": {"method": "DELETE"}, "times": {"exactly": 0}}`, "a", false, unsure, "/request"},
		{`{"request": {"method": "GET"}, "times": {"at_most": 1}}`, "a", false, unsure, "/request"},
		{`{"request": {"method": "GET"}, "nothing_else": true}`, "a", false, unsure, "/nothing_else"},
		{`{"request": {"method": "DELETE"}}`, "a", false, why, "/request"},
		{`{"request": {"method": "DELETE"}, "times": {"exactly": 0}}`, "b", true, "among 1 request", ""},
	} {
		e, err := parse(t, model(t), c.doc)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := e.VerifyJournal(t.Context(), j, c.session); err != nil || r.OK != c.ok || !strings.Contains(r.Sentence, c.sentence) || r.Pointer != c.at || strings.Contains(r.Sentence, "journal") == c.ok {
			t.Errorf("%s in %s: got %+v", c.doc, c.session, r)
		}
	}
	if a, b, all := j.Lost("a"), j.Lost("b"), j.Lost(""); a != 2 || b != 0 || all != 2 {
		t.Errorf("lost %d, %d and %d of all, want 2, 0 and 2", a, b, all)
	}
	if j.Forget("a"); j.Lost("") != 0 {
		t.Errorf("what is forgotten is still counted as lost: %d", j.Lost(""))
	}
}

// TestSameNumber holds that numbers are compared by value, whatever their
// size.
func TestSameNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true}, {"1", "1e0", true}, {"100", "1E+2", true}, {"0.5", "5e-1", true}, {"0", "-0.0e9", true}, {"120.50", "1205e-1", true},
		{"1", "-1", false}, {"1", "10", false}, {"9007199254740993", "9007199254740992", false}, {"0.1", "0.01", false},
		{"1e999999999", "1e999999998", false}, {"1e999999999", "10e999999998", true}, {"1e99999999999999999999", "1e99999999999999999999", true},
		{"1e99999999999999999999", "10e99999999999999999998", false},
	} {
		if sameNumber(c.a, c.b) != c.want || sameNumber(c.b, c.a) != c.want {
			t.Errorf("%s and %s: want %v", c.a, c.b, c.want)
		}
	}
}

// FuzzExpectation holds that no expectation ends the server, and that what is
// not as expected is explained.
func FuzzExpectation(f *testing.F) {
	m := model(f)
	for _, text := range []string{`{"request": {"method": "GET"}}`, `{"order": [{"header": {"a": {"matches": "x"}}}], "between": "nothing", "nothing_else": true}`,
		`{"requests": [{"request": {"body": {"contains": [1e5, {"a": null}]}}, "times": {"at_most": 3}}]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := jsonx.Parse([]byte(text))
		if err != nil {
			return
		}
		e, err := Parse(m, "fuzz", tree)
		if err != nil {
			return
		}
		r := e.Verify(t.Context(), script())
		if r.Sentence == "" || len(r.Nearest) > maxNearest || r.OK != (r.Pointer == "") {
			t.Errorf("%s: got %+v", text, r)
		}
	})
}

// TestVerifyEnds holds that an expectation is given up when nobody waits for it.
func TestVerifyEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j := journal.New(journal.Limits{Count: 10, Bytes: 1 << 20})
	if r, err := (Expectation{}).VerifyJournal(ctx, j, "a"); err == nil {
		t.Errorf("got %+v, want an error", r)
	}
}
