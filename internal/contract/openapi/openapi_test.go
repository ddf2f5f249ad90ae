package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

var now = time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)

// each runs a test on the document of every version in both forms.
func each(t *testing.T, f func(t *testing.T, v model.Version, form Form, doc map[string]any)) {
	t.Helper()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []Form{Form31, Form30} {
		for _, v := range c.Versions() {
			t.Run(fmt.Sprintf("%s in %s", strings.ReplaceAll(string(v), "/", "-"), form), func(t *testing.T) {
				t.Parallel()
				f(t, v, form, document(t, c, v, form))
			})
		}
	}
}

func document(t *testing.T, c *contract.Contract, v model.Version, form Form) map[string]any {
	t.Helper()
	var text [2]bytes.Buffer
	for i := range text {
		d, err := New(c, Options{Version: v, Form: form, Server: "http://127.0.0.1:8003", Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(&text[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(text[0].Bytes(), text[1].Bytes()) {
		t.Error("two documents of the same options differ")
	}
	doc, err := jsonschema.UnmarshalJSON(&text[0])
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

// at returns what stands at a path of a document.
func at(doc any, path ...string) any {
	for _, name := range path {
		m, _ := doc.(map[string]any)
		doc = m[name]
	}
	return doc
}

// walk visits every value with its JSON pointer.
func walk(v any, pointer string, visit func(pointer string, v any)) {
	visit(pointer, v)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], pointer+"/"+name, visit)
		}
	case []any:
		for i, item := range v {
			walk(item, fmt.Sprintf("%s/%d", pointer, i), visit)
		}
	}
}

// TestStructure holds what the OpenAPI Specification asks of any document.
func TestStructure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v model.Version, form Form, doc map[string]any) {
		if got := at(doc, "openapi").(string); !strings.HasPrefix(got, string(form)) {
			t.Errorf("got openapi %s, want %s", got, form)
		}
		if got := at(doc, "info", "version"); got != string(v) {
			t.Errorf("got the version %v, want %s", got, v)
		}
		walk(doc, "", func(pointer string, value any) {
			if strings.Contains(pointer, "/examples/") {
				return
			}
			m, _ := value.(map[string]any)
			if ref, ok := m["$ref"].(string); ok && at(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...) == nil {
				t.Errorf("%s refers to %s, which is not there", pointer, ref)
			}
			if form == Form30 {
				if _, many := m["type"].([]any); many || m["const"] != nil || strings.Contains(pointer, "/schema") && m["examples"] != nil && m["schema"] == nil {
					t.Errorf("%s has what OpenAPI 3.0 does not know: %v", pointer, m)
				}
			}
			if m["$schema"] != nil || m["$comment"] != nil {
				t.Errorf("%s has a keyword of the contract's own: %v", pointer, m)
			}
		})
		if enum, _ := at(doc, "components", "headers", "X-API-VERSION", "schema", "enum").([]any); len(enum) != 1 || enum[0] != string(v) {
			t.Errorf("X-API-VERSION may be %v, want %s", enum, v)
		}
		ids := map[string]bool{}
		for path, item := range doc["paths"].(map[string]any) {
			for method, op := range item.(map[string]any) {
				id, _ := at(op, "operationId").(string)
				if id == "" || ids[id] {
					t.Errorf("%s %s has the operationId %q, want one of its own", method, path, id)
				}
				ids[id] = true
				checkOperation(t, path, method, op.(map[string]any))
			}
		}
		if !ids["deactivateCustomer"] || !ids["getCustomer"] || len(ids) != 5 {
			t.Errorf("got the operations %v, want five, deactivateCustomer among them", ids)
		}
	})
}

func checkOperation(t *testing.T, path, method string, op map[string]any) {
	t.Helper()
	named := map[string]bool{}
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		name, in := at(p, "name").(string), at(p, "in").(string)
		if in == "path" && at(p, "required") == true {
			named["{"+name+"}"] = true
		}
		if at(p, "schema") == nil || in == "header" && slices.Contains([]string{"authorization", "content-type", "accept"}, strings.ToLower(name)) {
			t.Errorf("%s %s: the parameter %v", method, path, p)
		}
	}
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && !named[part] {
			t.Errorf("%s %s: %s is no required parameter of the path", method, path, part)
		}
	}
	responses := op["responses"].(map[string]any)
	if responses["default"] == nil {
		t.Errorf("%s %s has no default response", method, path)
	}
	for status, r := range responses {
		if text, _ := at(r, "description").(string); text == "" {
			t.Errorf("%s %s %s has no description", method, path, status)
		}
		if at(r, "headers", "X-API-VERSION", "$ref") == nil || at(r, "headers", "Content-Type") != nil {
			t.Errorf("%s %s %s: the headers are %v", method, path, status, at(r, "headers"))
		}
		if withBody := method != "options" || status == "default"; withBody != (at(r, "content", "application/json", "schema", "$ref") != nil) {
			t.Errorf("%s %s %s: has a body: %v, want %v", method, path, status, !withBody, withBody)
		}
	}
}

