package app_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the server answers into the golden exchanges")

const goldenDir = "../../testdata/exchanges"

// TestGoldenExchanges sends the raw requests of each golden file, one after
// the other, to a server of its own, and holds the raw answers against it.
func TestGoldenExchanges(t *testing.T) {
	files := goldenFiles(t)
	if len(files) < 100 {
		t.Fatalf("found %d golden exchanges in %s, want at least 100", len(files), goldenDir)
	}
	for _, file := range files {
		name, _ := filepath.Rel(goldenDir, strings.TrimSuffix(file, ".txtar"))
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func goldenFiles(t testing.TB) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(goldenDir, func(path string, e fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".txtar" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func golden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := goldenSettings(t, string(archive.Comment))
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".json") {
			if s.files == nil {
				s.files = map[string]string{}
			}
			s.files[f.Name] = string(f.Data)
		}
	}
	r := launch(t, s)
	var request string
	for i, f := range archive.Files {
		switch f.Name {
		case "request":
			request = expand(t, string(f.Data))
		case "response":
			got := r.raw(t, request)
			want := toWire(string(f.Data))
			if got == want {
				continue
			}
			if *update {
				archive.Files[i].Data = []byte(fromWire(got))
				continue
			}
			t.Errorf("section %d of %s\nrequest:\n%.2000s\ngot:\n%s\nwant:\n%s\nfirst difference at byte %d (-update accepts the answer)",
				i+1, file, request, got, want, firstDifference(got, want))
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// goldenSettings reads the lines above a golden file's first section.
func goldenSettings(t *testing.T, comment string) settings {
	t.Helper()
	var s settings
	for line := range strings.Lines(comment) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "clock":
			s.clock = value
		case "cors":
			s.cors = value
		case "auth":
			s.anyToken = value == "any"
		case "choices":
			s.choices = value
		default:
			t.Fatalf("unknown setting %q", line)
		}
	}
	return s
}

// expand turns a request section into bytes: lines of the head end in CR LF,
// and {{repeat "a" 3}} and {{byte 1}} stand for what no editor likes.
func expand(t *testing.T, text string) string {
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

// toWire ends the lines of a message's head in CR LF; the line end that closes
// a section is no part of the body.
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

func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func glob(t testing.TB, fsys fs.FS) []string {
	t.Helper()
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func readFile(t testing.TB, fsys fs.FS, name string) []byte {
	t.Helper()
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestPageSample holds the sample exchange against the page's own figures, so
// that -update cannot bless a wrong one.
func TestPageSample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(goldenDir, "page", "sample.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, response, _ := strings.Cut(string(text), "-- response --\n")
	head, body, _ := strings.Cut(response, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	if got := len(body); got != 1032 {
		t.Errorf("the sample's body has %d bytes, want the 1032 of the page's Content-Length", got)
	}
	want := "HTTP/1.1 200 OK\n" +
		"Access-Control-Allow-Headers: Authorization, Accept, X-TENANT-ID, Content-Type\n" +
		"Access-Control-Allow-Methods: GET,POST,PATCH,DELETE\n" +
		"Access-Control-Allow-Origin: *\n" +
		"Allow: GET,POST,PATCH,DELETE\n" +
		"Content-Length: " + strconv.Itoa(1032) + "\n" +
		"Content-Type: application/json\n" +
		"Date: Sat, 20 Aug 2022 01:38:16 GMT\n" +
		"Server: WSGIServer/0.2 CPython/3.9.5\n" +
		"X-API-VERSION: 2019/02/08\n" +
		"X-REQUEST-ID: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"
	if head != want {
		t.Errorf("got the head\n%s\nwant\n%s", head, want)
	}
	if sum := fmt.Sprintf("%x", sha(body)); sum != sampleBodySum {
		t.Errorf("the sample's body has the digest %s, want %s, that of the page's members in the wire's form", sum, sampleBodySum)
	}
}

// sampleBodySum is the SHA-256 of the page's sample body in the wire's form,
// computed once from the page with another language's JSON printer.
const sampleBodySum = "5b6586ce65938f61d8832917817d0ebd8c4c2a0828b51cf52ef54e866ee79228"

func sha(s string) [sha256.Size]byte { return sha256.Sum256([]byte(s)) }
