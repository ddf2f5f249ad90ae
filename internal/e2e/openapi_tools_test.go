package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// thirdParty returns the folder of a set of tools of other makers. Where they
// are not installed the test is skipped; under CI they must be.
func thirdParty(t *testing.T, set string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("tools of other makers take long")
	}
	dir, err := filepath.Abs(moduleDir + "/testdata/thirdparty/" + set)
	if err != nil {
		t.Fatal(err)
	}
	_, err = exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("CI is set, and the tools are not installed: %v", err)
	}
	if err != nil {
		t.Skipf("the tools of other makers are not installed (npm ci in testdata/thirdparty/%s): %v", set, err)
	}
	return dir
}

// program runs a program of Node in a folder, and returns what it prints and
// whether it ended well.
func program(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	c := exec.CommandContext(ctx, "node", args...)
	c.Dir = dir
	text, err := c.CombinedOutput()
	return string(text), err
}

// serving starts the mock with flags, and returns its URL.
func serving(t *testing.T, flags ...string) string {
	t.Helper()
	build(t)
	server, err := testkit.Launch((*testkit.Process).Serving, nil,
		"dispatchmock", append([]string{"serve", "--listen", "127.0.0.1:0", "--quiet"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server.URL
}

// fetch returns the body of an answer of 200.
func fetch(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v %s", url, r.Status, err, text)
	}
	return string(text)
}

// describe fetches the document of an API version.
func describe(t *testing.T, base string, form openapi.Form, v model.Version) string {
	t.Helper()
	return fetch(t, base+"/_mock/api/openapi.json?openapi="+string(form)+"&api_version="+string(v))
}

// keep writes a text to a file, and returns its path.
func keep(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func versions(t *testing.T) []model.Version {
	t.Helper()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c.Versions()
}

// validators are those of validate.mjs.
var validators = []string{"swagger-parser", "openapi-schema-validator", "redocly"}

// mistake is what makes a document a wrong one, and who must see it.
type mistake struct {
	name string
	make func(doc map[string]any)
	by   []string
}

func mistakes() []mistake {
	const resource = "/customers/{customer_id}/locations/{customer_location_id}"
	operation := func(doc map[string]any) map[string]any { return inside(doc, "paths", resource, "delete") }
	answer := func(doc map[string]any) map[string]any {
		return inside(operation(doc), "responses", "200", "content", "application/json")
	}
	return []mistake{
		{"no description", func(doc map[string]any) { delete(inside(operation(doc), "responses", "200"), "description") }, validators},
		{"parameter of nowhere", func(doc map[string]any) {
			operation(doc)["parameters"].([]any)[0].(map[string]any)["in"] = "nowhere"
		}, validators},
		{"reference to nothing", func(doc map[string]any) { inside(answer(doc), "schema")["$ref"] = "#/components/schemas/Nothing" }, validators},
		// These take more than the schema of OpenAPI documents.
		{"unknown type", func(doc map[string]any) {
			inside(doc, "components", "schemas", "ErrorModel", "properties", "field")["type"] = "text"
		}, []string{"redocly"}},
		{"path parameter left out", func(doc map[string]any) {
			operation(doc)["parameters"] = operation(doc)["parameters"].([]any)[1:]
		}, []string{"redocly"}},
		{"name twice", func(doc map[string]any) { inside(doc, "paths", resource, "get")["operationId"] = "deactivateCustomer" }, []string{"redocly"}},
		{"example off its schema", func(doc map[string]any) {
			for _, e := range inside(answer(doc), "examples") {
				inside(e.(map[string]any), "value")["name"] = 7
			}
		}, []string{"redocly"}},
	}
}

// inside returns the object at a path of members.
func inside(doc map[string]any, path ...string) map[string]any {
	for _, name := range path {
		doc, _ = doc[name].(map[string]any)
	}
	return doc
}

// TestOpenAPIByOthers holds the documents against tools of other makers, one
// after the other: each takes a processor for itself.
func TestOpenAPIByOthers(t *testing.T) {
	t.Parallel()
	tools := thirdParty(t, "openapi")
	t.Run("validators", func(t *testing.T) { validated(t, tools) })
	for _, form := range openapi.Forms() {
		t.Run("generated client "+string(form), func(t *testing.T) { generatedClient(t, tools, form) })
	}
	p := newPrism(t, tools)
	for _, form := range openapi.Forms() {
		t.Run("goldens through Prism "+string(form), func(t *testing.T) { throughPrism(t, p, form) })
		t.Run("mistakes through Prism "+string(form), func(t *testing.T) { wrongThroughPrism(t, p, form) })
	}
}

// validated holds that validators of other makers accept each document that the
// mock serves, and refuse each with a mistake.
func validated(t *testing.T, tools string) {
	base, dir := serving(t), t.TempDir()
	args := []string{"validate.mjs", keep(t, dir, "client.json", fetch(t, base+"/_mock/openapi.json"))}
	wrong := map[string][]string{} // by file: who must refuse it
	for _, form := range openapi.Forms() {
		for _, v := range versions(t) {
			name := string(form) + " " + strings.ReplaceAll(string(v), "/", "-")
			text := describe(t, base, form, v)
			args = append(args, keep(t, dir, name+".json", text))
			if v != "2023/04/19" {
				continue
			}
			for _, m := range mistakes() {
				var doc map[string]any
				if err := json.Unmarshal([]byte(text), &doc); err != nil {
					t.Fatal(err)
				}
				m.make(doc)
				spoilt, err := json.Marshal(doc)
				if err != nil {
					t.Fatal(err)
				}
				file := keep(t, dir, name+", "+m.name+".json", string(spoilt))
				args, wrong[file] = append(args, file), m.by
			}
		}
	}
	text, err := program(t, tools, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	told := map[string]map[string]string{} // by file and validator
	for line := range strings.Lines(text) {
		var l struct{ File, Tool, Said string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if told[l.File] == nil {
			told[l.File] = map[string]string{}
		}
		told[l.File][l.Tool] = l.Said
	}
	for _, file := range args[1:] {
		for _, tool := range validators {
			said, asked := told[file][tool]
			switch by, seeded := wrong[file]; {
			case !asked:
				t.Errorf("%s was not asked about %s", tool, filepath.Base(file))
			case !seeded && said != "":
				t.Errorf("%s refuses %s: %s", tool, filepath.Base(file), said)
			case said == "" && slices.Contains(by, tool):
				t.Errorf("%s accepts %s", tool, filepath.Base(file))
			}
		}
	}
}
