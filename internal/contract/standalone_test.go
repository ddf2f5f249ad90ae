package contract

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"dispatchmock/internal/jsonx"
)

// TestUnreadableSchemas holds that a file that cannot be read is named.
func TestUnreadableSchemas(t *testing.T) {
	t.Parallel()
	_, err := Load(unreadable{realFiles(t), errorModel})
	if err == nil || err.Error() != errorModel+": cannot be read: permission denied" {
		t.Errorf("got %v, want the file and why", err)
	}
	if _, err = Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "meta/schema.json: the file is missing") {
		t.Errorf("got %v of an empty folder, want what is missing", err)
	}
}

// unreadable is a file system with a file that nobody may read.
type unreadable struct {
	fstest.MapFS
	name string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}

func (u unreadable) ReadFile(name string) ([]byte, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadFile(name)
}

// TestDiagnosticsError holds how errors are spelt out, and that many are not.
func TestDiagnosticsError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    jsonx.Diagnostic
		want string
	}{
		{jsonx.Diagnostic{File: "a.json", Rule: "is wrong"}, "a.json: is wrong"},
		{jsonx.Diagnostic{File: "a.json", Line: 3, Rule: "is wrong"}, "a.json:3: is wrong"},
		{jsonx.Diagnostic{File: "a.json", Line: 3, Pointer: "/b/0", Value: `"x"`, Rule: "is wrong"}, `a.json:3 /b/0: "x": is wrong`},
	} {
		if got := c.f.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	many := make(jsonx.Diagnostics, 53)
	for i := range many {
		many[i] = jsonx.Diagnostic{File: "a.json", Rule: "is wrong"}
	}
	if got := many[:50].Error(); strings.Count(got, "is wrong") != 50 || strings.Contains(got, "more") {
		t.Errorf("got %q, want 50 errors spelt out", got)
	}
	if got := many.Error(); strings.Count(got, "is wrong") != 50 || !strings.HasSuffix(got, "\n… and 3 more") {
		t.Errorf("got %q, want 50 errors spelt out, and the number of the others", got)
	}
}

// TestLines holds the lines that errors get.
func TestLines(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a.json": {Data: []byte("{\n \"a\": [\n  1,\n  {\n   \"b/c\": 2\n  }\n ],\n \"d\": 3\n}")}, "broken.json": {Data: []byte("{\n\"a\":\n1,,}")}}
	for _, c := range []struct {
		file, pointer string
		want          int
	}{
		{"a.json", "", 1}, {"a.json", "/a", 2}, {"a.json", "/a/0", 3}, {"a.json", "/a/1", 4}, {"a.json", "/a/1/b~1c", 5}, {"a.json", "/d", 8},
		{"a.json", "/a/1/missing", 4}, {"a.json", "/a/1/missing/deeper", 4}, {"a.json", "/missing", 1}, {"a.json", "/a/7/x", 2},
		{"broken.json", "/a", 2}, {"broken.json", "/z", 1}, {"none.json", "/a", 0}, {".", "", 0},
	} {
		f := jsonx.Diagnostics{{File: c.file, Pointer: c.pointer}, {File: c.file, Line: 99}}
		f.Lines(files)
		if f[0].Line != c.want || f[1].Line != 99 {
			t.Errorf("%s %s: got line %d, want %d; a known line is now %d, want 99", c.file, c.pointer, f[0].Line, c.want, f[1].Line)
		}
	}
}

// TestStandalone holds what is said of a schema file of no version.
func TestStandalone(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"good.json": {Data: []byte(`{"type": "object", "properties": {"a": {"type": "string", "default": "x"}, "b": {}}}`)},
		"broken.json": {Data: []byte("{\n")}, "bad.json": {Data: []byte(`{"type": "text"}`)}}
	m, err := Standalone(files, "good.json", "")
	if err != nil || len(m.Diagnostics("f", "/p", parse(t, `{"a": "1"}`))) != 0 {
		t.Errorf("got %v, want a good model", err)
	}
	if d := m.Defaults(); len(d) != 1 || d["a"] != "x" {
		t.Errorf("got the defaults %v, want that of a", d)
	}
	if got := m.Diagnostics("f", "/p", parse(t, `{"a": 1}`)).Error(); got != `f /p/a: 1: must be a string` {
		t.Errorf("got %q", got)
	}
	if m, err = Standalone(files, "good.json", "/properties/a"); err != nil || m.Diagnostics("f", "", number("1")).Error() != "f: 1: must be a string" {
		t.Errorf("got %v, want the model of a part", err)
	}
	for _, c := range []struct{ name, pointer, want string }{
		{"none.json", "", "none.json: the file is missing"},
		{"broken.json", "", "broken.json:2: is not JSON: line 2, column 1: the text ends too early"},
		{"good.json", "/properties/z", "good.json /properties/z: there must be a schema here"},
		{"bad.json", "", "bad.json: is not a schema: "},
	} {
		var diags jsonx.Diagnostics
		if _, err := Standalone(files, c.name, c.pointer); !errors.As(err, &diags) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %s", c.name, c.pointer, err, c.want)
		}
	}
}

// TestCheckSchemas holds schemas of no version to the same rules.
func TestCheckSchemas(t *testing.T) {
	t.Parallel()
	if names := realNames("fixtures/*.json"); len(names) < 2 || CheckSchemas(schemaFS(), names...) != nil {
		t.Errorf("%v: %v", names, CheckSchemas(schemaFS(), names...))
	}
	for _, c := range []struct{ text, want string }{
		{`{"maxLenght": 1}`, `x.json /maxLenght: 1: is not a known name; did you mean maxLength?`},
		{`{"properties": {"a": {"format": "email"}}}`, `x.json /properties/a/format: "email": must be one of accepts-json, cro-date, cro-past-timestamp, email-list, http-date, uuid`},
		{`{"properties": {"a": {"$ref": "ErrorModel.json"}}}`, `x.json /properties/a/$ref: "ErrorModel.json": the file has no such definition`},
		{`{"definitions": {"a": {"additionalProperties": {"$ref": "#/definitions/b"}}}}`, `x.json /definitions/a/additionalProperties/$ref: "#/definitions/b": the file has no such definition`},
		{`{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}`, `x.json /definitions/a/$ref: "#/definitions/b": leads back to where it stands: #/definitions/a → #/definitions/b → #/definitions/a` + "\n" +
			`x.json /definitions/b/$ref: "#/definitions/a": leads back to where it stands: #/definitions/b → #/definitions/a → #/definitions/b`},
		{`{`, `x.json:1: is not JSON: line 1, column 2: the text ends too early`},
		{`7`, `x.json: must be a JSON object`},
	} {
		files := realFiles(t)
		write("x.json", c.text)(t, files)
		if err := CheckSchemas(files, "fixtures/file.json", "x.json"); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}
}
