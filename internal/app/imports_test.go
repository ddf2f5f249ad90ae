package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// room is a line of the architecture's table. A package imports from lower
// rows only; of the outside libraries it may import those that are listed.
type room struct {
	row  int
	libs []string // by module path, or by package where only one is meant
}

const module = "dispatchmock"

// rooms has those of the architecture that are yet to be built as well.
var rooms = map[string]room{
	"cmd/dispatchmock":          {9, nil}, // the admin API to row 8
	"internal/cli":              {8, []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/google/uuid", "github.com/fsnotify/fsnotify", "golang.org/x/sys/unix"}},
	"internal/app":              {7, []string{"github.com/google/uuid"}},
	"internal/mock":             {6, []string{"github.com/google/uuid", "github.com/hashicorp/golang-lru/v2"}},
	"internal/admin":            {6, []string{"github.com/gorilla/mux", "github.com/wI2L/jsondiff", "golang.org/x/time"}},
	"internal/admin/console":    {6, nil},
	"internal/proxy":            {6, nil},
	"internal/exchange/bundle":  {4, nil},
	"internal/coverage":         {5, nil},
	"internal/mock/session":     {5, []string{"github.com/google/uuid"}},
	"internal/mock/fixture":     {4, []string{"github.com/go-json-experiment/json/jsontext"}},
	"internal/mock/scenario":    {3, []string{"github.com/evanphx/json-patch/v5"}},
	"internal/exchange/journal": {3, nil},
	"internal/verify":           {3, []string{"github.com/go-json-experiment/json/jsontext"}},
	"internal/contract/openapi": {3, nil},
	"internal/exchange/runfile": {3, nil},
	"internal/report":           {3, []string{"github.com/wI2L/jsondiff"}},
	"internal/contract":         {2, []string{"github.com/gorilla/mux", "github.com/xeipuuv/gojsonschema", "github.com/agnivade/levenshtein", "github.com/go-json-experiment/json/jsontext", "github.com/google/uuid"}},
	"internal/mock/store":       {2, []string{"github.com/hashicorp/golang-lru/v2"}},
	"internal/testwait":         {0, nil}, // imported by tests only
	"internal/model":            {1, nil},
	"internal/wire":             {1, []string{"github.com/go-json-experiment/json/jsontext"}},
	"internal/exchange":         {1, nil},
	"internal/fileio":           {0, nil},
	"internal/terminal":         {0, nil},
	"internal/quota":            {0, nil},
	"internal/pattern":          {0, nil},
	"internal/redact":           {0, nil},
	"fixtures":                  {0, nil},
	"schemas":                   {0, nil},
	"internal/shell":            {1, nil},
	"internal/proxy/recording":  {5, nil},
}

// never lists what a package must not reach, not even by way of another.
var never = map[string][]string{
	// A mistake of ours would confirm itself.
	"internal/verify": {"internal/mock", "internal/mock/store"},
	// It knows no HTTP and no clock; time has the type of a timestamp.
	"internal/model": {"net/http"},
}

// imports is what go list says of a package.
type imports struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listImports(t testing.TB) []imports {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = moduleDir
	text, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, failed.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var all []imports
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p imports
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// isLibrary reports an import that is neither ours nor the standard library's.
func isLibrary(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

// importDiagnostics says which imports of a package break the table.
func importDiagnostics(p imports) []string {
	name := strings.TrimPrefix(p.ImportPath, module+"/")
	own, ok := rooms[name]
	if !ok {
		return []string{fmt.Sprintf("%s stands in no row of the architecture's table", name)}
	}
	var diags []string
	for _, path := range p.Imports {
		if path == "testing" || strings.HasPrefix(path, "testing/") {
			diags = append(diags, fmt.Sprintf("%s imports %s, which is for tests", name, path))
		}
		if isLibrary(path) {
			if !slices.ContainsFunc(own.libs, func(lib string) bool { return path == lib || strings.HasPrefix(path, lib+"/") }) {
				diags = append(diags, fmt.Sprintf("%s imports %s, which its room does not allow; it allows %q", name, path, own.libs))
			}
			continue
		}
		other, mine := strings.CutPrefix(path, module+"/")
		if !mine {
			continue
		}
		if r, known := rooms[other]; known && r.row >= own.row {
			diags = append(diags, fmt.Sprintf("%s (row %d) imports %s (row %d); imports go to lower rows only", name, own.row, other, r.row))
		}
	}
	for _, path := range never[name] {
		for _, dep := range p.Deps {
			if dep == path || dep == module+"/"+path {
				diags = append(diags, fmt.Sprintf("%s reaches %s, which it must never", name, path))
			}
		}
	}
	return diags
}

// TestImportDirections holds the rows of the architecture.
func TestImportDirections(t *testing.T) {
	t.Parallel()
	all := listImports(t)
	if len(all) < 10 {
		t.Errorf("go list finds %d packages, want all", len(all))
	}
	for _, p := range all {
		for _, diag := range importDiagnostics(p) {
			t.Error(diag)
		}
	}
}

// TestImportDiagnostics holds that the test above would speak.
func TestImportDiagnostics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		p    imports
		want string
	}{
		{"good", imports{"dispatchmock/internal/contract", []string{"net/http", "dispatchmock/internal/wire", "github.com/gorilla/mux"}, nil}, ""},
		{"higher row", imports{"dispatchmock/internal/wire", []string{"dispatchmock/internal/mock"}, nil}, "internal/wire (row 1) imports internal/mock (row 6)"},
		{"own row", imports{"dispatchmock/internal/contract", []string{"dispatchmock/internal/mock/store"}, nil}, "internal/contract (row 2) imports internal/mock/store (row 2)"},
		{"library", imports{"dispatchmock/internal/mock/store", []string{"github.com/gorilla/mux"}, nil}, "internal/mock/store imports github.com/gorilla/mux"},
		{"library of a like name", imports{"dispatchmock/internal/contract", []string{"github.com/gorilla/muxer"}, nil}, "internal/contract imports github.com/gorilla/muxer"},
		{"testing", imports{"dispatchmock/internal/mock/fixture", []string{"testing/fstest"}, nil}, "internal/mock/fixture imports testing/fstest, which is for tests"},
		{"unknown room", imports{"dispatchmock/internal/utils", nil, nil}, "internal/utils stands in no row"},
		{"roundabout", imports{"dispatchmock/internal/verify", nil, []string{"dispatchmock/internal/mock/store"}}, "internal/verify reaches internal/mock/store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			diags := importDiagnostics(c.p)
			if c.want == "" && len(diags) > 0 || c.want != "" && (len(diags) != 1 || !strings.HasPrefix(diags[0], c.want)) {
				t.Errorf("got %q, want %q", diags, c.want)
			}
		})
	}
}
