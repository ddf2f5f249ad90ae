package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/manual"
)

const moduleDir = "../.."

// readPage returns a page of the manual, behind a line end, so that its title is
// found as the headings are.
func readPage(t *testing.T, name string) string {
	t.Helper()
	text, ok := manual.Page(name)
	if !ok {
		t.Fatalf("the manual has no page %s", name)
	}
	return "\n" + text
}

// rowsUnder returns the rows of the first table behind a heading, by their
// first cells without the back quotes.
func rowsUnder(t *testing.T, text, heading string) map[string][]string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n"+heading+"\n")
	_, table, ok2 := strings.Cut(rest, "\n| --- |")
	if !ok || !ok2 {
		t.Fatalf("there is no table under %q", heading)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(table[strings.IndexByte(table, '\n')+1:]) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") {
			break
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		name := strings.Trim(cells[0], "`")
		if rows[name] != nil {
			t.Errorf("%s is twice under %q", name, heading)
		}
		rows[name] = cells
	}
	return rows
}

// section returns a heading with what stands under it.
func section(text, heading string) string {
	_, rest, _ := strings.Cut(text, "\n"+heading+"\n")
	if i := strings.Index(rest, "\n#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

var (
	// foreign are lines whose flags are another program's.
	foreign   = regexp.MustCompile(`(?m)^ *(docker|curl|git|bash|npm|go (test|build|vet|get|install|tool)) .*$`)
	flagName  = regexp.MustCompile(`--([a-z][a-z-]*)`)
	ourLine   = regexp.MustCompile("(?m)(?:^|`|until |\\] )(?:go run \\./cmd/)?dispatchmock(?: ([^\n`]*))?")
	firstWord = regexp.MustCompile(`^[a-z]+$`)
)

// TestDocumentsNameWhatExists holds that no flag or command is named that the
// program does not have.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Parallel()
	all := commands()
	known := func(flag string) bool {
		for _, c := range all {
			for _, leaf := range leaves(c) {
				if leaf.Flags().Lookup(flag) != nil || leaf.InheritedFlags().Lookup(flag) != nil {
					return true
				}
			}
		}
		return flag == "help" || flag == "version" || flag == "cacert" // of curl
	}
	files := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Dockerfile"}
	pages, err := filepath.Glob(moduleDir + "/internal/manual/*.md")
	if err != nil || len(pages) < 20 {
		t.Fatalf("found %d pages of the manual: %v", len(pages), err)
	}
	for _, page := range pages {
		files = append(files, "internal/manual/"+filepath.Base(page))
	}
	for _, file := range files {
		raw, err := os.ReadFile(moduleDir + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for _, flag := range namedFlags(text) {
			if file != "Dockerfile" && !known(flag) {
				t.Errorf("%s names --%s, which is no flag", file, flag)
			}
		}
		for _, name := range namedCommands(text) {
			if all[name] == nil {
				t.Errorf("%s names the command %q, which there is not", file, name)
			}
		}
	}
}

// namedFlags returns the flags of ours that a text names.
func namedFlags(text string) []string {
	var names []string
	for _, m := range flagName.FindAllStringSubmatch(foreign.ReplaceAllString(text, ""), -1) {
		names = append(names, m[1])
	}
	return names
}

// namedCommands returns the words behind the program's name, where it is
// called, that must be commands.
func namedCommands(text string) []string {
	var names []string
	for _, m := range ourLine.FindAllStringSubmatch(text, -1) {
		word, _, _ := strings.Cut(m[1], " ")
		if firstWord.MatchString(word) {
			names = append(names, word)
		}
	}
	return names
}

// TestNamed holds that the test above would see a name.
func TestNamed(t *testing.T) {
	t.Parallel()
	text := "```sh\ndispatchmock srve --lisen x\ncurl --fail x\ngo run ./cmd/dispatchmock chek\n```\nSay `dispatchmock helth` or `--foo-bar`.\nDispatchmock is a mock."
	if got, want := fmt.Sprint(namedFlags(text)), "[lisen foo-bar]"; got != want {
		t.Errorf("got the flags %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(namedCommands(text)), "[srve chek helth]"; got != want {
		t.Errorf("got the commands %s, want %s", got, want)
	}
}

// TestFactsHaveSwitches holds that each fact has its grade, and that a switch is a
// choice.
func TestFactsHaveSwitches(t *testing.T) {
	t.Parallel()
	choices := choiceRules(t)
	for fact, row := range rowsUnder(t, readPage(t, "facts"), "# Facts and assumptions") {
		if len(row) != 4 || !slices.Contains([]string{"documented", "inferred", "assumed"}, row[1]) {
			t.Errorf("facts.md, %q: got the row %q, want a fact, its grade, its evidence and its switch", fact, row)
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[3], -1) {
			if _, ok := choices[m[1]]; !ok && m[1] != "tenants" {
				t.Errorf("facts.md, %q: the switch %s is no choice", fact, m[1])
			}
		}
	}
}

// TestContributingHasEveryDependency holds that each direct dependency of go.mod has
// its line, and no other has.
func TestContributingHasEveryDependency(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	c.Dir = moduleDir
	text, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(text, &mod); err != nil {
		t.Fatal(err)
	}
	contributing, err := os.ReadFile(moduleDir + "/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsUnder(t, string(contributing), "## Dependencies")
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
			if row := rows[r.Path]; len(row) != 2 || row[1] == "" {
				t.Errorf("CONTRIBUTING.md does not say what %s is here for", r.Path)
			}
		}
	}
	for path := range rows {
		if !slices.Contains(direct, path) {
			t.Errorf("CONTRIBUTING.md has %s, which is no direct dependency", path)
		}
	}
}
