package testkit

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Scenario is a scenario of the catalogue, as the admin API shows it.
type Scenario struct {
	Name, Description string
	Definition        map[string]any
	Customer          string // the test customer that triggers it, in tenant 1
}

// Scenarios returns the catalogue.
func (r *Server) Scenarios(t testing.TB) []Scenario {
	t.Helper()
	var listed struct {
		Scenarios []map[string]any
		Customers map[string][]string `json:"test_customers"`
	}
	d := json.NewDecoder(strings.NewReader(r.Admin(t, http.MethodGet, "/scenarios", "")))
	d.UseNumber()
	if err := d.Decode(&listed); err != nil {
		t.Fatal(err)
	}
	var all []Scenario
	for _, s := range listed.Scenarios {
		c := Scenario{s["name"].(string), s["description"].(string), s, ""}
		if by := listed.Customers[c.Name]; len(by) > 0 {
			c.Customer = strings.Split(by[0], "/")[1]
		}
		all = append(all, c)
	}
	return all
}
