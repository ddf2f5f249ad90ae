package model

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dispatchmock/schemas"
)

// TestKinds holds that each code that is declared has its row in the table, in
// the order of the declarations, and that no row lacks what a client is told.
func TestKinds(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared, rows []Code
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
				code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, Code(code))
			}
		}
		return true
	})
	for _, k := range Kinds() {
		rows = append(rows, k.Code)
		f := NewError(k.Code, "")
		if f.Code != k.Code || f.Field == "" || !strings.HasSuffix(f.Detail, ".") || !strings.HasSuffix(k.Explanation, ".") {
			t.Errorf("%s: got %+v, explained by %q", k.Code, f, k.Explanation)
		}
		if k.Header != "" && k.Field != "" || k.When != "" && k.Example == nil {
			t.Errorf("%s: got %+v, want either a header field or another, and an example of what can be tried", k.Code, k)
		}
		if got := k.Code.Kind(); got.Code != k.Code {
			t.Errorf("got the row of %s for %s", got.Code, k.Code)
		}
	}
	if !slices.Equal(declared, rows) || len(rows) < 20 {
		t.Errorf("the table has\n%q\nand declared are\n%q", rows, declared)
	}
	if k := Code("no such code").Kind(); k.Code != Internal || k.Status != 500 {
		t.Errorf("got %+v of an unknown code, want that of a failure: the unknown tells nothing", k)
	}
	if f := NewError(SessionUnknown, "Mine."); f.Detail != "Mine." || f.Field != "session" || SessionUnknown.Kind().Detail == "Mine." {
		t.Errorf("got %+v, want a detail of its own and the table as it was", f)
	}
}

// TestKindsAndChoices holds that a status is a choice exactly where the schema
// of choices has one, and that where a choice makes it no error there is a
// status for a scenario that wants it as one.
func TestKindsAndChoices(t *testing.T) {
	t.Parallel()
	text, err := schemas.FS.ReadFile("fixtures/choices.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]struct {
			Enum    []any
			Default any
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	statuses := 0
	for _, p := range doc.Properties {
		if _, ok := p.Default.(float64); ok {
			statuses++
		}
	}
	for _, k := range Kinds() {
		choice := doc.Properties[string(k.Code)]
		if _, ok := choice.Default.(float64); ok != (k.Status == 0) {
			t.Errorf("%s has the status %d, and is a choice: %v", k.Code, k.Status, ok)
		}
		if k.Status == 0 {
			statuses--
		}
		if none := slices.Contains(choice.Enum, any(200.0)); none != (k.Refusal != 0) {
			t.Errorf("%s may be chosen to be no error: %v, and as one has the status %d", k.Code, none, k.Refusal)
		}
		if k.Status != 0 && (k.Status < 400 || k.Status > 599) {
			t.Errorf("%s has the status %d, want one of an error", k.Code, k.Status)
		}
	}
	if statuses != 0 {
		t.Errorf("the schema has %d more statuses than the table", statuses)
	}
}
