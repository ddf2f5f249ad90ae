package contract

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"dispatchmock/internal/model"
)

// own returns the model of a record with other properties.
func own(t *testing.T, change func(doc, properties map[string]any)) *Model {
	t.Helper()
	files := realFiles(t)
	edit("2019-02-08/DispatchCustomerLocationModel.json", func(doc map[string]any) {
		change(doc, doc["properties"].(map[string]any))
	})(t, files)
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return c.Model("2019/02/08", model.ModelCustomerLocation)
}

// TestEverything holds that all of a model's members are found, and that what
// the model leaves open is said to be open.
func TestEverything(t *testing.T) {
	t.Parallel()
	got := own(t, func(_, properties map[string]any) {
		for name, text := range map[string]string{
			"free":  `{}`,
			"loose": `{"type": "object", "properties": {"a": {}}}`,
			"tags":  `{"type": ["array", "null"]}`,
			"rows":  `{"type": ["null", "array"], "items": {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}}}`,
		} {
			properties[name] = parse(t, text)
		}
	}).Everything().(map[string]any)
	for name, want := range map[string]any{"free": Open{}, "loose": Open{}, "tags": Open{}, "rows": []any{map[string]any{"a": nil}}, "note": nil, "parent_id": nil} {
		if v, ok := got[name]; !ok || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: got %v, %t, want %v", name, v, ok, want)
		}
	}
	address := got["addresses"].([]any)[0].(map[string]any)
	if _, ok := address["line_1"]; !ok || len(got) != 18+4 || len(address) != 15 {
		t.Errorf("got %v, want 18 members of a record and the four, and 15 of an address", got)
	}
	if open := own(t, func(doc, _ map[string]any) { delete(doc, "additionalProperties") }).Everything(); open != (Open{}) {
		t.Errorf("got %v of a model that lets anything stand in it", open)
	}
	if none := (*Model)(nil).Everything(); none != (Open{}) {
		t.Errorf("got %v of no model", none)
	}
}

// TestFractions holds that integers are found that would not be printed as
// such, wherever the model asks for integers and only there.
func TestFractions(t *testing.T) {
	t.Parallel()
	m := own(t, func(_, properties map[string]any) {
		properties["rank"] = parse(t, `{"type": ["null", "integer"]}`)
		properties["rate"] = parse(t, `{"type": ["integer", "number"]}`)
	})
	record := map[string]any{"customer_id": json.Number("1"), "location_id": json.Number("1.0"), "parent_id": nil, "rank": json.Number("2e0"), "rate": json.Number("3.0"),
		"addresses": []any{map[string]any{"id": json.Number("1"), "latitude": json.Number("48.0")}, map[string]any{"id": json.Number("1E1")}}}
	if got, want := m.Fractions(record), []string{"/addresses/1/id", "/location_id", "/rank"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
