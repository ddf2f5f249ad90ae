package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mainsOwn are what only main may use: all else is handed in, so that tests
// can.
var mainsOwn = []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Args", "Exit"}

// TestEnvironmentComesFromMain holds that nothing below main looks at the
// process's own arguments and environment, or ends it.
func TestEnvironmentComesFromMain(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		if filepath.Base(filepath.Dir(name)) == "testwait" { // tests are its only users
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := s.X.(*ast.Ident); ok && of.Name == "os" && slices.Contains(mainsOwn, s.Sel.Name) {
					t.Errorf("%s: os.%s is main's alone", set.Position(s.Pos()), s.Sel.Name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("looked at %d files, want all of them", files)
	}
}
