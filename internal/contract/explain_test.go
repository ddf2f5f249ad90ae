package contract

import (
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
)

// TestExplain holds what is said of each broken rule: where, which rule, which
// value, and in words what to do.
func TestExplain(t *testing.T) {
	t.Parallel()
	register()
	object := func(rule string) string { return `{"properties": {"a": ` + rule + `}}` }
	for _, c := range []struct {
		name, schema, value             string
		pointer, rule, shown, at, hints string
	}{
		{"type", object(`{"type": "integer"}`), `{"a": "1"}`, "/a", `type: "integer"`, `"1"`, "/properties/a/type", "must be an integer"},
		{"type with an example", object(`{"type": "integer", "examples": [1]}`), `{"a": null}`, "/a", `type: "integer"`, `null`, "/properties/a/type", "must be an integer, for example 1"},
		{"types", object(`{"type": ["string", "null"]}`), `{"a": 1}`, "/a", `type: ["string", "null"]`, `1`, "/properties/a/type", "must be a string or null"},
		{"all types", object(`{"type": ["array", "object", "boolean"]}`), `{"a": 1.50}`, "/a", `type: ["array", "object", "boolean"]`, `1.50`, "/properties/a/type", "must be an array or an object or a boolean"},
		{"types of branches", object(`{"anyOf": [{"type": "null"}, {"type": "string"}]}`), `{"a": 1}`, "/a", `type: ["null", "string"]`, `1`, "/properties/a/anyOf/type", "must be null or a string"},
		{"rule of a branch", object(`{"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 1}]}`), `{"a": "xx"}`, "/a", `maxLength: 1`, `"xx"`, "/properties/a/anyOf/1/maxLength", "must have at most 1 character, and has 2"},
		{"enum", object(`{"enum": ["a", 1, null, true]}`), `{"a": "b"}`, "/a", `enum: ["a", 1, null, true]`, `"b"`, "/properties/a/enum", "must be one of a, 1, null, true"},
		{"const text", object(`{"const": "x y"}`), `{"a": "b"}`, "/a", `const: "x y"`, `"b"`, "/properties/a/const", "must be x y"},
		{"const number", object(`{"const": 1}`), `{"a": "1"}`, "/a", `const: 1`, `"1"`, "/properties/a/const", "must be 1"},
		{"minLength", object(`{"minLength": 1}`), `{"a": ""}`, "/a", `minLength: 1`, `""`, "/properties/a/minLength", "must have at least 1 character, and has 0"},
		{"maxLength counts characters", object(`{"maxLength": 2}`), `{"a": "é\ud83d\ude00x"}`, "/a", `maxLength: 2`, `"\u00e9\ud83d\ude00x"`, "/properties/a/maxLength", "must have at most 2 characters, and has 3"},
		{"minItems", object(`{"minItems": 2}`), `{"a": [1]}`, "/a", `minItems: 2`, `[1]`, "/properties/a/minItems", "must have at least 2 items, and has 1"},
		{"maxItems", object(`{"maxItems": 1}`), `{"a": [1, 2]}`, "/a", `maxItems: 1`, `[1, 2]`, "/properties/a/maxItems", "must have at most 1 item, and has 2"},
		{"uniqueItems", object(`{"uniqueItems": true}`), `{"a": [1, 1]}`, "/a", `uniqueItems: true`, `[1, 1]`, "/properties/a/uniqueItems", "must not have an item twice"},
		{"minimum", object(`{"minimum": -90}`), `{"a": -90.5}`, "/a", `minimum: -90`, `-90.5`, "/properties/a/minimum", "must be at least -90"},
		{"maximum", object(`{"maximum": 9223372036854775807}`), `{"a": 9223372036854775808}`, "/a", `maximum: 9223372036854775807`, `9223372036854775808`, "/properties/a/maximum", "must be at most 9223372036854775807"},
		{"pattern", object(`{"pattern": "^[A-Z]{2}$"}`), `{"a": "usa"}`, "/a", `pattern: "^[A-Z]{2}$"`, `"usa"`, "/properties/a/pattern", "must match ^[A-Z]{2}$"},
		{"pattern with words", object(`{"pattern": "^[A-Z]{2}$", "title": "two capitals", "examples": ["US"]}`), `{"a": "usa"}`, "/a", `pattern: "^[A-Z]{2}$"`, `"usa"`, "/properties/a/pattern", "must be two capitals, for example US"},
		{"format", object(`{"format": "cro-date"}`), `{"a": "today"}`, "/a", `format: "cro-date"`, `"today"`, "/properties/a/format", "must be a date of the form 2006-01-02"},
		{"format of a pattern", object(`{"format": "regex"}`), `{"a": "("}`, "/a", `format: "regex"`, `"("`, "/properties/a/format", "must be a regular expression as Go's regexp package reads it"},
		{"required", `{"required": ["a"], "properties": {"a": {"examples": ["x"]}}}`, `{}`, "/a", `required`, ``, "/required", "is required; send for example x"},
		{"required without more", `{"required": ["a/b"]}`, `{}`, "/a~1b", `required`, ``, "/required", "is required"},
		{"unknown member", `{"additionalProperties": false, "properties": {"name": {}, "number": {}}}`, `{"nam": "x"}`, "/nam", `additionalProperties: false`, `"x"`, "/additionalProperties", "is not a known name; did you mean name?"},
		{"unknown member like none", `{"additionalProperties": false, "properties": {"name": {}, "number": {}}}`, `{"x/~y": 1}`, "/x~1~0y", `additionalProperties: false`, `1`, "/additionalProperties", "is not a known name; known are name, number"},
		{"unknown member where none may be", `{"additionalProperties": false}`, `{"a": 1}`, "/a", `additionalProperties: false`, `1`, "/additionalProperties", "is not a known name"},
		{"unknown member beside patterns", `{"additionalProperties": false, "patternProperties": {"^x": {}}}`, `{"a": 1}`, "/a", `additionalProperties: false`, `1`, "/additionalProperties", "is not a known name; known are names that match ^x"},
		{"member by a pattern", `{"patternProperties": {"^a": {"type": "null"}}}`, `{"a": 1}`, "/a", `type: "null"`, `1`, "/patternProperties/^a/type", "must be null"},
		{"member by another rule", `{"additionalProperties": {"type": "null"}}`, `{"a": 1}`, "/a", `type: "null"`, `1`, "/additionalProperties/type", "must be null"},
		{"dependencies", `{"dependencies": {"a": ["b"], "c": ["b"], "d": ["b"]}}`, `{"a": 1, "c": 1}`, "/b", `dependencies: {"a": ["b"], "c": ["b"], "d": ["b"]}`, ``, "/dependencies", "is required beside a, c"},
		{"minProperties", `{"minProperties": 1}`, `{}`, "", `minProperties: 1`, `{}`, "/minProperties", "must have at least 1 member, and has 0"},
		{"item", `{"items": {"properties": {"a": {"items": {"type": "null"}}}}}`, `[{}, {"a": [null, 1]}]`, "/1/a/1", `type: "null"`, `1`, "/items/properties/a/items/type", "must be null"},
		{"secret", object(`{"maxLength": 20, "writeOnly": true}`), `{"a": "Bearer very-secret-token"}`, "/a", `maxLength: 20`, `"` + redact.Value("Bearer very-secret-token") + `"`, "/properties/a/maxLength", "must have at most 20 characters, and has 24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := lone("x.json", parse(t, c.schema).(map[string]any))
			if err != nil {
				t.Fatal(err)
			}
			found := m.validateSchema(parse(t, c.value), "part")
			want := exchange.Violation{Part: "part", Pointer: c.pointer, Rule: c.rule, Value: c.shown, Schema: "x.json#" + c.at, Hint: c.hints}
			if len(found) != 1 || found[0] != want {
				t.Errorf("got  %+v\nwant %+v", found, want)
			}
		})
	}
}

