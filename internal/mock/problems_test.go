package mock_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// input is one of a request's inputs: how it is sent well and badly, and what
// must be said of it when it is bad.
type input struct {
	name, good, bad string
	field           string // told to the client
	pointer, rule   string // logged
}

// inputs are in the order in which api-facts.md has them reported.
var inputs = []input{
	{"authorization", "Authorization: Bearer dispatcher-token", "Authorization: Basic abc", "StandardRequestHeadersModel.authorization", "/authorization", "pattern: "},
	{"x-tenant-id", "x-tenant-id: 1", "x-tenant-id: x", "StandardRequestHeadersModel.x-tenant-id", "/x-tenant-id", "type: "},
	{"x-api-version", "x-api-version: 2021/04/07", "x-api-version: x", "StandardRequestHeadersModel.x-api-version", "/x-api-version", "enum: "},
	{"x-request-id", "x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "x-request-id: x", "StandardRequestHeadersModel.x-request-id", "/x-request-id", "format: "},
	{"content-type", "Content-Type: application/json", "Content-Type: text/plain", "StandardRequestHeadersModel.content-type", "/content-type", "pattern: "},
	{"accept", "Accept: application/json", "Accept: text/html", "StandardRequestHeadersModel.accept", "/accept", "format: "},
	{"path", "/customers/1/locations/1", "/customers/a/locations/1", "customer_id", "/customer_id", "type: "},
}

// wantProblem fails where the log has no problem of that pointer and rule with
// all that a person needs.
func wantProblem(t *testing.T, problems []map[string]any, pointer, rule string) {
	t.Helper()
	for _, p := range problems {
		text, _ := p["rule"].(string)
		if p["pointer"] != pointer || !strings.HasPrefix(text, rule) {
			continue
		}
		if p["hint"] == "" || p["schema"] == "" || p["part"] == "" {
			t.Errorf("the problem %v lacks its hint, its schema file or its part", p)
		}
		return
	}
	t.Errorf("no problem of %s with the rule %q in the log; it has %v", pointer, rule, problems)
}

// TestAllProblemsAreLogged sends every combination of wrong inputs: each has
// its line in the log under the answer's request ID, and the client is told
// the first.
func TestAllProblemsAreLogged(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{Log: testkit.JSONLog})
	for set := 1; set < 1<<len(inputs); set++ {
		r.Logged.Reset()
		var names, header []string
		var wrong []input
		path := inputs[len(inputs)-1].good
		for i, in := range inputs {
			line := in.good
			if set&(1<<i) != 0 {
				line = in.bad
				wrong = append(wrong, in)
				names = append(names, in.name)
			}
			if in.name == "path" {
				path = line
			} else {
				header = append(header, line)
			}
		}
		a := r.Ask(t, http.MethodDelete, path, header...)
		var body struct{ Field, Detail string }
		if err := json.Unmarshal([]byte(a.Body), &body); err != nil || body.Field != wrong[0].field {
			t.Errorf("wrong are %v: the client is told of %q (%v), want of the first", names, body.Field, err)
		}
		problems := r.LogLines(t, "problem of the request", a.Value("X-REQUEST-ID"))
		if len(problems) != len(wrong) {
			t.Errorf("wrong are %v: got %d problems under the answer's request ID, want %d", names, len(problems), len(wrong))
			continue
		}
		for i, in := range wrong {
			wantProblem(t, problems, in.pointer, in.rule)
			if problems[i]["pointer"] != in.pointer {
				t.Errorf("wrong are %v: problem %d is of %v, want the order in which they are told", names, i+1, problems[i]["pointer"])
			}
		}
		if lines := r.LogLines(t, "exchange", a.Value("X-REQUEST-ID")); len(lines) != 1 || lines[0]["level"] != "WARN" {
			t.Errorf("wrong are %v: got the lines %v, want one warning for the exchange", names, lines)
		}
	}
}

