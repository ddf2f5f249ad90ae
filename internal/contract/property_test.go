package contract

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/fixtures"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

func load(t testing.TB, files fs.FS) *Contract {
	t.Helper()
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// records returns the default data set's records of one file.
func records(t testing.TB, file string) []map[string]any {
	t.Helper()
	files, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(files, file)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonx.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for _, entry := range tree.(map[string]any)["customer_locations"].([]any) {
		all = append(all, entry.(map[string]any)["record"].(map[string]any))
	}
	return all
}

// odd returns values of which some break each rule of a member.
func odd() []any {
	return []any{nil, true, false, "", "x", strings.Repeat("x", 65), strings.Repeat("é", 2049), "2018-06-13T19:50:20.867000", "2018-06-13",
		json.Number("0"), json.Number("-1"), json.Number("1.5"), json.Number("9223372036854775808"), []any{}, []any{nil},
		[]any{map[string]any{}}, map[string]any{}, map[string]any{"id": json.Number("1")}}
}

// eachMutant calls visit while the tree is changed in one place.
func eachMutant(v any, visit func(what string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			old := v[name]
			delete(v, name)
			visit("without " + name)
			for i, value := range odd() {
				v[name] = value
				visit(fmt.Sprintf("%s is odd value %d", name, i))
			}
			v[name] = old
			eachMutant(old, visit)
		}
		v["unknown"] = nil
		visit("unknown member")
		delete(v, "unknown")
	case []any:
		for i, old := range v {
			for n, value := range odd() {
				v[i] = value
				visit(fmt.Sprintf("item %d is odd value %d", i, n))
			}
			v[i] = old
			eachMutant(old, visit)
		}
	}
}

// TestProperties holds that a record is valid by its properties where it is as a
// whole, whatever was cached before.
func TestProperties(t *testing.T) {
	t.Parallel()
	c := load(t, schemas.FS)
	for _, file := range []string{"page-sample.json", "edges.json", "tenant-2.json"} {
		t.Run(file, func(t *testing.T) {
			all := records(t, file)
			if file == "edges.json" {
				all = all[:4]
			}
			for _, v := range []model.Version{"2019/02/08", "2021/04/07"} {
				m := c.Model(v, model.ModelCustomerLocation)
				if m.property.keys == nil {
					t.Fatalf("%s %s is not validated by its properties", v, model.ModelCustomerLocation)
				}
				good, bad := 0, 0
				for i, record := range all {
					eachMutant(record, func(what string) {
						result, err := m.schema.Validate(gojsonschema.NewRawLoader(record))
						if err != nil {
							t.Fatal(err)
						}
						if result.Valid() {
							good++
						} else {
							bad++
						}
						if got := m.property.valid(record); got != result.Valid() {
							t.Errorf("%s, record %d, %s: by its properties it is valid=%t, as a whole %v", v, i, what, got, result.Errors())
						}
					})
				}
				t.Logf("%s: %d good, %d bad", v, good, bad)
				if bad == 0 {
					t.Error("no mutant was bad")
				}
			}
		})
	}
}

// TestModelsOfVersions holds that a stricter model of a newer version counts
// there, also within a model that refers to it, and not in older versions.
func TestModelsOfVersions(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var text []byte
			text, err = fs.ReadFile(schemas.FS, name)
			files[name] = &fstest.MapFile{Data: text}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const folder = "2023-04-19/"
	contact := string(files["2019-02-08/CustomerContactModel.json"].Data)
	strict := strings.Replace(contact, `"maxLength": 90`, `"maxLength": 3`, 1)
	if strict == contact {
		t.Fatal("the model has no length to change")
	}
	files[folder+"CustomerContactModel.json"] = &fstest.MapFile{Data: []byte(strict)}
	c := load(t, files)
	const older, newer = "2021/04/07", "2023/04/19"
	record := records(t, "page-sample.json")[0]
	model.FromVersion(record, "2019/02/08")
	for version, good := range map[model.Version]bool{older: true, newer: false} {
		if found := c.Model(version, model.ModelCustomerLocation).validateSchema(record, ""); (len(found) == 0) != good {
			t.Errorf("%s: got %v, want good=%t", version, found, good)
		}
	}
}

// TestPropertyKeywords holds the same for schemas that the models have none of:
// each value is validated again after all others were.
func TestPropertyKeywords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema string }{
		{"const true", `{"const": true}`},
		{"const false", `{"const": false}`},
		{"enum with null", `{"enum": [null, "a", 1]}`},
		{"text", `{"type": "string"}`},
		{"number", `{"type": "number"}`},
		{"number or text", `{"type": ["number", "string"], "maxLength": 1, "maximum": 1}`},
		{"array", `{"type": "array", "items": {"type": "integer"}}`},
		{"array or null", `{"type": ["array", "null"], "items": {"type": "integer"}}`},
		{"few items", `{"items": {"type": "integer"}, "maxItems": 1}`},
		{"other items", `{"items": {"type": "integer"}, "uniqueItems": true}`},
		{"object", `{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a"]}`},
		{"object or null", `{"type": ["object", "null"], "properties": {"a": {"type": "integer"}}, "additionalProperties": false}`},
		{"object without type", `{"properties": {"a": {"type": "integer"}}, "additionalProperties": false}`},
		{"object and enum", `{"properties": {"a": {"type": "integer"}}, "enum": [{"a": 1}]}`},
		{"object and allOf", `{"properties": {"a": {"type": "integer"}}, "allOf": [{"required": ["b"]}]}`},
		{"object of objects", `{"properties": {"a": {"properties": {"a": {"type": "integer"}}, "required": ["a"]}}, "additionalProperties": false}`},
		{"itself", `{"type": ["object", "integer"], "properties": {"a": {"$ref": "T.json"}}, "additionalProperties": false}`},
		{"beside a reference", `{"properties": {"a": {"$ref": "U.json", "type": "string"}}, "additionalProperties": false}`},
		{"never", `{"properties": {"a": false}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &set{files: map[string]source{}, models: map[string]*Model{}, base: "http://dispatchmock/test/"}
			for file, text := range map[string]string{"T.json": c.schema, "U.json": `{"type": "integer"}`} {
				doc, err := jsonx.Parse([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				s.files[file] = source{file, doc.(map[string]any)}
			}
			l := &loading{}
			if l.compile(s); len(l.diags) > 0 {
				t.Fatal(l.diags)
			}
			m := s.models["T.json"]
			for range 2 {
				for _, text := range []string{`null`, `true`, `false`, `"1"`, `1`, `"a"`, `"ab"`, `1.0`, `2`, `[]`, `[1]`, `[1, 1]`, `["1"]`, `[null]`, `{}`,
					`{"a": 1}`, `{"a": "1"}`, `{"a": null}`, `{"b": "1"}`, `{"a": 1, "b": 1}`, `{"a": {"a": 1}}`, `{"a": {"a": {"a": "1"}}}`, `{"a": {}}`, `{"c": 1}`} {
					v, err := jsonx.Parse([]byte(text))
					if err != nil {
						t.Fatal(err)
					}
					// By its properties a name that no rule speaks of is never valid.
					if want := valid(m.schema, v); m.property.valid(v) != want && (want == false || !strings.Contains(text, `"c"`) && !strings.Contains(text, `"b"`)) {
						t.Errorf("%s: by its properties it is valid=%t, as a whole %t", text, !want, want)
					}
					if found := m.validateSchema(v, ""); (len(found) == 0) != valid(m.schema, v) {
						t.Errorf("%s: found %v", text, found)
					}
				}
			}
		})
	}
}
