package contract

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// proofs has, for each keyword that the schemas use, a schema that asks
// something by it, a value that satisfies it and one that does not: the
// validator passes over keywords that it does not know.
var proofs = map[string]struct{ schema, good, bad string }{
	"$ref":                 {`{"definitions": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/definitions/a"}}}`, `{"b": "x"}`, `{"b": 1}`},
	"type":                 {`{"type": ["integer", "null"]}`, `1`, `1.5`},
	"enum":                 {`{"enum": ["a", 1]}`, `1`, `"b"`},
	"const":                {`{"const": "a"}`, `"a"`, `"b"`},
	"minLength":            {`{"minLength": 2}`, `"éé"`, `"é"`},
	"maxLength":            {`{"maxLength": 2}`, `"éé"`, `"ééé"`},
	"pattern":              {`{"pattern": "^a+$"}`, `"aa"`, `"ab"`},
	"format":               {`{"format": "uuid"}`, `"ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"`, `"x"`},
	"minimum":              {`{"minimum": -9223372036854775808}`, `-9223372036854775808`, `-9223372036854775809`},
	"maximum":              {`{"maximum": 9223372036854775807}`, `9223372036854775807`, `9223372036854775808`},
	"items":                {`{"items": {"type": "string"}}`, `["a", "b"]`, `["a", 1]`},
	"minItems":             {`{"minItems": 1}`, `[1]`, `[]`},
	"maxItems":             {`{"maxItems": 1}`, `[1]`, `[1, 2]`},
	"uniqueItems":          {`{"uniqueItems": true}`, `[1, 2]`, `[1, 2, 1]`},
	"required":             {`{"required": ["a"]}`, `{"a": null}`, `{}`},
	"additionalProperties": {`{"properties": {"a": {}}, "additionalProperties": false}`, `{"a": 1}`, `{"a": 1, "b": 1}`},
	"properties":           {`{"properties": {"a": {"type": "null"}}}`, `{"a": null}`, `{"a": 1}`},
	"dependencies":         {`{"dependencies": {"a": ["b"]}}`, `{"a": 1, "b": 1}`, `{"a": 1}`},
	"patternProperties":    {`{"patternProperties": {"^a": {"type": "null"}}}`, `{"b": 1, "a1": null}`, `{"a1": 1}`},
	"minProperties":        {`{"minProperties": 1}`, `{"a": 1}`, `{}`},
	"maxProperties":        {`{"maxProperties": 1}`, `{"a": 1}`, `{"a": 1, "b": 1}`},
	"propertyNames":        {`{"propertyNames": {"maxLength": 2}}`, `{"éé": 1}`, `{"abc": 1}`},
	"anyOf":                {`{"anyOf": [{"type": "null"}, {"minimum": 5}]}`, `5`, `4`},
	"allOf":                {`{"allOf": [{"type": "integer"}, {"minimum": 5}]}`, `5`, `4`},
}

// annotations are the keywords that ask nothing.
var annotations = []string{"$schema", "$comment", "title", "description", "examples", "default", "writeOnly", "definitions"}

// TestKeywordsAreValidated holds that the validator validates by each keyword.
func TestKeywordsAreValidated(t *testing.T) {
	t.Parallel()
	register()
	for word, p := range proofs {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			m, err := lone("x.json", parse(t, p.schema).(map[string]any))
			if err != nil {
				t.Fatal(err)
			}
			if f := m.validateSchema(parse(t, p.good), ""); len(f) > 0 {
				t.Errorf("%s by %s: got %v, want it to be good", p.good, p.schema, f)
			}
			if f := m.validateSchema(parse(t, p.bad), ""); len(f) == 0 {
				t.Errorf("%s by %s: got nothing, want a violation: the validator passes over %s", p.bad, p.schema, word)
			}
		})
	}
}

// TestKeywordsAreKnown holds every keyword and format in the schema files, and
// every one that they may have, against those that are proved.
func TestKeywordsAreKnown(t *testing.T) {
	t.Parallel()
	var formatNames []string
	check := func(file, word string, rule any) {
		if _, ok := proofs[word]; !ok && !slices.Contains(annotations, word) {
			t.Errorf("%s uses %s, and no test holds that the validator validates by it", file, word)
		}
		if name, ok := rule.(string); ok && word == "format" {
			formatNames = append(formatNames, name)
		}
	}
	files := 0
	err := fs.WalkDir(schemaFS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || name == operationsFile {
			return err
		}
		files++
		text, err := fs.ReadFile(schemaFS(), name)
		eachKeyword(parse(t, string(text)), func(word string, rule any) { check(name, word, rule) })
		return err
	})
	if err != nil || files < 12 {
		t.Fatalf("found %d schema files, %v, want all", files, err)
	}
	text, _ := fs.ReadFile(schemaFS(), "meta/schema.json")
	may, _ := sub(parse(t, string(text)).(map[string]any), "definitions", "schema", "properties")
	for word := range may {
		check("a schema file, as meta/schema.json allows it,", word, nil)
	}
	for _, name := range formatNames {
		if _, ok := formats()[name]; !ok && name != "regex" {
			t.Errorf("the format %s is none of ours, and the validator passes over what it does not know", name)
		}
	}
	listed, _ := sub(may, "format")
	var names []string
	for _, name := range listed["enum"].([]any) {
		names = append(names, name.(string))
	}
	if want := slices.Sorted(maps.Keys(formats())); !slices.Equal(names, want) {
		t.Errorf("meta/schema.json allows the formats %v, want those that are registered, %v", names, want)
	}
}

