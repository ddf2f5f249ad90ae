package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"
)

// document is what a test reads of an OpenAPI document.
type document struct {
	OpenAPI string `json:"openapi"`
	Info    struct{ Title, Version, Description string }
	Paths   map[string]map[string]struct {
		Summary     string
		OperationID string `json:"operationId"`
		Parameters  []struct {
			Name, In string
			Required bool
			Schema   map[string]any
		}
		RequestBody *struct{ Content map[string]media } `json:"requestBody"`
		Responses   map[string]struct {
			Description string
			Content     map[string]media
		}
	}
	Components struct{ Schemas map[string]json.RawMessage }
}

type media struct {
	Schema struct {
		Ref string `json:"$ref"`
	}
}

func (r *running) openapi(t *testing.T) (document, string) {
	t.Helper()
	p := r.do(t, "GET", "/_mock/openapi.json", "")
	var doc document
	if err := json.Unmarshal([]byte(p.body), &doc); err != nil {
		t.Fatal(err)
	}
	return doc, p.body
}

// TestOpenAPI holds that the admin API's document is well formed: parameters as the
// paths have them, references that lead somewhere, names once, schemas that
// compile.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	doc, text := r.openapi(t)
	if doc.OpenAPI != "3.1.0" || doc.Info.Title == "" || doc.Info.Version != "0.0.0" {
		t.Errorf("got the version %q and the info %+v", doc.OpenAPI, doc.Info)
	}
	ids := map[string]string{}
	used := map[string]bool{}
	for path, operations := range doc.Paths {
		if !strings.HasPrefix(path, "/_mock/") {
			t.Errorf("the path %s is not the admin API's", path)
		}
		for method, op := range operations {
			at := method + " " + path
			if !slices.Contains([]string{"get", "put", "post", "patch", "delete"}, method) || op.Summary == "" {
				t.Errorf("%s: is not an operation with a summary", at)
			}
			if other := ids[op.OperationID]; other != "" || op.OperationID == "" {
				t.Errorf("%s: has the operationId %q of %q", at, op.OperationID, other)
			}
			ids[op.OperationID] = at
			var named, inPath []string
			for _, p := range op.Parameters {
				if p.Schema["type"] != "string" || p.Required != (p.In == "path") || slices.Contains(named, p.In+p.Name) {
					t.Errorf("%s: parameter %+v is not well formed", at, p)
				}
				if named = append(named, p.In+p.Name); p.In == "path" {
					inPath = append(inPath, "{"+p.Name+"}")
				}
			}
			if want := regexp.MustCompile(`\{[^}]*\}`).FindAllString(path, -1); !slices.Equal(inPath, want) {
				t.Errorf("%s: has the parameters %v, want %v", at, inPath, want)
			}
			if body := op.RequestBody; body != nil {
				used[body.Content["application/json"].Schema.Ref] = true
			}
			for status, response := range op.Responses {
				if !regexp.MustCompile(`^([1-5][0-9][0-9]|[1-5]XX|default)$`).MatchString(status) || response.Description == "" || len(response.Content) == 0 {
					t.Errorf("%s: response %s is not well formed: %+v", at, status, response)
				}
			}
			ref := op.Responses["default"].Content["application/problem+json"].Schema.Ref
			if ref == "" {
				t.Errorf("%s: says nothing of problems", at)
			}
			used[ref] = true
		}
	}
	for name := range doc.Components.Schemas {
		ref := "#/components/schemas/" + name
		if !used[ref] {
			t.Errorf("nothing refers to %s", ref)
		}
		delete(used, ref)
		whole := fmt.Sprintf(`{"$ref": %q, %s`, ref, strings.TrimPrefix(text, "{"))
		if _, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(whole)); err != nil {
			t.Errorf("the schema %s does not compile: %v", name, err)
		}
	}
	for ref := range used {
		t.Errorf("%q leads nowhere", ref)
	}
	if strings.Contains(text, `"dependencies":`) {
		t.Error("a schema has the keyword dependencies, which its draft no longer has")
	}
	// A reference within a component would be looked up in the whole document.
	for _, m := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if !resolves(t, text, m[1]) {
			t.Errorf("the reference %s leads nowhere in the document", m[1])
		}
	}
}

// resolves follows a reference of the form #/a/b in a document.
func resolves(t *testing.T, text, ref string) bool {
	t.Helper()
	var at any
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		t.Fatal(err)
	}
	pointer, ok := strings.CutPrefix(ref, "#/")
	for step := range strings.SplitSeq(pointer, "/") {
		object, _ := at.(map[string]any)
		if at = object[step]; at == nil {
			return false
		}
	}
	return ok
}

