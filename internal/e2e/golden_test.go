package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"golang.org/x/tools/txtar"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/testkit"
)

var update = flag.Bool("update", false, "write what the server answers into the golden exchanges")

// moduleDir is the module's folder, as seen from this package.
const (
	moduleDir = "../.."
	goldenDir = moduleDir + "/testdata/exchanges"
)

// golden is a golden file.
type golden struct {
	name      string // its folder and its own, with a slash
	file      string
	archive   *txtar.Archive
	settings  testkit.Settings // the lines above its first section, and its fixture files
	exchanges []goldenExchange
}

// goldenExchange is one request of a golden file and the answer to it.
type goldenExchange struct {
	section           int // of the answer
	request, response string
}

// goldens reads the golden files, in order.
func goldens(t testing.TB) []golden {
	t.Helper()
	var list []golden
	err := filepath.WalkDir(goldenDir, func(file string, _ fs.DirEntry, err error) error {
		if filepath.Ext(file) == ".txtar" {
			list = append(list, readGolden(t, file))
		}
		return err
	})
	if err != nil || len(list) < 100 {
		t.Fatalf("found %d golden files in %s (%v), want at least 100", len(list), goldenDir, err)
	}
	return list
}

func readGolden(t testing.TB, file string) golden {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name, _ := filepath.Rel(goldenDir, strings.TrimSuffix(file, ".txtar"))
	g := golden{name: filepath.ToSlash(name), file: file, archive: archive, settings: goldenSettings(t, string(archive.Comment))}
	g.settings.Files = map[string]string{}
	request := ""
	for i, f := range archive.Files {
		switch f.Name {
		case "request":
			request = expand(t, string(f.Data))
		case "response":
			g.exchanges = append(g.exchanges, goldenExchange{i, request, toWire(string(f.Data))})
		default:
			g.settings.Files[f.Name] = string(f.Data)
		}
	}
	return g
}

// goldenSettings reads the lines above a golden file's first section.
func goldenSettings(t testing.TB, comment string) testkit.Settings {
	t.Helper()
	var s testkit.Settings
	for line := range strings.Lines(comment) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "clock":
			var err error
			if s.Clock, err = time.Parse(time.RFC3339, value); err != nil {
				t.Fatal(err)
			}
		case "cors":
			s.CORS = contract.CORS(value)
		case "auth":
			s.AnyToken = value == "any"
		case "choices":
			s.Choices = value
		default:
			t.Fatalf("unknown setting %q", line)
		}
	}
	return s
}

// expand turns a request section into bytes: {{repeat "a" 3}} and {{byte 1}}
// stand for what no editor likes.
func expand(t testing.TB, text string) string {
	t.Helper()
	text = toWire(text)
	if !strings.Contains(text, "{{") {
		return text
	}
	tmpl, err := template.New("request").Funcs(template.FuncMap{
		"repeat": strings.Repeat,
		"byte":   func(n int) string { return string([]byte{byte(n)}) },
	}).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// toWire ends the lines of a message's head in CR LF. The line end that closes
// a section does not belong to the body.
func toWire(text string) string {
	head, body, _ := strings.Cut(text, "\n\n")
	return strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.TrimSuffix(body, "\n")
}

func fromWire(text string) string {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	if body != "" {
		body += "\n"
	}
	return strings.ReplaceAll(head, "\r\n", "\n") + "\n\n" + body
}

// TestGoldenExchanges sends the raw requests of each golden file, one after the
// other, to a server of its own. The raw answers must come back, and the log and
// the journal must say of them what a person needs. All golden files together
// break each rule that the schemas have for what a client sends, and get each
// error that there is.
func TestGoldenExchanges(t *testing.T) {
	t.Parallel()
	all := goldens(t)
	seen := &goldenSeen{broken: map[string]bool{}, codes: map[string]map[int]bool{}}
	t.Cleanup(func() {
		if seen.files == len(all) { // -run has left none out
			seen.wantAll(t)
		}
	})
	for _, g := range all {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			g.run(t, seen)
		})
	}
}

// run sends the requests of a golden file.
func (g golden) run(t *testing.T, seen *goldenSeen) {
	s := g.settings
	s.Log, s.Recorded = testkit.JSONLog, seen.record
	r := testkit.Start(t, s)
	for _, x := range g.exchanges {
		r.Logged.Reset()
		got := r.Raw(t, x.request)
		switch {
		case got == x.response:
		case *update:
			g.archive.Files[x.section].Data = []byte(fromWire(got))
		default:
			t.Errorf("section %d of %s\nrequest:\n%.2000s\ngot:\n%s\nwant:\n%s\n(-update accepts the answer)", x.section+1, g.file, x.request, got, x.response)
		}
		seen.wantLog(t, r, got)
		wantHints(t, r, x.request, got)
	}
	seen.done()
	if *update {
		if err := os.WriteFile(g.file, txtar.Format(g.archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// goldenSeen is what all golden files together have brought about.
type goldenSeen struct {
	mu     sync.Mutex
	files  int
	broken map[string]bool         // pointer and keyword of each broken rule
	codes  map[string]map[int]bool // statuses by error code
}

func (s *goldenSeen) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files++
}

func (s *goldenSeen) record(x *exchange.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.codes[x.ErrorCode] == nil {
		s.codes[x.ErrorCode] = map[int]bool{}
	}
	s.codes[x.ErrorCode][x.Status] = true
}

// wantLog holds that each answer has its line in the log, and that no
// documented answer breaks a rule.
func (s *goldenSeen) wantLog(t *testing.T, r *testkit.Server, answers string) {
	t.Helper()
	lines, want := r.LogLines(t, "exchange", ""), strings.Count(answers, "\r\nX-REQUEST-ID: ")
	if len(lines) != want {
		t.Errorf("got %d lines for %d answers, want one each", len(lines), want)
	}
	for _, line := range r.LogLines(t, "", "") {
		text, _ := json.Marshal(line)
		if strings.Contains(string(text), "violation") || strings.Contains(string(text), "panic") || line["level"] == "ERROR" {
			t.Errorf("the log has %s; want no rule broken by a documented answer", text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range r.LogLines(t, "problem of the request", "") {
		rule, _, _ := strings.Cut(line["rule"].(string), ":")
		s.broken[fmt.Sprint(line["pointer"], " ", rule)] = true
	}
}
