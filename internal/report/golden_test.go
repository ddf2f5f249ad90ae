package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"dispatchmock/internal/exchange"
)

var update = flag.Bool("update", false, "write what the reports say into testdata")

// snippets are the names of the programs that send a request again, by the
// names of their files.
func snippets() map[string]string {
	return map[string]string{"curl.sh": "curl", "fetch.mjs": "fetch", "requests.py": "python", "HttpClient.cs": "csharp", "main.go": "go"}
}

// snippet returns the program of a name that sends a sample's request again.
func snippet(t *testing.T, name string, x *exchange.Exchange, baseURL string) string {
	t.Helper()
	all, err := Snippets(x, baseURL)
	if err != nil {
		t.Fatal(err)
	}
	return all[name]
}

// TestGolden holds all that is said of each sample against testdata.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			entry := indented(t, NewEntry(s.x, base))
			got := &txtar.Archive{Files: []txtar.File{{Name: "entry.json", Data: entry}, {Name: "row.json", Data: indented(t, Summary(s.x))}}}
			for _, name := range []string{"curl.sh", "fetch.mjs", "requests.py", "HttpClient.cs", "main.go"} {
				if text := snippet(t, snippets()[name], s.x, base); !s.x.Admin {
					got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
				}
			}
			compareGolden(t, filepath.Join("testdata", s.name+".txtar"), txtar.Format(got))
		})
	}
}

// TestGoldenHAR holds all samples as one archive against testdata.
func TestGoldenHAR(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := HAR(&b, &Run{Version: "1.0.0"}, exchangesOf(samples())); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	compareGolden(t, filepath.Join("testdata", "all.har"), out.Bytes())
}

func exchangesOf(samples []sample) func(func(*exchange.Exchange) bool) {
	var list []*exchange.Exchange
	for _, s := range samples {
		list = append(list, s.x)
	}
	return slices.Values(list)
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if !utf8.Valid(got) || strings.ContainsFunc(string(got), func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }) {
		t.Errorf("%s would have bytes that are no text", file)
	}
	want, err := os.ReadFile(file)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	gotLine, wantLine, n := firstDifference(string(got), string(want))
	t.Errorf("%s:%d:\ngot  %s\nwant %s\n(-update writes what is said now)", file, n, gotLine, wantLine)
}

func firstDifference(got, want string) (gotLine, wantLine string, n int) {
	for n = 1; gotLine == wantLine && got+want != ""; n++ {
		gotLine, got, _ = strings.Cut(got, "\n")
		wantLine, want, _ = strings.Cut(want, "\n")
	}
	return gotLine, wantLine, n - 1
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}