// TestExplainDocumented holds that a violation quotes the description of its
// place, through references to other files.
func TestExplainDocumented(t *testing.T) {
	t.Parallel()
	m := loadReal(t).Model(newest, "DispatchCustomerLocationModel")
	record := sampleRecord(t)
	record["id"] = record["customer_id"]
	delete(record, "customer_id")
	record["name"] = ""
	record["addresses"].([]any)[0].(map[string]any)["latitude"] = number("90.1")
	delete(record["contacts"].([]any)[0].(map[string]any), "email")
	got := m.Validate(record, "body", sampleTime)
	want := []exchange.Violation{
		{Part: "body", Pointer: "/contacts/0/email", Rule: "required", Schema: "2019-02-08/CustomerContactModel.json#/required",
			Documented: "One or more addresses separated by commas, at most 256 characters.", Hint: "is required"},
		{Part: "body", Pointer: "/addresses/0/latitude", Rule: "maximum: 90", Value: "90.1", Schema: "2019-02-08/CustomerAddressModel.json#/properties/latitude/maximum",
			Documented: "Degrees, -90 to 90.", Hint: "must be at most 90"},
		{Part: "body", Pointer: "/name", Rule: "minLength: 1", Value: `""`, Schema: "2021-04-07/DispatchCustomerLocationModel.json#/properties/name/minLength",
			Documented: "Name, free text, 1 to 64 characters.", Hint: "must have at least 1 character, and has 0"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i := range want {
		if want[i].Documented == "" || got[i] != want[i] {
			t.Errorf("violation %d:\ngot  %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// TestExplainOrder holds that the violations of a value always come in the same
// order: what is missing, then by place, items by their number.
func TestExplainOrder(t *testing.T) {
	t.Parallel()
	m, err := lone("x.json", parse(t, `{"required": ["z", "y"], "properties": {"list": {"items": {"required": ["m"], "additionalProperties": false, "properties": {"m": {"type": "null", "enum": ["x"]}}}}},
		"additionalProperties": false}`).(map[string]any))
	if err != nil {
		t.Fatal(err)
	}
	items := make([]string, 11)
	for i := range items {
		items[i] = `{"m": null}`
	}
	items[2], items[10], items[9] = `{"m": 1}`, `{}`, `{"n": 1, "m": "x"}`
	value := `{"list": [` + strings.Join(items, ", ") + `], "k": 1, "j": 1, "b": 1}`
	const want = "/z /y /list/10/m /b /j /k /list/0/m /list/1/m /list/2/m /list/3/m /list/4/m /list/5/m /list/6/m /list/7/m /list/8/m /list/9/m /list/9/n"
	for range 30 {
		var places []string
		for _, f := range m.validateSchema(parse(t, value), "") {
			places = append(places, f.Pointer)
		}
		if got := strings.Join(places, " "); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

// TestFoundIsSaid holds that a value that is not valid always has a violation,
// whichever keyword says so.
func TestFoundIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, value string }{
		{`{"not": {}}`, `1`}, {`{"oneOf": [{}, {}]}`, `1`}, {`{"oneOf": [{"type": "null"}]}`, `1`}, {`{"contains": {"type": "null"}}`, `[]`}, {`{"propertyNames": {"maxLength": 1}}`, `{"ab": 1}`},
		{`{"if": {}, "then": {"type": "null"}}`, `1`}, {`{"multipleOf": 2}`, `1`}, {`{"exclusiveMinimum": 1}`, `1`}, {`{"exclusiveMaximum": 1}`, `1`}, {`{"maxProperties": 0}`, `{"a": 1}`},
		{`{"items": [{}], "additionalItems": false}`, `[1, 2]`}, {`{"properties": {"a": false}}`, `{"a": 1}`}, {`{"allOf": [{"type": "null"}, {}]}`, `1`}, {`{"allOf": [false]}`, `1`},
		{`{"anyOf": [false]}`, `1`}, {`{"dependencies": {"a": {"required": ["b"]}}}`, `{"a": 1}`},
	} {
		m, err := lone("x.json", parse(t, c.schema).(map[string]any))
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
			continue
		}
		found := m.validateSchema(parse(t, c.value), "")
		if len(found) == 0 {
			t.Errorf("%s by %s: got nothing", c.value, c.schema)
		}
		for _, f := range found {
			if f.Hint == "" || f.Rule == "" || strings.HasSuffix(f.Hint, " ") || strings.HasSuffix(f.Hint, ": null") {
				t.Errorf("%s by %s: got %+v, want words", c.value, c.schema, f)
			}
		}
	}
}
