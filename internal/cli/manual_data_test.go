package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dispatchmock/fixtures"
)

// worldFile is a fixture file, as far as the manual describes it.
type worldFile struct {
	TenantID json.Number `json:"tenant_id"`
	Clients  []struct {
		Token    string
		ClientID string `json:"client_id"`
		Roles    []string
		Tenants  []json.Number
	}
	Records []struct {
		Scenario string
		Record   struct {
			ID         json.Number
			CustomerID json.Number `json:"customer_id"`
			LocationID json.Number `json:"location_id"`
		}
	} `json:"customer_locations"`
}

// readAll reads the files of a folder, each as a T.
func readAll[T any](t *testing.T, files fs.FS, err error) []T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := make([]T, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestManualHasTheDefaultData holds the tables of tokens and records against
// the embedded files; the records that carry a scenario have a table of their
// own.
func TestManualHasTheDefaultData(t *testing.T) {
	t.Parallel()
	clients, records := map[string]string{}, map[string]bool{}
	world, err := fixtures.Default()
	for _, file := range readAll[worldFile](t, world, err) {
		for _, c := range file.Clients {
			clients[c.Token] = fmt.Sprintf("`%s` %s %s", c.ClientID, strings.Join(c.Roles, ", "), strings.Trim(fmt.Sprint(c.Tenants), "[]"))
		}
		for _, r := range file.Records {
			if r.Scenario != "" {
				continue
			}
			records[fmt.Sprintf("%s %s%s %s", file.TenantID, r.Record.ID, r.Record.CustomerID, r.Record.LocationID)] = true
		}
	}
	text := section(readPage(t, "fixtures"), "## The default data set")
	told := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(.*?)` \\| (.*?) \\| (.*?) \\| (.*?) \\|").FindAllStringSubmatch(text, -1) {
		told[m[1]] = strings.Join(m[2:], " ")
	}
	if !maps.Equal(told, clients) {
		t.Errorf("the manual has the tokens\n%v, want\n%v", told, clients)
	}
	var here []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| (\d+) \| ([\d, ]+) \| .+ \|$`).FindAllStringSubmatch(text, -1) {
		for location := range strings.SplitSeq(m[3], ", ") {
			here = append(here, m[1]+" "+m[2]+" "+location)
		}
	}
	slices.Sort(here)
	if want := slices.Sorted(maps.Keys(records)); !slices.Equal(here, want) {
		t.Errorf("the manual has the records (tenant, customer, location)\n%q, want\n%q", here, want)
	}
}

// catalogueTable makes the table of scenarios, with the customers that trigger
// them.
func catalogueTable(t *testing.T) string {
	customers := map[string]string{}
	files, err := fixtures.Default()
	for _, file := range readAll[worldFile](t, files, err) {
		for _, r := range file.Records {
			if id := r.Record.ID + r.Record.CustomerID; r.Scenario != "" {
				customers[r.Scenario] = string(id)
				if file.TenantID != "1" || r.Record.LocationID != "1" {
					t.Errorf("customer %s is at location %s of tenant %s; the manual says location 1 of tenant 1", id, r.Record.LocationID, file.TenantID)
				}
			}
		}
	}
	type catalogue struct {
		Scenarios []struct{ Name, Description string }
	}
	type row struct{ name, description, customer string }
	var rows []row
	ready, err := fixtures.Scenarios()
	for _, file := range readAll[catalogue](t, ready, err) {
		for _, s := range file.Scenarios {
			if customers[s.Name] == "" {
				t.Errorf("no customer triggers %s", s.Name)
			}
			rows = append(rows, row{s.Name, s.Description, customers[s.Name]})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.customer, b.customer) })
	var b strings.Builder
	b.WriteString("| scenario | what a client sees | customer |\n| --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.name, r.description, r.customer)
	}
	return b.String()
}
