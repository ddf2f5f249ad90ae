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

// worldFile is a fixture file, as far as the README tells of it.
type worldFile struct {
	TenantID json.Number `json:"tenant_id"`
	Clients  []struct {
		Token    string
		ClientID string `json:"client_id"`
		Roles    []string
		Tenants  []json.Number
	}
	Records []struct {
		Record struct {
			ID         json.Number
			CustomerID json.Number `json:"customer_id"`
			LocationID json.Number `json:"location_id"`
		}
	} `json:"customer_locations"`
}

// TestReadmeHasTheDefaultWorld holds the tables of tokens and records against
// the embedded files.
func TestReadmeHasTheDefaultWorld(t *testing.T) {
	t.Parallel()
	world, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(world, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	clients, records := map[string]string{}, map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(world, name)
		if err != nil {
			t.Fatal(err)
		}
		var file worldFile
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Clients {
			clients[c.Token] = fmt.Sprintf("`%s` %s %s", c.ClientID, strings.Join(c.Roles, ", "), strings.Trim(fmt.Sprint(c.Tenants), "[]"))
		}
		for _, r := range file.Records {
			records[fmt.Sprintf("%s %s%s %s", file.TenantID, r.Record.ID, r.Record.CustomerID, r.Record.LocationID)] = true
		}
	}
	text := section(readReadme(t), "## The default world")
	told := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(.*?)` \\| (.*?) \\| (.*?) \\| (.*?) \\|").FindAllStringSubmatch(text, -1) {
		told[m[1]] = strings.Join(m[2:], " ")
	}
	if !maps.Equal(told, clients) {
		t.Errorf("README.md has the tokens\n%v, want\n%v", told, clients)
	}
	var here []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| (\d+) \| ([\d, ]+) \| .+ \|$`).FindAllStringSubmatch(text, -1) {
		for location := range strings.SplitSeq(m[3], ", ") {
			here = append(here, m[1]+" "+m[2]+" "+location)
		}
	}
	slices.Sort(here)
	if want := slices.Sorted(maps.Keys(records)); !slices.Equal(here, want) {
		t.Errorf("README.md has the records (tenant, customer, location)\n%q, want\n%q", here, want)
	}
}