// TestLaterProblemsAreLoggedToo holds that what is checked behind the inputs
// is checked although another check has failed, as far as it can be.
func TestLaterProblemsAreLoggedToo(t *testing.T) {
	t.Parallel()
	type told struct{ pointer, rule string }
	const role, tenant, record = "roles: ", "tenants of the token", "known record"
	for _, c := range []struct {
		name, path string
		header     []string
		status     int
		want       []told
	}{
		{"role and tenant", testkit.Resource, []string{"Authorization: Bearer driver-token", "x-tenant-id: 2"}, 403, []told{{"/authorization", role}, {"/x-tenant-id", tenant}}},
		{"role and record", "/customers/404/locations/1", []string{"Authorization: Bearer driver-token", "x-tenant-id: 1"}, 403, []told{{"/authorization", role}, {"/customer_location_id", record}}},
		{"version and record", "/customers/404/locations/1", append([]string{"x-api-version: x"}, testkit.Dispatcher...), 400, []told{{"/x-api-version", "enum"}, {"/customer_location_id", record}}},
		{"tenant ID and role", testkit.Resource, []string{"Authorization: Bearer driver-token", "x-tenant-id: x"}, 400, []told{{"/x-tenant-id", "type"}, {"/authorization", role}}},
		{"path and role", "/customers/a/locations/b", []string{"Authorization: Bearer driver-token", "x-tenant-id: 1"}, 400, []told{{"/customer_id", "type"}, {"/customer_location_id", "type"}, {"/authorization", role}}},
		{"accept and unknown token", testkit.Resource, []string{"Authorization: Bearer nobody-knows", "x-tenant-id: 1", "Accept: text/html"}, 406, []told{{"/accept", "format"}, {"/authorization", "known token"}}},
		{"version, role, tenant", testkit.Resource, []string{"Authorization: Bearer readonly-token", "x-tenant-id: 2", "x-api-version: 2019"}, 400, []told{{"/x-api-version", "enum"}, {"/authorization", role}, {"/x-tenant-id", tenant}}},
		{"nothing but missing", testkit.Resource, nil, 401, []told{{"/authorization", "required"}, {"/x-tenant-id", "required"}}},
		{"unknown token and tenant", testkit.Resource, []string{"Authorization: Bearer nobody-knows", "x-tenant-id: 99"}, 401, []told{{"/authorization", "known token"}, {"/x-tenant-id", "known tenant"}}},
		{"no token and unknown record", "/customers/404/locations/1", []string{"x-tenant-id: 1"}, 401, []told{{"/authorization", "required"}, {"/customer_location_id", record}}},
		{"path and headers", "/nowhere", []string{"x-tenant-id: x"}, 404, []told{{"", "path_unknown"}, {"/authorization", "required"}, {"/x-tenant-id", "type"}}},
		{"scenario that answers", testkit.Resource, append([]string{"x-api-version: x", "X-Mock-Scenario: error-404"}, testkit.Dispatcher...), 404, []told{{"/x-api-version", "enum"}}},
		{"scenario that answers at no record", "/customers/404/locations/1", append([]string{"X-Mock-Scenario: error-404"}, testkit.Dispatcher...), 404, []told{{"/customer_location_id", record}}},
		{"scenario that answers at no path", "/nowhere", []string{"X-Mock-Scenario: error-404", "x-tenant-id: 1"}, 404, []told{{"", "path_unknown"}, {"/authorization", "required"}}},
		{"unknown scenario and no token", testkit.Resource, []string{"X-Mock-Scenario: no-such", "x-tenant-id: 1"}, 400, []told{{"/x-mock-scenario", "known scenario"}, {"/authorization", "required"}}},
		{"two rules of one input", testkit.Resource, append([]string{"x-api-version:"}, testkit.Dispatcher...), 400, []told{{"/x-api-version", "minLength"}, {"/x-api-version", "enum"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{Log: testkit.JSONLog})
			a := r.Ask(t, http.MethodDelete, c.path, c.header...)
			a.WantVendor(t, c.status)
			problems := r.LogLines(t, "problem of the request", a.Value("X-REQUEST-ID"))
			for _, w := range c.want {
				wantProblem(t, problems, w.pointer, w.rule)
			}
			if len(problems) != len(c.want) {
				t.Errorf("got %d problems, want %d: %v", len(problems), len(c.want), problems)
			}
		})
	}
}

// TestMisdirectedRequestsAreLogged holds the same for requests that no
// operation takes, and for those that are none.
func TestMisdirectedRequestsAreLogged(t *testing.T) {
	t.Parallel()
	const token, tenant = "Authorization: Bearer dispatcher-token", "x-tenant-id: 1"
	for _, c := range []struct{ name, request, rule string }{
		{"unknown path", testkit.Message(http.MethodGet, "/nowhere", token, tenant), "path_unknown"},
		{"wrong method", testkit.Message(http.MethodPut, testkit.Resource, token, tenant), "method_not_allowed"},
		{"not mocked", testkit.Message(http.MethodPost, testkit.Resource, token, tenant), "method_not_implemented"},
		{"no HTTP", "GARBAGE\r\n\r\n", "request_malformed"},
		{"head too large", testkit.Message(http.MethodGet, "/"+strings.Repeat("a", 1<<18)), "header_too_large"},
		{"body too large", testkit.Message(http.MethodDelete, testkit.Resource, "Content-Length: 99999999"), "body_too_large"},
		{"body cut", testkit.Message(http.MethodDelete, testkit.Resource, "Content-Length: 9"), "body_unreadable"},
		{"expectation", testkit.Message(http.MethodDelete, testkit.Resource, "Expect: the worst"), "expectation_failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{Log: testkit.JSONLog})
			got := r.Raw(t, c.request)
			_, id, _ := strings.Cut(got, "X-REQUEST-ID: ")
			id, _, _ = strings.Cut(id, "\r\n")
			problems := r.LogLines(t, "problem of the request", id)
			has := func(p map[string]any) bool { return p["rule"] == c.rule && p["hint"] != "" }
			if len(problems) != 1 || !slices.ContainsFunc(problems, has) {
				t.Errorf("got the problems %v under the answer's request ID, want one with the rule %s and a hint; the log:\n%.2000s", problems, c.rule, r.Logged.String())
			}
		})
	}
}
