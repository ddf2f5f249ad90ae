package mock_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// otherSchemas returns the embedded schemas with a text of one file replaced.
func otherSchemas(t testing.TB, name, old, with string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = &fstest.MapFile{Data: []byte(testkit.ReadFile(t, schemas.FS, path))}
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
	text := testkit.ReadFile(t, files, file)
	files.(fstest.MapFS)[file].Data = []byte(strings.Replace(text, `"properties": {`, `"properties": {`+properties.String(), 1))
	r := testkit.Start(t, testkit.Settings{Schemas: files, Log: testkit.TextLog})
	for range 20 {
		a := r.Ask(t, http.MethodDelete, testkit.Resource, testkit.Dispatcher...)
		if want := "StandardRequestHeadersModel.x-office-0: Is required."; a.Status != http.StatusBadRequest || a.Reason != want ||
			!strings.Contains(a.Body, `"explanation": "A request header breaks its rule."`) {
			t.Fatalf("got %d %s %s, want 400 %s", a.Status, a.Reason, a.Body, want)
		}
		var places []string
		for line := range strings.Lines(r.Logged.String()) {
			if _, rest, ok := strings.Cut(line, " pointer="); ok {
				place, _, _ := strings.Cut(rest, " ")
				places = append(places, place)
			}
		}
		if got := strings.Join(places, " "); got != "/x-office-0 /x-office-1 /x-office-2 /x-office-3 /x-office-4 /x-office-5 /x-office-6 /x-office-7" {
			t.Fatalf("the log has %s, want the order of the names", got)
		}
		r.Logged.Reset()
	}
	if a := r.Ask(t, http.MethodDelete, testkit.Resource); a.Status != http.StatusUnauthorized || !strings.HasPrefix(a.Reason, "StandardRequestHeadersModel.authorization") {
		t.Errorf("got %d %s, want the documented fields told first", a.Status, a.Reason)
	}
}

// TestUnableToServe holds that an operation which the mock has no action for is
// refused at the start, not answered as if it were not there.
func TestUnableToServe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, with, want string }{
		{"no action", `"POST",
      "path": "/customers/{customer_id}/locations/{customer_location_id}",`, `"POST",
      "path": "/customers",`, ""},
		{"served", `"served": false,
      "roles": [
        "Dispatcher"
      ],
      "responses": {
        "error": "ErrorModel.json"
      },
      "description": "Adds`, `"served": true,
      "roles": [
        "Dispatcher"
      ],
      "responses": {
        "error": "ErrorModel.json"
      },
      "description": "Adds`, `operations.json /operations/2/served: true: the mock performs DELETE, GET and OPTIONS only; with false it answers POST as one that it does not mock`},
		{"another path", `"GET",
      "path": "/customers/{customer_id}/locations/{customer_location_id}",`, `"GET",
      "path": "/customers/{customer_id}",`, `operations.json /operations/1/served: true: the mock finds records by {customer_id} and {customer_location_id} alone, and /customers/{customer_id} has not both`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			con, err := contract.Load(otherSchemas(t, "operations.json", c.old, c.with))
			if err != nil {
				t.Fatal(err)
			}
			unable := mock.Unable(con)
			if got := unable.Error(); got != c.want && (c.want != "" || len(unable) > 0) {
				t.Errorf("got %v, want %s", unable, c.want)
			}
		})
	}
}

// TestOperationsAreDocumented holds the list of operations against
// api-facts.md, by hand.
func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range c.Operations() {
		got = append(got, fmt.Sprint(op.Method, " ", op.Served, " ", op.Roles))
	}
	want := []string{
		"DELETE true [Dispatcher]",
		"GET true [Admin ClientCustomer CrmUser Dispatcher Driver ThirdPartyDispatcher ThirdPartyDriver]",
		"POST false [Dispatcher]", "PATCH false [Dispatcher]", "OPTIONS true []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
