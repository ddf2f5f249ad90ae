package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/schemas"
)

const moduleDir = "../.."

func readReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(moduleDir + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rowsUnder returns the rows of the first table behind a heading, by their
// first cells without the back quotes.
func rowsUnder(t *testing.T, text, heading string) map[string][]string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n"+heading+"\n")
	_, table, ok2 := strings.Cut(rest, "\n| --- |")
	if !ok || !ok2 {
		t.Fatalf("README.md has no table under %q", heading)
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
			t.Errorf("README.md has %s twice under %q", name, heading)
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

// commands returns every command of the command line by its name.
func commands() map[string]*cobra.Command {
	all := map[string]*cobra.Command{}
	root := newRoot(streams{out: io.Discard, err: io.Discard})
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		c.InitDefaultHelpFlag() // joins the flags that its own commands share
		all[c.Name()] = c
	}
	return all
}

// leaves returns a command, or those of its commands that do something.
func leaves(c *cobra.Command) []*cobra.Command {
	if !c.HasSubCommands() {
		return []*cobra.Command{c}
	}
	var all []*cobra.Command
	for _, sub := range c.Commands() {
		all = append(all, leaves(sub)...)
	}
	return all
}

// TestReadmeHasEveryFlag holds that each command has its section, and each of
// its flags a row there with its default and its values.
func TestReadmeHasEveryFlag(t *testing.T) {
	t.Parallel()
	text := readReadme(t)
	for name, c := range commands() {
		if name == "help" {
			continue
		}
		heading := "### dispatchmock " + name
		if section(text, heading) == "" {
			t.Errorf("README.md has no section %q", heading)
			continue
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			row := rowsUnder(t, text, heading)["--"+f.Name]
			if len(row) != 3 {
				t.Errorf("README.md has no row of --%s under %q", f.Name, heading)
				return
			}
			zero := slices.Contains([]string{"", "false", "[]", "0"}, f.DefValue)
			if !zero && !strings.HasPrefix(row[1], "`"+strings.Trim(f.DefValue, "[]")+"`") {
				t.Errorf("README.md, %s --%s: got %q, want the default %s first", name, f.Name, row[1], f.DefValue)
			}
			for word := range strings.SplitSeq(f.Value.Type(), "|") {
				if strings.Contains(f.Value.Type(), "|") && !strings.Contains(row[1], "`"+word+"`") {
					t.Errorf("README.md, %s --%s: got %q, want %s among the values", name, f.Name, row[1], word)
				}
			}
		})
		for flag := range flagRows(text, heading) {
			if c.Flags().Lookup(flag) == nil {
				t.Errorf("README.md has --%s under %q, which is no flag of it", flag, heading)
			}
		}
	}
}

// TestReadmeHasEveryCtlCommand holds that the table of ctl has a row of each
// command, with its arguments and the flags that it has alone.
func TestReadmeHasEveryCtlCommand(t *testing.T) {
	t.Parallel()
	rows := rowsUnder(t, readReadme(t), "#### Commands of ctl")
	for _, c := range leaves(commands()["ctl"]) {
		use := strings.TrimPrefix(strings.TrimSuffix(c.UseLine(), " [flags]"), "dispatchmock ctl ")
		row := strings.Join(rows[use], " ")
		if row == "" {
			t.Errorf("README.md has no row of `%s` under ctl", use)
			continue
		}
		delete(rows, use)
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !strings.Contains(row, "`--"+f.Name) {
				t.Errorf("README.md, %s: got %q, want --%s in it", use, row, f.Name)
			}
		})
	}
	for use := range rows {
		t.Errorf("README.md has a row of `%s` under ctl, which is no command of it", use)
	}
}

func flagRows(text, heading string) map[string]bool {
	flags := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `--([a-z-]+)`").FindAllStringSubmatch(section(text, heading), -1) {
		flags[m[1]] = true
	}
	return flags
}

var (
	// foreign are lines whose flags are another program's.
	foreign   = regexp.MustCompile(`(?m)^ *(docker|curl|git|bash|go (test|build|vet|get|install|tool)) .*$`)
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
		return flag == "help"
	}
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Dockerfile"} {
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

// TestReadmeHasEveryChoice holds the table of choices against its schema: the
// key, the values with the default first, and the grade.
func TestReadmeHasEveryChoice(t *testing.T) {
	t.Parallel()
	type rule struct {
		Enum    []any  `json:"enum"`
		Default any    `json:"default"`
		Comment string `json:"$comment"`
	}
	var schema struct{ Properties map[string]rule }
	text, err := schemas.FS.ReadFile("fixtures/choices.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	grades := map[string]string{"A": "assumed", "A; absent V": "assumed; absent: documented", "I": "inferred", "V": "documented", "P says no, V says yes": "documented, both ways"}
	rows := rowsUnder(t, readReadme(t), "### Choices")
	for key, r := range schema.Properties {
		row := rows[key]
		if len(row) != 4 {
			t.Errorf("README.md has no row of the choice %s", key)
			continue
		}
		values := []string{fmt.Sprint(r.Default)}
		for _, v := range r.Enum {
			if v != r.Default {
				values = append(values, fmt.Sprint(v))
			}
		}
		want := strings.Join(values, ", ")
		if list, ok := r.Default.([]any); ok { // an order
			want = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]") + "; any other order of these"
		}
		if row[1] != want || row[2] != grades[r.Comment] {
			t.Errorf("README.md, the choice %s: got the values %q and the grade %q, want %q and %q", key, row[1], row[2], want, grades[r.Comment])
		}
	}
	for key := range rows {
		if _, ok := schema.Properties[key]; !ok {
			t.Errorf("README.md has the choice %s, which there is not", key)
		}
	}
	for fact, row := range rowsUnder(t, readReadme(t), "## What is known") {
		if len(row) != 4 || !slices.Contains([]string{"documented", "inferred", "assumed"}, row[1]) {
			t.Errorf("README.md, %q: got the row %q, want a fact, its grade, its evidence and its switch", fact, row)
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[3], -1) {
			if _, ok := schema.Properties[m[1]]; !ok && m[1] != "tenants" {
				t.Errorf("README.md, %q: the switch %s is no choice", fact, m[1])
			}
		}
	}
}

// TestReadmeHasEveryDependency holds that each direct dependency of go.mod has
// its line, and no other has.
func TestReadmeHasEveryDependency(t *testing.T) {
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
	rows := rowsUnder(t, readReadme(t), "## Dependencies")
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
			if row := rows[r.Path]; len(row) != 2 || row[1] == "" {
				t.Errorf("README.md does not say what %s is here for", r.Path)
			}
		}
	}
	for path := range rows {
		if !slices.Contains(direct, path) {
			t.Errorf("README.md has %s, which is no direct dependency", path)
		}
	}
}
