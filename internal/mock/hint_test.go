package mock_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/testkit"
)

// TestRemedies holds, for what one cannot find out from a rule alone, that the
// journal says it.
func TestRemedies(t *testing.T) {
	t.Parallel()
	with := func(header ...string) string { return testkit.Message(http.MethodDelete, testkit.Resource, header...) }
	const good, tenant = "Authorization: Bearer dispatcher-token", "x-tenant-id: 1"
	for _, c := range []struct {
		name, request, pointer, want string
		settings                     testkit.Settings
	}{
		{"no token", with(tenant), "/authorization", "send Authorization: Bearer and a token; use the token of one of these clients of the fixtures: web-app, mobile-app", testkit.Settings{}},
		{"unknown token", with("Authorization: Bearer nobody-knows", tenant), "/authorization", "; use the token of one of these clients of the fixtures: web-app, mobile-app", testkit.Settings{}},
		{"unknown token in tenant 2", with("Authorization: Bearer nobody-knows", "x-tenant-id: 2"), "/authorization", "clients of the fixtures: tenant2-app", testkit.Settings{}},
		{"missing role", with("Authorization: Bearer driver-token", tenant), "/authorization", "needs the role Dispatcher, and this token's user has Driver; use the token of one of these clients", testkit.Settings{}},
		{"any token would do", with("Authorization: nonsense", tenant), "/authorization", "; with --auth any every well-formed token works", testkit.Settings{Options: app.Options{AnyToken: true}}},
		{"placeholder of a token", with("Authorization: Bearer {your-auth-token}", tenant), "/authorization", "{your-auth-token} is the documentation's placeholder; ", testkit.Settings{}},
		{"placeholder of a tenant", with(good, "x-tenant-id: {your-tenant-id}"), "/x-tenant-id", "{your-tenant-id} is the documentation's placeholder; the value must be an integer", testkit.Settings{}},
		{"placeholder in the path", testkit.Authorized(http.MethodDelete, "/customers/{customer_id}/locations/1"), "/customer_id", "{customer_id} is the documentation's placeholder; ", testkit.Settings{}},
		{"a field twice", with(good, tenant, "x-tenant-id: 1"), "/x-tenant-id", "for example 1; it was sent 2 times: send it once", testkit.Settings{}},
		{"unknown record", testkit.Authorized(http.MethodGet, "/customers/404/locations/1"), "/customer_location_id", "; GET /_mock/sessions/default/records lists those that there are", testkit.Settings{}},
		{"repeated", testkit.Authorized(http.MethodDelete, "/customers/5/locations/1"), "/customer_location_id", "; reset the session, or let the choice repeated_delete be 200", testkit.Settings{Data: testkit.Data{Choices: `{"repeated_delete": 409}`}}},
		{"PATCH", testkit.Authorized(http.MethodPatch, testkit.Resource), "", "; to change a record use dispatchmock ctl record patch, to deactivate a customer send DELETE", testkit.Settings{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.settings.Quiet = true
			r := testkit.Start(t, c.settings)
			x := r.Entry(t, "default", testkit.RequestID(r.Raw(t, c.request)))
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
			r := testkit.Start(t, testkit.Settings{Options: app.Options{CORS: contract.CORS(c.cors)}})
			header := []string{"Origin: http://localhost:3000"}
			if c.method != "" {
				header = append(header, "Access-Control-Request-Method: "+c.method)
			}
			if c.headers != "" {
				header = append(header, "Access-Control-Request-Headers: "+c.headers)
			}
			answer := r.Raw(t, testkit.Message(http.MethodOptions, testkit.Resource, header...))
			if !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
				t.Errorf("got %.60q, want 200 whatever is asked", answer)
			}
			x := r.Entry(t, "default", testkit.RequestID(answer))
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
