package cli

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestContributingHasEveryRoom holds that each package has its row in the table
// of rooms, and the one by which imports are checked.
func TestContributingHasEveryRoom(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(moduleDir + "/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| (\\d) \\| (`[^|]*`) \\|").FindAllStringSubmatch(string(text), -1) {
		for name := range strings.SplitSeq(strings.ReplaceAll(m[2], "`", ""), ", ") {
			told[name] = m[1]
		}
	}
	checked := map[string]string{}
	rooms, err := os.ReadFile(moduleDir + "/internal/server/imports_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t"([a-z/]+)": +\{(\d),`).FindAllStringSubmatch(string(rooms), -1) {
		checked[m[1]] = m[2]
	}
	files, err := filepath.Glob(moduleDir + "/internal/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	here := map[string]bool{"cmd/dispatchmock": true, "fixtures": true, "schemas": true}
	for _, file := range files {
		here[path.Join("internal", filepath.Base(filepath.Dir(file)))] = true
	}
	for name := range here {
		if told[name] == "" || told[name] != checked[name] {
			t.Errorf("CONTRIBUTING.md has %s in the row %q, and imports are checked by the row %q", name, told[name], checked[name])
		}
	}
	for name := range told {
		if !here[name] {
			t.Errorf("CONTRIBUTING.md has the room %s, which there is not", name)
		}
	}
}
