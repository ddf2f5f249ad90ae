package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dispatchmock/internal/contract/openapi"
)

// generatedClient holds that a client whose types a generator makes of the
// document compiles, calls the mock, and reads what the types promise.
func generatedClient(t *testing.T, tools string, form openapi.Form) {
	base := serving(t)
	text := describe(t, base, form, "2021/04/07")
	dir := t.TempDir()
	if said, err := compiled(t, tools, dir, text); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	got, err := program(t, dir, "client.js", base)
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	const location = `"parent":null,"latitude":48.080076,"certain":null}`
	want := `[{"id":1,"active":true,` + location + `,{"id":1,"active":false,` + location + `,{"id":1,"active":false,` + location +
		`,{"status":403,"field":"StandardRequestHeadersModel.x-tenant-id"}]` + "\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if form != openapi.Form31 {
		return
	}
	// The types are the document's: they change with it.
	for _, c := range []struct{ old, new, want string }{
		{`"is_active": {`, `"active": {`, "Property 'is_active' does not exist"},
		{`"name": "x-tenant-id",`, `"name": "x-tenant",`, `Property '"x-tenant"' is missing`},
	} {
		wrong := strings.ReplaceAll(text, c.old, c.new)
		if wrong == text {
			t.Fatalf("the document has no %s", c.old)
		}
		if said, err := compiled(t, tools, t.TempDir(), wrong); err == nil || !strings.Contains(said, c.want) {
			t.Errorf("with %s the client compiles to %v\n%s\nwant that %s", c.new, err, said, c.want)
		}
	}
}

// compiled makes the client of a document in a folder.
func compiled(t *testing.T, tools, dir, document string) (said string, err error) {
	t.Helper()
	modules := filepath.Join(tools, "node_modules")
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	keep(t, dir, "package.json", `{"type": "module"}`)
	for _, name := range []string{"client.ts", "tsconfig.json"} {
		text, err := os.ReadFile(filepath.Join(tools, name))
		if err != nil {
			t.Fatal(err)
		}
		keep(t, dir, name, string(text))
	}
	keep(t, dir, "openapi.json", document)
	if said, err := program(t, dir, filepath.Join(modules, "openapi-typescript/bin/cli.js"), "openapi.json", "--output", "api.ts"); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program(t, dir, filepath.Join(modules, "typescript/bin/tsc"))
}
