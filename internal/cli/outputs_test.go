package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// nothing is a command that does nothing.
func nothing() []string { return []string{"--", os.Args[0], "-test.run=^$"} }

// TestReportsHaveFilesOfTheirOwn holds that a report goes to no file that
// another report goes to, or the command reads, by whatever spelling, and that
// what was in the files is still there then.
func TestReportsHaveFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"a": "older report", "fixtures/f.json": "{}", "token": "a.b"} {
		if err := os.MkdirAll(filepath.Dir(in(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(in("a"), in("hard")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, in("folder")); err != nil {
		t.Fatal(err)
	}
	same := `--report "json=` + in("a") + `" goes to the same file; each report needs a file of its own`
	for _, c := range []struct {
		name, second, want string
	}{
		{"the same name", in("a"), same},
		{"a dot", dir + "/./a", same},
		{"a way round", in("fixtures") + "/../a", same},
		{"a linked folder", in("folder") + "/a", same},
		{"a hard link", in("hard"), same},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, args := range [][]string{
				append([]string{"exec", "--quiet", "--report", "json=" + in("a"), "--report", "har=" + c.second}, nothing()...),
				{"verify", "--target", "http://127.0.0.1:1", "--token", "a.b", "--retries", "0", "--only", "1", "--report", "json=" + in("a"), "--report", "text=" + c.second},
			} {
				if o := run(t, args...); o.code != exitMisuse || !strings.Contains(o.stderr, c.want) {
					t.Errorf("%s: got %d and %q, want %d and %q", args[0], o.code, o.stderr, exitMisuse, c.want)
				}
				if text, err := os.ReadFile(in("a")); err != nil || string(text) != "older report" {
					t.Errorf("%s: the file has %q, %v", args[0], text, err)
				}
			}
		})
	}
	for name, args := range map[string][]string{
		"--fixtures " + in("fixtures"): append([]string{"exec", "--fixtures", in("fixtures"), "--report", "json=" + in("fixtures/new.json")}, nothing()...),
		"--token-file " + in("token"):  {"verify", "--target", "http://127.0.0.1:1", "--token-file", in("token"), "--report", "json=" + in("folder/token")},
	} {
		if o := run(t, args...); o.code != exitMisuse || !strings.Contains(o.stderr, name+" would read this file") {
			t.Errorf("%q: got %d and %q", args, o.code, o.stderr)
		}
	}
	if text, err := os.ReadFile(in("token")); err != nil || string(text) != "a.b" {
		t.Errorf("the token's file has %q, %v", text, err)
	}
}

// TestReportsAreTheOwnersAlone holds the modes of what a command creates, and
// that it writes through no link.
func TestReportsAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "r.json")
	args := append([]string{"exec", "--quiet", "--report", "json=" + path, "--allow", "no-requests"}, nothing()...)
	if o := run(t, args...); o.code != exitDone {
		t.Fatalf("got %d: %s", o.code, o.stderr)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got the mode %v and %v, want %v", name, info.Mode(), err, want)
		}
	}
	if o := run(t, args...); o.code != exitDone {
		t.Errorf("a report of an earlier run is not written over: got %d: %s", o.code, o.stderr)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	args[3] = "json=" + link
	if o := run(t, args...); o.code != exitMisuse || !strings.Contains(o.stderr, "is a symbolic link, and nothing is written through one") {
		t.Errorf("got %d: %s", o.code, o.stderr)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file behind the link was changed: %v", err)
	}
}
