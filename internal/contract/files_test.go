package contract

import (
	"encoding/json"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

// sampleTime is the time of the page's sample response.
var sampleTime = time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)

var realContract = sync.OnceValues(func() (*Contract, error) { return Load(schemas.FS) })

func loadReal(t testing.TB) *Contract {
	t.Helper()
	c, err := realContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func schemaFS() fs.FS { return schemas.FS }

// realFiles returns a copy of the real schemas that a test may spoil.
func realFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(schemas.FS, name)
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// change is what a test does to the schema files.
type change func(testing.TB, fstest.MapFS)

// write puts a file in the place of one, or beside the others.
func write(name, text string) change {
	return func(_ testing.TB, files fstest.MapFS) { files[name] = &fstest.MapFile{Data: []byte(text)} }
}

func remove(names ...string) change {
	return func(t testing.TB, files fstest.MapFS) {
		for _, name := range names {
			if files[name] == nil {
				t.Fatalf("there is no %s to remove", name)
			}
			delete(files, name)
		}
	}
}

// replace replaces the first of a text in a file, which must be there.
func replace(name, old, with string) change {
	return func(t testing.TB, files fstest.MapFS) {
		text := string(files[name].Data)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", name, old)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, with, 1))}
	}
}

// edit changes a schema file as a tree.
func edit(name string, change func(map[string]any)) change {
	return func(t testing.TB, files fstest.MapFS) {
		tree := parse(t, string(files[name].Data)).(map[string]any)
		change(tree)
		text, err := jsonx.AppendJSON(nil, tree)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
}

func all(changes ...change) change {
	return func(t testing.TB, files fstest.MapFS) {
		for _, c := range changes {
			c(t, files)
		}
	}
}

// parse reads JSON as the project does.
func parse(t testing.TB, text string) any {
	t.Helper()
	v, err := jsonx.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	return v
}

const (
	oldest = model.Version("2019/02/08")
	newest = model.Version("2023/04/19")
)

func number(text string) json.Number { return json.Number(text) }

// sampleRecord returns the page's sample in the shape of the oldest version.
func sampleRecord(t testing.TB) map[string]any {
	t.Helper()
	return parse(t, `{"account_number_1": null, "account_number_2": null,
		"addresses": [{"country": null, "id": 1, "is_active": true, "is_billing": true, "is_physical": false, "is_shipping": false, "latitude": 48.080076,
			"line_1": "520 E Washington St", "line_2": null, "line_3": null, "line_4": null, "locality": "Sequim", "longitude": -123.0952858, "postcode": "98382", "region": "WA"}],
		"contacts": [{"email": "shaneduty@gmail.com", "fax": null, "id": 1, "name": "George", "notify_on_acknowledged_request": false, "notify_on_completed_request": true,
			"notify_on_dispatched_request": true, "notify_on_failed_request": true, "notify_on_new_request": true, "number": "360-555-1212"}],
		"created_on": "2018-06-13T19:50:20.867000", "customer_id": 1, "is_active": false, "is_commercial": false, "last_updated_on": "2020-04-22T17:23:17.363000",
		"location_id": 1, "name": "George Jones!!!?", "note": "Exempt from billing???", "parent_id": null, "reference_number": null, "renewal_date": null,
		"sales_rep": "Shane", "sales_rep_id": null, "suspension_id": null}`).(map[string]any)
}
