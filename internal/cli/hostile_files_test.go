package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostileFiles is the same of the commands that read files, and of their
// names.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "f"+strings.ReplaceAll(evil, "/", ""))
	if o := run(t, "init", name); o.code != exitDone {
		t.Fatal(o.stderr)
	} else {
		harmless(t, "init", o.stdout+o.stderr)
	}
	folder := filepath.Join(name, "schemas", "2019-02-08")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range files {
		f := filepath.Join(folder, e.Name())
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte(`"description": "`), []byte(`"description": "`+evilJSON))
		if err := os.WriteFile(f, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad := filepath.Join(dir, "bad")
	if err := os.Mkdir(bad, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, "f"+evil+".json"), []byte(`{"tenants": [{"id": "`+evilJSON+`", "`+evilJSON+`": 1}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", "--fixtures", bad},
		{"check", "--fixtures", name + "none"},
		{"diff", "2019/02/08", "2023/04/19", "--schemas", filepath.Join(name, "schemas")},
		{"diff", "2019/02/08", "2023/04/19", "--format", "json", "--schemas", filepath.Join(name, "schemas")},
		{"diff", "2019/02/08", evil},
		{"openapi", "--schemas", filepath.Join(name, "schemas")},
		{"verify", "--list", "--schemas", filepath.Join(name, "schemas"), "--only", evil},
		{"replay", file(t, "a.bundle", `{"format": "`+evilJSON+`", "`+evilJSON+`": 1}`)},
		{"replay", name + "none"},
		{"init", name},
	} {
		o := run(t, args...)
		harmless(t, fmt.Sprintf("%q", args), o.stdout+o.stderr)
		if !strings.Contains(o.stdout+o.stderr, "202e") && args[0] != "diff" {
			t.Errorf("%q: nothing of what was said is shown: %s%s", args, o.stdout, o.stderr)
		}
	}
}

// TestHostileClientOfExec holds that a client's texts do not steer the terminal
// of exec.
func TestHostileClientOfExec(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	args := []string{"exec", "--", os.Args[0], "-test.run=^TestAsHostileClient$"}
	if code := Run(t.Context(), args, append(os.Environ(), "HOSTILE_CLIENT=1"), nil, &stdout, &stderr); code != exitWrong {
		t.Errorf("got %d, want %d: %s", code, exitWrong, stderr.String())
	}
	harmless(t, "exec", stderr.String())
	if !strings.Contains(stderr.String(), "/customers/1%E2%80%AE%C2%9B/") {
		t.Errorf("nothing of the client's request is shown: %s", stderr.String())
	}
}

// TestAsHostileClient is the command of TestHostileClientOfExec.
func TestAsHostileClient(t *testing.T) {
	if os.Getenv("HOSTILE_CLIENT") == "" {
		return // it is run as a test
	}
	rawly(t, os.Getenv("DISPATCHMOCK_URL"), "GET /customers/1\u202e\u009b/locations/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+
		"Authorization: Bearer dispatcher-token\r\nX-TENANT-ID: 1\r\nX-API-VERSION: \u202e\u009b\r\n\r\n")
}
