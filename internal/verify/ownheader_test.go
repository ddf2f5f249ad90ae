package verify_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dispatchmock/internal/cli"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/verify"
	"dispatchmock/schemas"
)

// TestOwnHeader holds that the mock keeps a contract whose user added a header
// field, and that verify expects a status which there is where it is wrong.
func TestOwnHeader(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mock")
	if code := cli.Run(t.Context(), []string{"init", dir}, nil, nil, io.Discard, io.Discard); code != 0 {
		t.Fatalf("init ends with %d", code)
	}
	folder := filepath.Join(dir, "schemas")
	file := filepath.Join(folder, "2019-02-08", "StandardRequestHeadersModel.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	own := bytes.Replace(text, []byte(`"properties": {`), []byte(`"properties": {"x-region": {"type": "string", "description": "A region.", "minLength": 2, "examples": ["eu"]},`), 1)
	if err := os.WriteFile(file, own, 0o600); err != nil {
		t.Fatal(err)
	}
	under := schemas.Complete(os.DirFS(folder))
	c, err := contract.Load(under)
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, serve(t, "--schemas", folder))
	o.Contract = c
	if o.Cases, err = verify.Cases(c, under); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, r := range run(t, o).Results {
		if !strings.Contains(r.Name, "x-region") {
			continue
		}
		tried++
		if r.Outcome == verify.Fails || r.Outcome == verify.Warns || strings.Contains(r.Documented, " 0.") {
			t.Errorf("%s (%s) %s: %s %v", r.Name, r.Documented, r.Outcome, r.Reason, r.Differences)
		}
	}
	if tried < 4 {
		t.Errorf("%d cases are about the field, want some", tried)
	}
}
