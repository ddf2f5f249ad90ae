package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// Switched is how the admin API shows a scenario that is on.
type Switched struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Times       uint64     `json:"times,omitempty"`
	Until       *time.Time `json:"until,omitempty"`
	Seen        uint64     `json:"seen"`
	Taken       uint64     `json:"taken"`
}

func (d *Admin) catalogue(*request) (any, error) {
	files := d.Sessions.Fixtures()
	list := []*scenario.Scenario{}
	if files.Scenarios != nil {
		list = files.Scenarios.All()
	}
	customers := map[string][]string{}
	for k, name := range files.RecordScenarios {
		customers[name] = append(customers[name], fmt.Sprintf("%d/%d/%d", k.Tenant, k.Customer, k.Location))
	}
	return map[string]any{"scenarios": list, "test_customers": customers}, nil
}

func showScenarios(n *session.Session) map[string]any {
	on := []Switched{}
	for _, s := range n.Scenarios().Switched() {
		on = append(on, Switched{Name: s.Name, Description: s.Description, Times: s.Limit.Times, Until: s.Limit.Until, Seen: s.Seen, Taken: s.Taken})
	}
	return map[string]any{"on": on, "own": n.Scenarios().Own()}
}

// switchOn switches a known scenario on, or defines one and switches it on.
func (d *Admin) switchOn(r *request) (any, error) {
	n, doc := r.session, r.body
	var limit scenario.Limit
	if t, ok := doc["times"].(json.Number); ok {
		// The schema has its bounds.
		limit.Times, _ = strconv.ParseUint(string(t), 10, 64)
	}
	if u := jsonx.Text(doc["until"]); u != "" {
		until, err := model.ParseInstant(u)
		if err != nil {
			return nil, bad("/until", u, err.Error())
		}
		limit.Until = &until
	}
	name := jsonx.Text(doc["name"])
	definition, defines := doc["definition"].(map[string]any)
	if defines == (name != "") {
		return nil, problem(http.StatusUnprocessableEntity, "The body must have either the name of a known scenario or a definition.")
	}
	if defines {
		sc, diags := d.parser.Parse("body", "/definition", definition)
		if len(diags) > 0 {
			return nil, diags
		}
		if err := n.Scenarios().Define(sc); err != nil {
			return nil, full(err)
		}
		name = sc.Name
	}
	if sc, rule := n.Scenarios().Get(name); sc == nil {
		return nil, bad("/name", name, rule)
	}
	if err := n.Scenarios().On(name, limit); err != nil {
		return nil, full(err)
	}
	return created{showScenarios(n)}, nil
}

func (d *Admin) switchOff(r *request) (any, error) {
	if name := r.param("name"); !r.session.Scenarios().Off(name) {
		return nil, problem(http.StatusNotFound, "No scenario %.80q is on in this session.", name)
	}
	return showScenarios(r.session), nil
}

func (d *Admin) switchAllOff(r *request) (any, error) {
	scenarios := r.session.Scenarios()
	for _, s := range scenarios.Switched() {
		scenarios.Off(s.Name)
	}
	return showScenarios(r.session), nil
}

// checkScenario checks the definition of a scenario by the rules.
func (d *Admin) checkScenario(r *request) (any, error) {
	definition, ok := r.body["definition"].(map[string]any)
	if !ok {
		return nil, bad("/definition", "", "is required")
	}
	if _, diags := d.parser.Parse("body", "/definition", definition); len(diags) > 0 {
		return nil, diags
	}
	return map[string]any{"valid": true}, nil
}

// maxScenarios is how many scenarios a session may be made with.
const maxScenarios = quota.ScenariosOn / 2

// readScenarios reads names of known scenarios, and definitions.
func (d *Admin) readScenarios(files *fixture.Fixtures, list []any) ([]*scenario.Scenario, error) {
	var diags jsonx.Diagnostics
	var read []*scenario.Scenario
	for i, item := range list {
		at := fmt.Sprintf("/scenarios/%d", i)
		if name, ok := item.(string); ok {
			sc, known := (*scenario.Scenario)(nil), false
			if files.Scenarios != nil {
				sc, known = files.Scenarios.Get(name)
			}
			if !known {
				diags = append(diags, jsonx.Diagnostic{File: "body", Pointer: at, Value: strconv.Quote(name), Rule: "there is no such scenario; GET " + Prefix + "/scenarios lists them"})
			}
			read = append(read, sc)
			continue
		}
		sc, more := d.parser.Parse("body", at, item)
		diags = append(diags, more...)
		read = append(read, sc)
	}
	if len(read) > maxScenarios {
		return nil, bad("/scenarios", "", fmt.Sprintf("must have at most %d items", maxScenarios))
	}
	if len(diags) > 0 {
		return nil, diags
	}
	return read, nil
}
