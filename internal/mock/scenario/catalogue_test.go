package scenario_test

import (
	"encoding/json"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"dispatchmock/fixtures"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

// ready returns the shipped catalogue, as its files define it.
func ready(t testing.TB) []*scenario.Scenario {
	t.Helper()
	files, err := fixtures.Scenarios()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []*scenario.Scenario
	for _, name := range names {
		for _, item := range objectOf(t, files, name)["scenarios"].([]any) {
			text, err := jsonx.AppendJSON(nil, item)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, parse(t, string(text)))
		}
	}
	return list
}

func objectOf(t testing.TB, files fs.FS, name string) map[string]any {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonx.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return tree.(map[string]any)
}

// TestCatalogue holds that each ready scenario has a name of its own and says
// in one line what it does.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	list := ready(t)
	if len(list) < 20 {
		t.Errorf("the catalogue has %d scenarios, want at least 20", len(list))
	}
	names, descriptions := map[string]bool{}, map[string]bool{}
	for _, s := range list {
		switch {
		case names[s.Name]:
			t.Errorf("%s stands in the catalogue twice", s.Name)
		case descriptions[s.Description]:
			t.Errorf("%s says what another one says: %s", s.Name, s.Description)
		case s.Description == "" || strings.Contains(s.Description, "\n") || !strings.HasSuffix(s.Description, "."):
			t.Errorf("%s is described as %q, want one sentence", s.Name, s.Description)
		case s.On:
			t.Errorf("%s is on from the start", s.Name)
		}
		names[s.Name], descriptions[s.Description] = true, true
	}
}

// TestScenarioCustomers holds that each ready scenario has a customer that
// always answers so.
func TestScenarioCustomers(t *testing.T) {
	t.Parallel()
	files, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	carrying := map[string]string{} // description by scenario
	for _, item := range objectOf(t, files, "scenario-customers.json")["customer_locations"].([]any) {
		entry := item.(map[string]any)
		name := entry["scenario"].(string)
		if _, twice := carrying[name]; twice {
			t.Errorf("two customers carry %s", name)
		}
		carrying[name] = entry["about"].(string)
		if id, err := strconv.Atoi(string(entry["record"].(map[string]any)["id"].(json.Number))); err != nil || id < 9001 || id > 9099 {
			t.Errorf("the test customer of %s is %v, want 9001 to 9099", name, entry["record"].(map[string]any)["id"])
		}
	}
	for _, s := range ready(t) {
		if about, ok := carrying[s.Name]; !ok || about != s.Description {
			t.Errorf("%s has a test customer: %v, which says %q, want %q", s.Name, ok, about, s.Description)
		}
		delete(carrying, s.Name)
	}
	for name := range carrying {
		t.Errorf("a customer triggers %s, which the catalogue lacks", name)
	}
}

// sampleOf returns the body of an active record in a version.
func sampleOf(t *testing.T, v model.Version) string {
	t.Helper()
	files, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	file := objectOf(t, files, "page-sample.json")
	tree := file["customer_locations"].([]any)[0].(map[string]any)["record"].(map[string]any)
	model.FromVersion(tree, model.Version(file["api_version"].(string)))
	model.ToVersion(tree, v)
	text, err := jsonx.AppendJSON(nil, tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBodies holds, for each ready scenario that changes a record, which rules
// the changed record breaks in each version.
func TestBodies(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	set := scenario.NewSet(scenario.NewCatalogue(ready(t)), 1)
	for name, want := range map[string]string{
		"wrong-shape":     "/addresses /contacts /is_active /location_id /name",
		"unexpected-null": "/addresses /contacts /created_on /name",
		"longest-strings": "",
		"unknown-member":  "/loyalty /new_in_2026",
		"missing-member":  "/addresses /name",
		"stale-version":   "/customer_id /id",
	} {
		for _, v := range c.Versions() {
			q := ask()
			q.Named, q.Version = name, v
			p, ok := set.Match(q, noon)
			if !ok {
				t.Fatalf("%s does not take over", name)
			}
			reply := answer(200, sampleOf(t, v))
			if altered, err := p.Alter(reply, v); err != nil || !altered {
				t.Errorf("%s in %s: altered %v, %v", name, v, altered, err)
				continue
			}
			tree, err := reply.Body.Tree()
			if err != nil {
				t.Fatal(err)
			}
			broken := map[string]bool{}
			for _, f := range c.Model(v, model.ModelCustomerLocation).Validate(tree, exchange.PartBody, noon) {
				broken[f.Pointer] = true
			}
			for pointer := range strings.FieldsSeq(want) {
				if !broken[pointer] {
					t.Errorf("%s in %s does not break %s", name, v, pointer)
				}
				delete(broken, pointer)
			}
			for pointer := range broken {
				t.Errorf("%s in %s breaks %s as well", name, v, pointer)
			}
			if name == "longest-strings" {
				longest(t, tree.(map[string]any), "DispatchCustomerLocationModel")
				longest(t, tree.(map[string]any)["addresses"].([]any)[0].(map[string]any), "CustomerAddressModel")
				longest(t, tree.(map[string]any)["contacts"].([]any)[0].(map[string]any), "CustomerContactModel")
			}
		}
	}
}

// longest holds that every text of a model that has a longest length has it.
func longest(t *testing.T, tree map[string]any, model string) {
	t.Helper()
	for name, rule := range objectOf(t, schemas.FS, "2019-02-08/"+model+".json")["properties"].(map[string]any) {
		limit, ok := rule.(map[string]any)["maxLength"].(json.Number)
		if !ok {
			continue
		}
		if text, _ := tree[name].(string); strconv.Itoa(len(text)) != string(limit) {
			t.Errorf("%s.%s has %d characters, want %s", model, name, len(text), limit)
		}
	}
}

// TestEveryCode holds that each code of an error can be asked for, by the
// schema and by the table.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for _, k := range model.Kinds() {
		code := string(k.Code)
		p := planOf(t, `{"error": {"code": "`+code+`"}}`)
		if string(p.Error.Code) != code || p.Error.Field == "" || !strings.HasSuffix(p.Error.Detail, ".") {
			t.Errorf("%s is told as %+v", code, p.Error)
		}
	}
}
