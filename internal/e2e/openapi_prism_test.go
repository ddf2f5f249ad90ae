package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/model"
)

// about is what the test knows of the golden exchanges whose names match.
type about struct {
	names  string // a pattern
	why    string
	report string // a word of Prism's report, where it makes one
}

// notThroughPrism are the golden exchanges that do not pass between a client
// and the mock as they are where Prism stands between.
func notThroughPrism() []about {
	return []about{
		{names: "wire/*", why: "is about the bytes on a connection, and the proxy's connection is another than the client's"},
		{names: "session/*", why: "is about the mock's own ways to a session, which the API has not"},
		{names: "methods/*", why: "is about methods that the document has not, which the proxy does not validate, or that answer 501, which it replaces by an answer of its own"},
		{names: "choices/method_not_allowed-*", why: "is about a method that the document has not"},
		{names: "choices/path_unknown-*", why: "is about a path that the document has not"},
		{names: "path/capitals", why: "is about a path that the document has not"},
		{names: "path/dots", why: "is about a path that the document has not"},
		{names: "path/double-slash-start", why: "is about a path that the document has not"},
		{names: "path/empty-segment", why: "is about a path that the document has not"},
		{names: "path/long-unknown", why: "is about a path that the document has not"},
		{names: "path/longer", why: "is about a path that the document has not"},
		{names: "path/non-ascii", why: "is about bytes that Node's HTTP refuses"},
		{names: "path/root", why: "is about a path that the document has not"},
		{names: "path/shorter", why: "is about a path that the document has not"},
		{names: "path/two-slashes", why: "is about a path that the document has not"},
		{names: "path/unknown-path", why: "is about a path that the document has not"},
		{names: "page/csharp-sample", why: "is about a method that the document has not"},
		{names: "page/python-sample", why: "is about a method that answers 501"},
		{names: "cors/*-relaxed", why: "has the header fields of --cors relaxed, and the document has the documented ones"},
		{names: "cors/options-unknown-path", why: "is about a path that the document has not"},
		{names: "authorization/twice", why: "has a field twice, of which Node's HTTP passes one on"},
		{names: "content-type/twice", why: "has a field twice, of which Node's HTTP passes one on"},
		{names: "x-api-version/twice", why: "has a field twice, which Prism joins to one, so that the mock has nothing to say of two"},
		{names: "x-request-id/twice", why: "has a field twice, which Prism joins to one, so that the mock has nothing to say of two"},
		{names: "x-tenant-id/twice", why: "has a field twice, which Prism joins to one, so that the mock has nothing to say of two"},
	}
}

// wronglyValidated are the golden exchanges on contract of which Prism reports what is
// no fault of them, with a word of each report.
func wronglyValidated() []about {
	const safe = "9007199254740991"
	return []about{
		{"records/14-1", "Prism takes the format int64 for integers of 53 bits", safe},
		{"path/max", "as above", safe},
		{"path/customer-id-min", "as above", safe},
		{"path/customer-location-id-min", "as above", safe},
		{"x-tenant-id/max", "as above", safe},
		{"authorization/lower-case-scheme", "Prism compares the case of Bearer, and RFC 9110, 11.1, does not", "Invalid security scheme used"},
		{"authorization/upper-case-scheme", "as above", "Invalid security scheme used"},
		{"page/curl-sample", "the page says that there is no body, and its sample sends {}; the mock ignores it", "request included a non-empty body"},
	}
}

// found returns the first line that knows the golden file, and notes its use.
func found(list []about, g golden, used map[string]bool) *about {
	for i, a := range list {
		if ok, _ := path.Match(a.names, g.name); ok {
			used[a.names] = true
			return &list[i]
		}
	}
	return nil
}

