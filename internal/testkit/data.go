package testkit

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"dispatchmock/fixtures"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/schemas"
)

// SampleTime is the time of the page's sample response.
var SampleTime = time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)

// Started is when the tests of a package began, for fixtures of a server whose
// clock is the machine's.
var Started = time.Now()

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

// Contract returns the contract of the embedded schemas.
func Contract(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Data says what a test wants changed in the default data set.
type Data struct {
	Choices string            // a JSON object of choices
	Files   map[string]string // further fixture files
}

// loaded has the fixtures of the tests before, by what they were made of.
// Fixtures never change.
var loaded sync.Map

// Fixtures returns the default data set with changes, as of a time.
func Fixtures(t testing.TB, d Data, now time.Time) *fixture.Fixtures {
	t.Helper()
	key := fmt.Sprintf("%q %q %v", d.Choices, d.Files, now)
	if f, ok := loaded.Load(key); ok {
		return f.(*fixture.Fixtures)
	}
	f := d.load(t, schemas.FS, Contract(t), now)
	loaded.Store(key, f)
	return f
}

func (d Data) load(t testing.TB, s fs.FS, c *contract.Contract, now time.Time) *fixture.Fixtures {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range DefaultFiles(t) {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if d.Choices != "" {
		files["choices.json"].Data = withChoices(t, files["choices.json"].Data, d.Choices)
	}
	for name, text := range d.Files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	f, err := fixture.Load(files, s, c, now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// DefaultFiles returns the files of the default data set by their names.
func DefaultFiles(t testing.TB) map[string]string {
	t.Helper()
	def, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(def, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		files[name] = ReadFile(t, def, name)
	}
	return files
}

// ReadFile returns the text of a file.
func ReadFile(t testing.TB, fsys fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withChoices puts choices over those of a file.
func withChoices(t testing.TB, text []byte, choices string) []byte {
	t.Helper()
	var file struct {
		Choices map[string]any `json:"choices"`
	}
	Decode(t, string(text), &file)
	Decode(t, choices, &file.Choices)
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Decode reads JSON.
func Decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %.2000s", err, text)
	}
}

// Records returns a fixture file of n records, customers from first on, each
// like the page's sample with a name of its own.
func Records(first, n int) string {
	var s strings.Builder
	s.WriteString(`{"api_version": "2021/04/07", "tenant_id": 1, "customer_locations": [`)
	for i := range n {
		if i > 0 {
			s.WriteString(",\n")
		}
		fmt.Fprintf(&s, `{"record": {"account_number_1": null, "account_number_2": null, "addresses": [{"country": null, "id": %[1]d, "is_active": true, "is_billing": true, "is_physical": false, "is_shipping": false, "latitude": 48.080076, "line_1": "%[1]d E Washington St", "line_2": null, "line_3": null, "line_4": null, "locality": "Sequim", "longitude": -123.0952858, "postcode": "98382", "region": "WA"}], "contacts": [{"email": "customer%[1]d@example.com", "fax": null, "id": %[1]d, "name": "George", "notify_on_acknowledged_request": false, "notify_on_completed_request": true, "notify_on_dispatched_request": true, "notify_on_failed_request": true, "notify_on_new_request": true, "number": "360-555-1212"}], "created_on": "2018-06-13T19:50:20.867000", "id": %[1]d, "is_active": true, "is_commercial": false, "last_updated_on": "2020-04-22T17:23:17.363000", "location_id": 1, "name": "Customer %[1]d", "note": "Exempt from billing???", "parent_id": null, "reference_number": null, "renewal_date": null, "sales_rep": "Shane", "sales_rep_id": null, "suspension_id": null}}`, first+i)
	}
	s.WriteString("]}")
	return s.String()
}
