package control_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestPatternsAreBounded holds that no document makes the server compile more
// than a bounded size of regular expressions, whatever it is for.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	large := func(n int) string { // each compiles to some 300 kB
		fields := map[string]any{}
		for i := range n {
			fields[fmt.Sprint("h", i)] = map[string]any{"matches": fmt.Sprintf("(a{0,1000}b{0,1000})(c{0,500}d{0,500})%d", i)}
		}
		text, _ := json.Marshal(fields)
		return string(text)
	}
	scenario := func(n int) string {
		return `{"name": "rx", "when": {"headers": ` + large(n) + `}, "then": {"delay": {"fixed": "1ms"}}}`
	}
	requests := func(n int) string {
		list := strings.Repeat(`{"header": {"a": {"matches": "NEXT"}}},`, n)
		for i := range n {
			list = strings.Replace(list, "NEXT", fmt.Sprintf("(?:%d)", i), 1)
		}
		return `{"order": [` + strings.TrimSuffix(list, ",") + `]}`
	}
	for _, c := range []struct{ name, path, body, want string }{
		{"scenario check", "/sessions/default/scenario-check", `{"definition": ` + scenario(30) + `}`, "larger than the 524288 bytes"},
		{"scenario", "/sessions/default/scenarios", `{"definition": ` + scenario(30) + `}`, "larger than the 524288 bytes"},
		{"session", "/sessions", `{"scenarios": [` + scenario(30) + `]}`, "larger than the 524288 bytes"},
		{"many names", "/sessions/default/scenario-check", `{"definition": ` + scenario(10_000) + `}`, "must have 32 names at most"},
		{"expectation", "/journal/verify", `{"request": {"header": ` + large(30) + `}}`, "larger than the 524288 bytes"},
		{"expectation of many names", "/journal/verify", `{"request": {"header": ` + large(10_000) + `}}`, "must have 32 names at most"},
		{"expectation of many requests", "/journal/verify", requests(100), "a document may have 64 different ones"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := r.do(t, "POST", "/_mock"+c.path, c.body)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.want) {
				t.Errorf("got %d %.500s, want 422 with %q", got.status, got.body, c.want)
			}
		})
	}
	usual := `{"definition": {"name": "usual", "when": {"headers": {"user-agent": {"matches": "^curl/[0-9.]{1,20}$"}}}, "then": {"delay": {"fixed": "1ms"}}}}`
	if got := r.do(t, "POST", "/_mock/sessions/default/scenario-check", usual); got.status != http.StatusOK {
		t.Errorf("a usual pattern: got %d %s", got.status, got.body)
	}
}

// TestManyErrorsAreShort holds that the answer to a document which breaks rules
// all over says the first few, and how many more there are.
func TestManyErrorsAreShort(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	const n = 9_000
	members := func(value string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k %d": %s,`, i, value)
		}
		return "{" + strings.TrimSuffix(b.String(), ",") + "}"
	}
	list := "[" + strings.TrimSuffix(strings.Repeat(`{"id": "no", "x": 1},`, n), ",") + "]"
	for _, c := range []struct{ name, method, path, body string }{
		{"unknown names", "POST", "/sessions", members("1")},
		{"pins", "PUT", "/sessions/default/pins", `{"pins": ` + members("7") + `}`},
		{"choices", "PATCH", "/sessions/default/choices", members("1")},
		{"record", "PATCH", "/sessions/default/records/1/1/1", members("1")},
		{"addresses", "PATCH", "/sessions/default/records/1/1/1", `{"addresses": ` + list + `}`},
		{"scenarios", "POST", "/sessions", `{"scenarios": ` + list + `}`},
		{"fields to set", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "then": {"headers": {"set": ` + members(`"\u0001"`) + `}}}}`},
		{"conditions", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "when": {"headers": ` + members(`{}`) + `}, "then": {"delay": {"fixed": "1ms"}}}}`},
		{"records", "POST", "/sessions", `{"fixtures": {"api_version": "2023/04/19", "tenant_id": 1, "customer_locations": ` + list + `}}`},
		{"clients", "POST", "/sessions", `{"fixtures": {"clients": ` + list + `}}`},
		{"expectation", "POST", "/journal/verify", `{"requests": ` + list + `}`},
		{"fields of an expectation", "POST", "/journal/verify", `{"request": {"header": ` + members(`{"equals": "", "absent": true}`) + `}}`},
		{"a long name", "POST", "/sessions", `{"` + strings.Repeat("n", 1<<20) + `": 1}`},
		{"a long name of a field", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "then": {"headers": {"set": {"` + strings.Repeat("n", 1<<20) + `": ""}}}}}`},
		{"a long query", "GET", "/sessions?" + strings.Repeat("n", 30_000), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := r.do(t, c.method, "/_mock"+c.path, c.body)
			if got.status != http.StatusUnprocessableEntity && got.status != http.StatusBadRequest {
				t.Fatalf("got %d %.300s, want 422 or 400", got.status, got.body)
			}
			if len(got.body) > 100<<10 || len(got.problem.Flaws) > 51 {
				t.Errorf("the answer has %d bytes and %d errors: %.1000s", len(got.body), len(got.problem.Flaws), got.body)
			}
		})
	}
}
