package server_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"dispatchmock/schemas"
)

// otherSchemas returns the embedded schemas with a text of one file replaced.
func otherSchemas(t testing.TB, name, old, with string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = &fstest.MapFile{Data: readFile(t, schemas.FS, path)}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[name].Data)
	if strings.Count(text, old) != 1 {
		t.Fatalf("schemas/%s has %q %d times, want once", name, old, strings.Count(text, old))
	}
	files[name].Data = []byte(strings.Replace(text, old, with, 1))
	return files
}

// TestHeadersOfOtherSchemas asks for header fields that only a user's schemas
// have rules for: they are told behind the others, always in the same order.
func TestHeadersOfOtherSchemas(t *testing.T) {
	t.Parallel()
	var required, properties strings.Builder
	for i := range 8 {
		fmt.Fprintf(&required, `"x-office-%d", `, i)
		fmt.Fprintf(&properties, `"x-office-%d": {"type": "integer"}, `, i)
	}
	const file = "2019-02-08/StandardRequestHeadersModel.json"
	files := otherSchemas(t, file, `"required": [`, `"required": [`+required.String())
	text := string(readFile(t, files, file))
	files.(fstest.MapFS)[file].Data = []byte(strings.Replace(text, `"properties": {`, `"properties": {`+properties.String(), 1))
	r := launch(t, settings{schemas: files})
	for range 20 {
		answer, body := r.do(t, http.MethodDelete, resource, "Authorization: Bearer dispatcher-token", "x-tenant-id: 1")
		if want := "StandardRequestHeadersModel.x-office-0: Is required."; answer.StatusCode != http.StatusBadRequest || answer.Status != "400 "+want ||
			!strings.Contains(body, `"explanation": "A request header breaks its rule."`) {
			t.Fatalf("got %s %s, want 400 %s", answer.Status, body, want)
		}
		var places []string
		for line := range strings.Lines(r.log.String()) {
			if _, rest, ok := strings.Cut(line, " pointer="); ok {
				place, _, _ := strings.Cut(rest, " ")
				places = append(places, place)
			}
		}
		if got := strings.Join(places, " "); got != "/x-office-0 /x-office-1 /x-office-2 /x-office-3 /x-office-4 /x-office-5 /x-office-6 /x-office-7" {
			t.Fatalf("the log has %s, want the order of the names", got)
		}
		r.log.reset()
	}
	answer, _ := r.do(t, http.MethodDelete, resource)
	if !strings.HasPrefix(answer.Status, "401 StandardRequestHeadersModel.authorization") {
		t.Errorf("got %s, want the documented fields told first", answer.Status)
	}
}