// throughPrism sends the golden exchanges by way of Prism. It has to find the
// answers on contract, all of them, and the requests that the mock finds on
// contract, too. Each answer must be the golden one: else it would be another
// exchange that was validated.
func throughPrism(t *testing.T, p *prism, form openapi.Form) {
	s := &servers{t, map[bool]string{}}
	used := map[string]bool{}
	sent, refused := 0, 0
	for _, g := range goldens(t) {
		if found(notThroughPrism(), g, used) != nil {
			continue
		}
		base := s.begin(g)
		p.to(t, base)
		for i, x := range g.exchanges {
			want := readAnswer(t, strings.NewReader(x.response), x.request)
			a, of := p.ask(t, form, model.Version(want.header.Get("X-Api-Version")), x.request)
			sent++
			if a.status != want.status || !sameJSON(a.body, want.body) {
				t.Errorf("%s, exchange %d: got %d %s, want %d %s", g.name, i+1, a.status, a.body, want.status, want.body)
				continue
			}
			code := fault(t, base, a.header.Get("X-Request-Id"))
			if code != "" && !slices.Contains(rejected, code) && len(of["request"]) > 0 {
				refused++
				delete(of, "request")
			}
			for place, list := range of {
				for _, v := range list {
					if known := found(wronglyValidated(), g, used); known == nil || !strings.Contains(v.Message, known.report) {
						t.Errorf("%s, exchange %d (%d %s): Prism finds of the %s, %v: %s", g.name, i+1, a.status, code, place, v.Location, v.Message)
					}
				}
			}
		}
	}
	t.Logf("%d exchanges sent; of the requests, Prism and the mock both refuse %d", sent, refused)
	if sent < 250 || refused < 50 {
		t.Errorf("%d exchanges were sent, and %d refused by both, want 250 and 50 at least", sent, refused)
	}
	for _, a := range append(notThroughPrism(), wronglyValidated()...) {
		if !used[a.names] {
			t.Errorf("%s: no golden exchange needs this line: %s", a.names, a.why)
		}
	}
}

// wrongThroughPrism holds that Prism would have spoken: of answers that
// a scenario of the mock spoils, and of a server that is wrong in one place.
func wrongThroughPrism(t *testing.T, p *prism, form openapi.Form) {
	mock := serving(t)
	p.to(t, mock)
	const (
		oldest  = "2019/02/08"
		request = "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer dispatcher-token\r\nx-tenant-id: 1\r\n%s\r\n"
	)
	good, of := p.ask(t, form, oldest, fmt.Sprintf(request, ""))
	if good.status != http.StatusOK || len(of) > 0 {
		t.Fatalf("got %d %v, want an answer on contract", good.status, of)
	}
	// Its header section but for a field, or its body with one thing changed.
	wrong := func(without, old, new string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for name, values := range good.header {
				if name != without && name != "Content-Length" && name != "Connection" {
					w.Header()[name] = values
				}
			}
			_, _ = w.Write([]byte(strings.Replace(good.body, old, new, 1)))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, c := range []struct {
		name, server, header string
		place, want          string // of the report
	}{
		{"wrong shape", mock, "X-Mock-Scenario: wrong-shape", "response", "property name must be string"},
		{"null", mock, "X-Mock-Scenario: unexpected-null", "response", "property addresses must be array"},
		{"answer of another version", mock, "x-api-version: 2023/04/19", "response", "x-api-version must be equal to one of the allowed values"},
		{"request of another version", mock, "x-api-version: 2023/04/19", "request", "x-api-version must be equal to one of the allowed values"},
		{"a number as text", wrong("", `"customer_id":1`, `"customer_id":"1"`), "", "response", "customer_id must be integer"},
		{"a member too many", wrong("", `"customer_id":1`, `"customer_id":1,"id":1`), "", "response", "additional properties"},
		{"a member left out", wrong("", `"customer_id":1,`, ``), "", "response", "required property 'customer_id'"},
		{"a time with a zone", wrong("", `.867000"`, `.867000Z"`), "", "response", "created_on must match pattern"},
		{"a header field left out", wrong("X-Request-Id", "", ""), "", "response", "required property 'x-request-id'"},
	} {
		header := c.header
		if header != "" {
			header += "\r\n"
		}
		p.to(t, c.server)
		a, of := p.ask(t, form, oldest, fmt.Sprintf(request, header))
		if !slices.ContainsFunc(of[c.place], func(v violation) bool { return strings.Contains(v.Message, c.want) }) {
			t.Errorf("%s: Prism finds %v of\n%s\nwant of the %s that %s", c.name, of, a.body, c.place, c.want)
		}
	}
}