// TestErrors holds that each documented error is listed, with an example.
func TestErrors(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v model.Version, _ Form, doc map[string]any) {
		const path = "/customers/{customer_id}/locations/{customer_location_id}"
		responses, _ := at(doc, "paths", path, "delete", "responses").(map[string]any)
		got := slices.Sorted(maps.Keys(responses))
		if want := []string{"200", "400", "401", "403", "404", "406", "default"}; !slices.Equal(got, want) {
			t.Errorf("DELETE has the statuses %v, want %v", got, want)
		}
		for _, status := range got {
			if status != "default" && at(responses, status, "content", "application/json", "examples") == nil {
				t.Errorf("DELETE %s has no example", status)
			}
		}
		record := at(responses, "200", "content", "application/json", "examples", "x-api-version-"+strings.ReplaceAll(string(v), "/", "-"), "value")
		if all, _ := at(responses, "200", "content", "application/json", "examples").(map[string]any); len(all) != 1 {
			t.Errorf("DELETE 200 shows %v, want the record of version %s alone", slices.Sorted(maps.Keys(all)), v)
		}
		if at(record, "is_active") != false || (at(record, "id") == nil) != (v == "2019/02/08") {
			t.Errorf("DELETE 200 shows %v, want the sample in version %s", record, v)
		}
		if at(doc, "paths", path, "get", "responses", "404") == nil {
			t.Error("GET has no 404, which DELETE has")
		}
	})
}

// jsonSchema writes what OpenAPI 3.0 calls nullable as JSON Schema does.
func jsonSchema(v any) {
	walk(v, "", func(_ string, v any) {
		if m, ok := v.(map[string]any); ok && m["nullable"] == true {
			m["type"] = []any{m["type"], "null"}
			delete(m, "nullable")
		}
	})
}

// TestAnotherValidator compiles the document's schemas with a library that the
// validate does not use, and holds that they take each example and no broken one.
func TestAnotherValidator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v model.Version, form Form, doc map[string]any) {
		if form == Form30 {
			jsonSchema(doc)
		}
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		if err := c.AddResource("openapi.json", doc); err != nil {
			t.Fatal(err)
		}
		compiled := map[string]*jsonschema.Schema{}
		for name := range at(doc, "components", "schemas").(map[string]any) {
			s, err := c.Compile("openapi.json#/components/schemas/" + name)
			if err != nil {
				t.Fatal(err)
			}
			compiled[name] = s
		}
		n := 0
		walk(doc["paths"], "", func(pointer string, value any) {
			content, _ := value.(map[string]any)
			ref, _ := at(content, "schema", "$ref").(string)
			examples, _ := content["examples"].(map[string]any)
			for name, e := range examples {
				n++
				s := compiled[strings.TrimPrefix(ref, schemasAt)]
				if err := s.Validate(at(e, "value")); err != nil {
					t.Errorf("%s: the example %s: %v", pointer, name, err)
				}
			}
		})
		if n < 12 {
			t.Errorf("found %d examples, want a dozen", n)
		}
		record, err := Sample(v)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(map[string]any){
			"a member more":   func(r map[string]any) { r["extra"] = nil },
			"no name":         func(r map[string]any) { delete(r, "name") },
			"a null name":     func(r map[string]any) { r["name"] = nil },
			"an empty name":   func(r map[string]any) { r["name"] = "" },
			"a zone":          func(r map[string]any) { r["created_on"] = "2018-06-13T19:50:20.867000Z" },
			"a written date":  func(r map[string]any) { r["renewal_date"] = "13.06.2018" },
			"a text location": func(r map[string]any) { r["location_id"] = "1" },
			"a broken item":   func(r map[string]any) { at(r["addresses"].([]any)[0]).(map[string]any)["latitude"] = json.Number("91") },
		} {
			broken := maps.Clone(record)
			items, _ := json.Marshal(record["addresses"])
			broken["addresses"], _ = jsonschema.UnmarshalJSON(bytes.NewReader(items))
			change(broken)
			if compiled[model.ModelCustomerLocation].Validate(broken) == nil {
				t.Errorf("a record with %s is taken", name)
			}
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Version: "2020/01/01", Form: Form31}, {Version: "2019/02/08", Form: "2.0"}} {
		if d, err := New(c, o); err == nil {
			t.Errorf("%+v: got %v, want an error", o, d)
		}
	}
}