// eachKeyword visits the keywords of a schema and of those within it.
func eachKeyword(schema any, visit func(word string, rule any)) {
	doc, ok := schema.(map[string]any)
	if !ok {
		return
	}
	for word, rule := range doc {
		visit(word, rule)
		switch word {
		case "properties", "patternProperties", "definitions":
			for _, s := range rule.(map[string]any) {
				eachKeyword(s, visit)
			}
		case "items", "additionalProperties":
			eachKeyword(rule, visit)
		case "anyOf", "allOf":
			for _, s := range rule.([]any) {
				eachKeyword(s, visit)
			}
		}
	}
}

// TestValidatorIsSilent holds why the schemas of schemas are needed: the
// validator takes what it does not know for nothing.
func TestValidatorIsSilent(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{`{"maxLenght": 1}`, `{"format": "guid"}`, `{"unevaluatedProperties": false}`, `{"dependentRequired": {"a": ["b"]}}`, `{"$ref": "#/definitions/a", "definitions": {"a": {}}, "maxLength": 1}`} {
		m, err := lone("x.json", parse(t, schema).(map[string]any))
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		for _, v := range []string{`"long"`, `{"a": 1}`} {
			if f := m.validateSchema(parse(t, v), ""); len(f) > 0 {
				t.Errorf("%s by %s: got %v; the validator has learnt it, so meta/schema.json may allow it", v, schema, f)
			}
		}
	}
}

// TestFormats holds each format by values on both sides of its border.
func TestFormats(t *testing.T) {
	t.Parallel()
	register()
	cases := map[string]struct{ good, bad []string }{
		"accepts-json": {
			good: []string{"application/json", "*/*", "application/*", "text/html, */*;q=0.1", "APPLICATION/JSON", "text/html,,application/json", "application/json; charset=utf-8; q=0.001",
				"application/json;q=1.0", "*/*;q=0, application/json", "application/*;q=0, application/json", " application/json ", "application/json ;Q=0.5"},
			bad: []string{"", "text/html", "application/xml", "application/json;q=0", "application/json;q=0.0, */*", "application/*;q=0, */*", "json", "*", "application", "*/json",
				"application/json;q=x", "application/json;q=-1", "application/json;q=2", "application/json;q=NaN", "application/jsonx", ","},
		},
		"cro-date": {
			good: []string{"2018-06-13", "2020-02-29", "0001-01-01", "9999-12-31"},
			bad:  []string{"", "2018-6-13", "2018-06-31", "2019-02-29", "2018-13-01", "13.06.2018", "2018-06-13T00:00:00", "2018-06-13 ", "18-06-13"},
		},
		pastTimestamp: {
			good: []string{"2018-06-13T19:50:20.867000", "2018-06-13T19:50:20", "9999-12-31T23:59:59.999999"},
			bad:  []string{"", "2018-06-13", "2018-06-13T19:50:20.867", "2018-06-13T19:50:20,867000", "2018-06-13T19:50:20.867000Z", "2018-02-30T19:50:20.867000"},
		},
		"email-list": {
			good: []string{"", " ", "a@b.example", "a@b.example,c@d.example", " a@b.example , c@d.example ", "a+b@c.example", "é@b.example"},
			bad:  []string{"a", "a@", "@b", "a@b@c", "a@b.example,", ",a@b.example", "a@b.example,,c@d.example", "a@b.example;c@d.example", "A <a@b.example>", "<a@b.example>", "a b@c.example"},
		},
		"http-date": {
			good: []string{"Sat, 20 Aug 2022 01:38:16 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"},
			bad: []string{"", "2022-08-20T01:38:16Z", "Mon, 20 Aug 2022 01:38:16 GMT", "Sat, 20 Aug 2022 1:38:16 GMT", "Sat, 20 Aug 2022 01:38:16.5 GMT", "sat, 20 aug 2022 01:38:16 GMT",
				"Sat, 20 Aug 2022 01:38:16 UTC", "Sat, 20 Aug 2022 01:38:16 +0000", "Saturday, 20-Aug-22 01:38:16 GMT", "Sat Aug 20 01:38:16 2022", "Wed, 31 Feb 2022 01:38:16 GMT"},
		},
		"uuid": {
			good: []string{"ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "ED5B5458-1F72-41D7-B8AD-F1757DE1EC4F", "00000000-0000-0000-0000-000000000000"},
			bad: []string{"", "ed5b54581f7241d7b8adf1757de1ec4f", "{ed5b5458-1f72-41d7-b8ad-f1757de1ec4f}", "urn:uuid:ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4g",
				"ed5b5458-1f72-41d7-b8adf-1757de1ec4f", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f "},
		},
	}
	for name, f := range formats() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := cases[name]
			if !ok {
				t.Fatal("no value holds this format")
			}
			m, err := lone("x.json", map[string]any{"format": name})
			if err != nil {
				t.Fatal(err)
			}
			shape := regexp.MustCompile(f.shape)
			for _, s := range c.good {
				if found := m.validateSchema(s, ""); len(found) > 0 {
					t.Errorf("%q: got %v, want it to be good", s, found)
				}
				if !shape.MatchString(s) {
					t.Errorf("%q: does not match %s, and good values must", s, f.shape)
				}
			}
			for _, s := range c.bad {
				if found := m.validateSchema(s, ""); len(found) != 1 || found[0].Hint != "must be "+f.meaning {
					t.Errorf("%q: got %v, want one violation that says %q", s, found, f.meaning)
				}
			}
			if found := m.validateSchema(number("1"), ""); len(found) > 0 {
				t.Errorf("got %v of a number, want nothing: formats speak of texts", found)
			}
			if strings.HasSuffix(f.meaning, ".") || f.meaning == "" {
				t.Errorf("got the meaning %q, want words that fit behind \"must be\"", f.meaning)
			}
		})
	}
}
