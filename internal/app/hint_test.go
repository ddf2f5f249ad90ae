package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
	"dispatchmock/schemas"
)

// entriesOf returns all that the journal has of the default session, the
// newest first, each as the admin API tells it.
func (r *running) entriesOf(t testing.TB) []report.Entry {
	t.Helper()
	var list struct{ Exchanges []struct{ ID uint64 } }
	if err := json.Unmarshal([]byte(r.admin(t, http.MethodGet, "/journal?session=default", "")), &list); err != nil {
		t.Fatal(err)
	}
	all := make([]report.Entry, len(list.Exchanges))
	for i, x := range list.Exchanges {
		if err := json.Unmarshal([]byte(r.admin(t, http.MethodGet, fmt.Sprintf("/exchanges/%d", x.ID), "")), &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestEveryRefusalTellsTheWayOut sends the golden exchanges: whatever is
// answered by an error, the journal finds it by the answer's request ID and
// names each problem with its rule, the documentation's words where there are
// some, and what to do.
func TestEveryRefusalTellsTheWayOut(t *testing.T) {
	t.Parallel()
	for _, g := range goldenCases(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := g.launch(t, settings{quiet: true})
			for _, request := range g.requests(t) {
				answers := r.raw(t, request)
				last := requestIDIn(answers[max(strings.LastIndex(answers, "HTTP/1."), 0):])
				all := r.entriesOf(t)
				if newest := r.entry(t, "default", last); newest.ID != all[0].ID {
					t.Errorf("the request ID %s finds exchange %d, want the newest, %d", last, newest.ID, all[0].ID)
				}
				for _, x := range all {
					if x.Status < 400 {
						continue
					}
					if len(x.Problems) == 0 || x.Verdict != exchange.VerdictInvalid {
						t.Errorf("%s %s is answered %d, and the journal has %d problems and the verdict %s", x.Method, x.Path, x.Status, len(x.Problems), x.Verdict)
					}
					for _, f := range x.Problems {
						toldWell(t, f, request)
					}
				}
			}
		})
	}
}

var (
	// acts are the words by which a hint says what to do.
	acts = regexp.MustCompile(`(?i)\b(must|send|use|give|need|needs|did you mean|leave|make it|reset|its tenants are|lists|has no escaped|it has|there is no such tenant|fewer|begins with|may have|can be left out)\b`)
	// secret are values that the golden exchanges send as tokens.
	secret = regexp.MustCompile(`(?im)^authorization:[ \t]*(?:(?:bearer|basic|digest) )?(.{4,})$`)
	ruleOf = regexp.MustCompile(`^(20\d\d-\d\d-\d\d)/(StandardRequestHeadersModel|PathParameters)\.json#/(?:properties/([^/]+)|required)`)
)

// toldWell holds that a person who reads of a problem can do something about
// it.
func toldWell(t testing.TB, f exchange.Violation, request string) {
	t.Helper()
	if f.Part == "" || f.Rule == "" || f.Hint == "" || f.Hint == f.Rule {
		t.Errorf("the problem %+v lacks its part, its rule or what to do", f)
	}
	if !acts.MatchString(f.Hint) {
		t.Errorf("%s%s, %s: %q does not say what to do", f.Part, f.Pointer, f.Rule, f.Hint)
	}
	if want := documented(t, f); want != f.Documented && f.Part != exchange.PartPreflight {
		t.Errorf("%s%s, %s: got the documented sentence %q, want %q", f.Part, f.Pointer, f.Rule, f.Documented, want)
	}
	for _, m := range secret.FindAllStringSubmatch(strings.ReplaceAll(request, "\r\n", "\n"), -1) {
		told := strings.ReplaceAll(f.Value+f.Hint, "access token", "")
		if strings.Contains(told, m[1]) && !strings.HasPrefix(m[1], "{") && m[1] != "Bearer" {
			t.Errorf("the problem %+v tells the token %q", f, m[1])
		}
	}
}

// documented returns what the schema says of the place that a finding of a
// header field or of a path parameter is about.
func documented(t testing.TB, f exchange.Violation) string {
	t.Helper()
	m := ruleOf.FindStringSubmatch(f.Schema)
	file := strings.Split(f.Schema, "#")[0]
	if m == nil {
		if path.Base(file) != "ApiVersion.json" {
			return ""
		}
		m = []string{"", path.Dir(file), "StandardRequestHeadersModel", "x-api-version"}
	}
	var doc struct {
		Properties map[string]struct {
			Ref         string `json:"$ref"`
			Description string
		}
	}
	if err := json.Unmarshal(readFile(t, schemas.FS, m[1]+"/"+m[2]+".json"), &doc); err != nil {
		t.Fatal(err)
	}
	p, ok := doc.Properties[strings.TrimPrefix(f.Pointer, "/")]
	if !ok {
		t.Errorf("%s has no %s", f.Schema, f.Pointer)
	}
	if p.Ref != "" {
		if err := json.Unmarshal(readFile(t, schemas.FS, path.Join(m[1], p.Ref)), &p); err != nil {
			t.Fatal(err)
		}
	}
	if p.Description == "" {
		t.Errorf("%s has no description of %s", f.Schema, f.Pointer)
	}
	return p.Description
}

// TestRemedies holds, for what one cannot find out from a rule alone, that the
// journal says it.
func TestRemedies(t *testing.T) {
	t.Parallel()
	with := func(header ...string) string { return message(http.MethodDelete, resource, header...) }
	const good, tenant = "Authorization: Bearer dispatcher-token", "x-tenant-id: 1"
	for _, c := range []struct {
		name, request, pointer, want string
		settings                     settings
	}{
		{"no token", with(tenant), "/authorization", "send Authorization: Bearer and a token; use the token of one of these clients of the fixtures: web-app, mobile-app", settings{}},
		{"unknown token", with("Authorization: Bearer nobody-knows", tenant), "/authorization", "; use the token of one of these clients of the fixtures: web-app, mobile-app", settings{}},
		{"unknown token in tenant 2", with("Authorization: Bearer nobody-knows", "x-tenant-id: 2"), "/authorization", "clients of the fixtures: tenant2-app", settings{}},
		{"missing role", with("Authorization: Bearer driver-token", tenant), "/authorization", "needs the role Dispatcher, and this token's user has Driver; use the token of one of these clients", settings{}},
		{"any token would do", with("Authorization: nonsense", tenant), "/authorization", "; with --auth any every well-formed token works", settings{anyToken: true}},
		{"placeholder of a token", with("Authorization: Bearer {your-auth-token}", tenant), "/authorization", "{your-auth-token} is the documentation's placeholder; ", settings{}},
		{"placeholder of a tenant", with(good, "x-tenant-id: {your-tenant-id}"), "/x-tenant-id", "{your-tenant-id} is the documentation's placeholder; the value must be an integer", settings{}},
		{"placeholder in the path", message(http.MethodDelete, "/customers/{customer_id}/locations/1", dispatcher...), "/customer_id", "{customer_id} is the documentation's placeholder; ", settings{}},
		{"a field twice", with(good, tenant, "x-tenant-id: 1"), "/x-tenant-id", "for example 1; it was sent 2 times: send it once", settings{}},
		{"unknown record", message(http.MethodGet, "/customers/404/locations/1", dispatcher...), "/customer_location_id", "; GET /_mock/sessions/default/records lists those that there are", settings{}},
		{"repeated", message(http.MethodDelete, "/customers/5/locations/1", dispatcher...), "/customer_location_id", "; reset the session, or let the choice repeated_delete be 200", settings{choices: `{"repeated_delete": 409}`}},
		{"PATCH", message(http.MethodPatch, resource, dispatcher...), "", "; to change a record use dispatchmock ctl record patch, to deactivate a customer send DELETE", settings{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.settings.quiet = true
			r := launch(t, c.settings)
			x := r.entry(t, "default", requestIDIn(r.raw(t, c.request)))
			if !slices.ContainsFunc(x.Problems, func(f exchange.Violation) bool { return f.Pointer == c.pointer && strings.Contains(f.Hint, c.want) }) {
				t.Errorf("got the problems %+v, want one of %s that says %q", x.Problems, c.pointer, c.want)
			}
		})
	}
}

// TestPreflightsTellWhatTheBrowserDoes holds that a preflight which a browser
// will refuse names each field or method that the documented lists lack, says
// that the request itself is never sent, and what a page can do.
func TestPreflightsTellWhatTheBrowserDoes(t *testing.T) {
	t.Parallel()
	const never = `so the browser never sends the "%s" and the page sees only a network error; `
	many := strings.TrimSuffix(strings.Repeat("x-a,", 5000), ",")
	for _, c := range []struct {
		name, method, headers, cors string
		want                        []string // the value, and what the hint has, one by one
	}{
		{"documented", "DELETE", "authorization,x-tenant-id,content-type", "", nil},
		{"in other spellings", "DELETE", " AUTHORIZATION , X-Tenant-ID,, Accept", "", nil},
		{"no headers", "DELETE", "", "", nil},
		{"a safe method", "POST", "", "", nil},
		{"HEAD, which needs no leave", "HEAD", "", "", nil},
		{"no preflight", "", "x-api-version", "", nil},
		{"the version", "DELETE", "authorization,x-api-version", "", []string{`"x-api-version"`, `or from a server instead of a page; --cors relaxed shows whether this alone is in the way`}},
		{"version and ID", "GET", "x-api-version,x-request-id", "", []string{`"x-api-version"`, "--cors relaxed", `"x-request-id"`, "--cors relaxed"}},
		{"the version, relaxed", "DELETE", "x-api-version,x-request-id", "relaxed", nil},
		{"a field of one's own", "DELETE", "x-own", "", []string{`"x-own"`, `send the request without "x-own", or from a server instead of a page`}},
		{"a field of one's own, relaxed", "DELETE", "x-own", "relaxed", []string{`"x-own"`, `send the request without "x-own"`}},
		{"the session", "DELETE", "x-mock-session", "", []string{`"x-mock-session"`, "name the session by the path, /_s/ID/customers/…"}},
		{"the scenario", "DELETE", "x-mock-scenario", "", []string{`"x-mock-scenario"`, "switch the scenario on in a session, or ask for a customer that triggers it"}},
		{"another method", "PUT", "", "", []string{`"PUT"`, "use one of the methods that it lists"}},
		{"a method in lower case", "patch", "", "", []string{`"patch"`, "methods are case-sensitive, and browsers spell PATCH as the page does: send PATCH"}},
		{"method and field", "PUT", "x-own", "", []string{`"PUT"`, "use one", `"x-own"`, "without"}},
		{"more than are told", "DELETE", many, "", slices.Repeat([]string{`"x-a"`, "without"}, 20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{quiet: true, cors: c.cors})
			header := []string{"Origin: http://localhost:3000"}
			if c.method != "" {
				header = append(header, "Access-Control-Request-Method: "+c.method)
			}
			if c.headers != "" {
				header = append(header, "Access-Control-Request-Headers: "+c.headers)
			}
			answer := r.raw(t, message(http.MethodOptions, resource, header...))
			if !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
				t.Errorf("got %.60q, want 200 whatever is asked", answer)
			}
			x := r.entry(t, "default", requestIDIn(answer))
			if len(x.Problems) != len(c.want)/2 {
				t.Fatalf("got the problems %+v, want %d", x.Problems, len(c.want)/2)
			}
			for i, f := range x.Problems {
				list := "Access-Control-Allow-Headers: Authorization, Accept, X-TENANT-ID, Content-Type"
				if f.Pointer == "/access-control-request-method" {
					list = "Access-Control-Allow-Methods: GET,POST,PATCH,DELETE"
				}
				if f.Part != exchange.PartPreflight || f.Value != c.want[2*i] || !strings.HasPrefix(f.Rule, list) || f.Documented != "The sample response has "+list+"." {
					t.Errorf("got the finding %+v, want one of %s that tells what the page lists", f, c.want[2*i])
				}
				if !strings.Contains(f.Hint, fmt.Sprintf(never, c.method)) || !strings.Contains(f.Hint, c.want[2*i+1]) {
					t.Errorf("got the hint %q, want it to say that nothing is sent, and %q", f.Hint, c.want[2*i+1])
				}
			}
		})
	}
}
