package manual

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const moduleDir = "../.."

// The sizes that a reader has patience for.
const (
	maxReadme = 10 << 10 // bytes
	maxPage   = 250      // lines
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages returns the files of the manual by their paths in the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "reference/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			all[path.Join("internal/manual", name)] = readFile(t, path.Join("internal/manual", name))
		}
	}
	return all
}

// TestSizes holds that the README and each page stay short.
func TestSizes(t *testing.T) {
	t.Parallel()
	if n := len(readFile(t, "README.md")); n > maxReadme {
		t.Errorf("README.md has %d bytes, want %d at most", n, maxReadme)
	}
	for name, text := range pages(t) {
		if n := strings.Count(text, "\n"); n > maxPage {
			t.Errorf("%s has %d lines, want %d at most", name, n, maxPage)
		}
	}
	if n := strings.Count(readFile(t, "internal/manual/SKILL.md"), "\n"); n > 120 {
		t.Errorf("SKILL.md has %d lines, want 120 at most", n)
	}
}

// TestTopics holds that each page is a topic with a title and a line about it,
// and that the README links to each.
func TestTopics(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"internal/manual/SKILL.md": true}
	readme := readFile(t, "README.md")
	for _, topic := range Topics() {
		known["internal/manual/"+topic.Name+".md"] = true
		if topic.Title == "" || !strings.HasSuffix(topic.About, ".") || strings.Contains(topic.About, "`"+"``") {
			t.Errorf("%s: got the title %q and %q, want a title and a sentence", topic.Name, topic.Title, topic.About)
		}
		if link := "[" + topic.Name + "](internal/manual/" + topic.Name + ".md)"; !strings.Contains(readme, link) {
			t.Errorf("README.md has no %s in its list of topics", link)
		}
	}
	for name := range pages(t) {
		if !known[name] && !strings.Contains(name, "/reference/") {
			t.Errorf("%s is in no group of topics", name)
		}
	}
}

// TestSearch holds that topics come before pages that mention a word.
func TestSearch(t *testing.T) {
	t.Parallel()
	for query, first := range map[string]string{"cors": "cors", "X-Mock-Scenario": "scenarios", "bug bundle": "bundles", "Retry-After 429": "scenario-files"} {
		if found := Search(query); len(found) == 0 || !slices.ContainsFunc(found[:min(3, len(found))], func(t Topic) bool { return t.Name == first }) {
			t.Errorf("%q: got %v, want %s among the first", query, found, first)
		}
	}
	for _, query := range []string{"", "no-such-word-anywhere"} {
		if found := Search(query); found != nil {
			t.Errorf("%q: got %v, want none", query, found)
		}
	}
}

// anchors returns what links into a text may name, as the forge makes it of
// headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^a-z0-9_ -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all[strings.ReplaceAll(name, " ", "-")] = true
	}
	return all
}

// TestLinks holds that what the documents link to is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	documents := pages(t)
	documents["README.md"], documents["CONTRIBUTING.md"] = readFile(t, "README.md"), readFile(t, "CONTRIBUTING.md")
	for name, text := range documents {
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			file, anchor, hasAnchor := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(moduleDir, target)); err != nil {
				t.Errorf("%s links to a file that is not there: %v", name, err)
				continue
			}
			if hasAnchor && !anchors(readFile(t, target))[anchor] {
				t.Errorf("%s links to %s, which is no heading", name, m[1])
			}
		}
	}
}

// then are the members of a scenario's effect, each with its worked example.
var then = []string{"error", "respond", "delay", "patch", "headers", "stale", "version", "connection", "rate_limit", "sequence"}

// TestEveryEffectHasAnExample holds that each effect has a definition and a command
// that shows it; the commands are run with those of the other pages.
func TestEveryEffectHasAnExample(t *testing.T) {
	t.Parallel()
	page, _ := Page("scenario-files")
	for _, effect := range then {
		_, section, ok := strings.Cut(page, "\n### "+effect+"\n")
		section, _, _ = strings.Cut(section, "\n##")
		for _, want := range []string{"```json " + effect + ".json\n", `"` + effect + `"`, "dispatchmock ctl scenario add " + effect + ".json", "```text\n"} {
			if !ok || !strings.Contains(section, want) {
				t.Errorf("%s: its section has no %q", effect, want)
			}
		}
	}
}