// TestOpenAPIIsTheAdminAPI tries every method on every path of the document: what
// it lists is there, and what it does not list is not.
func TestOpenAPIIsTheAdminAPI(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	doc, _ := r.openapi(t)
	n := 0
	for path, operations := range doc.Paths {
		target := strings.NewReplacer("{session}", "none", "{tenant}", "1", "{customer}", "1", "{location}", "1", "{name}", "none", "{request_id}", "none", "{id}", "0").Replace(path)
		if strings.Contains(target, "{") {
			t.Errorf("no value is known for the parameters of %s", path)
		}
		var listed []string
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			_, ok := operations[strings.ToLower(method)]
			// To GET it is a request ID, which no request has.
			if ok || method == "GET" && target == "/_mock/journal/verify" {
				listed = append(listed, method)
			}
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"} {
			if target == "/_mock/journal/stream" && method == "GET" {
				continue // it would not end
			}
			n++
			got := r.do(t, method, target, "")
			there := got.status != http.StatusMethodNotAllowed && !strings.HasPrefix(got.problem.Detail, "The admin API has no")
			want := slices.Contains(listed, method) || method == "HEAD" && target == "/_mock/health"
			if there != want {
				t.Errorf("%s %s: got %d %s, and that the document lists it is %v", method, path, got.status, got.body, want)
			}
			if allow := got.header.Get("Allow"); !there && allow != strings.Join(listed, ", ") {
				t.Errorf("%s %s: got Allow: %s, want %v", method, path, allow, listed)
			}
		}
	}
	if n < 200 {
		t.Errorf("tried %d requests, want those of some thirty paths", n)
	}
}

// TestEveryRouteIsTried holds that each operation of the document has its good
// request and, where it takes anything from a client, its bad one.
func TestEveryRouteIsTried(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	doc, _ := r.openapi(t)
	without := []string{"get /_mock/health", "get /_mock/openapi.json", "get /_mock/sessions", "get /_mock/scenarios", "get /_mock/clients"}
	for path, operations := range doc.Paths {
		re := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-z_]+\\\}`).ReplaceAllString(regexp.QuoteMeta(strings.TrimPrefix(path, "/_mock")), `[^/?]+`) + `(\?|$)`)
		for method := range operations {
			at := method + " " + path
			tried := func(list []exercise) bool {
				return slices.ContainsFunc(list, func(x exercise) bool {
					m, p, _ := strings.Cut(x.call, " ")
					return strings.EqualFold(m, method) && re.MatchString(p) && x.status != http.StatusMethodNotAllowed
				})
			}
			// The stream has tests of its own, and so has finding an exchange.
			if !tried(good) && !slices.Contains([]string{"get /_mock/journal/stream", "get /_mock/journal/{request_id}", "get /_mock/exchanges/{id}", "get /_mock/exchanges/{id}/snippets"}, at) {
				t.Errorf("%s has no good request among the tests", at)
			}
			if !tried(bad) && !slices.Contains(without, at) {
				t.Errorf("%s has no bad request among the tests", at)
			}
		}
	}
}

// TestExchangesAreFound holds that the X-REQUEST-ID of a bug report finds its
// exchange, the newest of that ID, in its session or in any.
func TestExchangesAreFound(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "a"}`, nil)
	const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	r.api(t, "GET", resource, "X-Request-Id: "+id)
	r.api(t, "DELETE", "/_s/a"+resource, "X-Request-Id: "+id)
	given := r.api(t, "GET", "/nowhere").header.Get("X-Request-Id")
	for _, c := range []struct{ path, want string }{
		{"/journal/" + id, `"id":2,`},
		{"/journal/" + strings.ToUpper(id), `"id":2,`},
		{"/journal/" + id + "?session=default", `"id":1,`},
		{"/journal/" + id + "?session=a", `"id":2,`},
		{"/journal/" + given, `"id":3,`},
		{"/exchanges/1", fmt.Sprintf(`"request_id":%q`, id)},
	} {
		if got := r.do(t, "GET", "/_mock"+c.path, ""); got.status != http.StatusOK || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: got %d %s, want %s", c.path, got.status, got.body, c.want)
		}
	}
	if got := r.do(t, "GET", "/_mock/journal/"+given+"?session=a", ""); got.status != http.StatusNotFound {
		t.Errorf("another session has the exchange: %d %s", got.status, got.body)
	}
}

// TestEntriesTellWho holds that the record of an exchange tells whose request
// it was, and in which version: asked for, pinned before, and used.
func TestEntriesTellWho(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.api(t, "GET", resource, "X-Api-Version: 2021/04/07")
	r.api(t, "DELETE", resource, "X-Api-Version: 2023/04/19")
	r.api(t, "GET", resource)
	for n, want := range map[int]string{
		1: `"operation":"Get Customer","client_id":"web-app","tenant":1,"request_id":"[^"]+","version":{"asked":"2021/04/07","used":"2021/04/07"}`,
		2: `"operation":"Deactivate Customer","client_id":"web-app","tenant":1,"request_id":"[^"]+","version":{"asked":"2023/04/19","pinned":"2021/04/07","used":"2023/04/19"}`,
		3: `"operation":"Get Customer","client_id":"web-app","tenant":1,"request_id":"[^"]+","version":{"pinned":"2023/04/19","used":"2023/04/19"}`,
	} {
		if got := r.do(t, "GET", fmt.Sprint("/_mock/exchanges/", n), ""); !regexp.MustCompile(want).MatchString(got.body) {
			t.Errorf("exchange %d: got %.800s, want a match of %s", n, got.body, want)
		}
	}
}
