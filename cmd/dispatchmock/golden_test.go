package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"golang.org/x/tools/txtar"

	"dispatchmock/internal/model"
)

const (
	moduleDir = "../.."
	goldenDir = moduleDir + "/testdata/exchanges"
)

// golden is a golden file.
type golden struct {
	name      string            // its folder and its own, with a slash
	settings  map[string]string // the lines above its exchanges
	files     map[string]string // further fixtures
	exchanges []goldenExchange
}

// goldenExchange is one request of a golden file and the answer to it.
type goldenExchange struct {
	request string // as it is sent
	answer  answer
	version model.Version // of the answer
}

// goldens reads the golden files, in order.
func goldens(t *testing.T) []golden {
	t.Helper()
	paths, err := filepath.Glob(goldenDir + "/*/*.txtar")
	if err != nil || len(paths) < 100 {
		t.Fatalf("found %d golden files in %s (%v), want at least 100", len(paths), goldenDir, err)
	}
	var list []golden
	for _, path := range paths {
		folder, file := filepath.Split(path)
		list = append(list, readGolden(t, path, filepath.Base(folder)+"/"+strings.TrimSuffix(file, ".txtar")))
	}
	return list
}

func readGolden(t *testing.T, path, name string) golden {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := golden{name: name, settings: map[string]string{}, files: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && key[0] != '#' {
			g.settings[key] = value
		}
	}
	var request string
	for _, f := range archive.Files {
		switch f.Name {
		case "request":
			request = expand(t, onWire(string(f.Data)))
		case "response":
			a, err := readAnswer(strings.NewReader(onWire(string(f.Data))), request)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			g.exchanges = append(g.exchanges, goldenExchange{request, a, model.Version(a.header.Get("X-Api-Version"))})
		default:
			g.files[f.Name] = string(f.Data)
		}
	}
	return g
}

// onWire ends the lines of a message's head in CR LF; the line end that closes
// a section is no part of the body.
func onWire(text string) string {
	head, body, _ := strings.Cut(text, "\n\n")
	return strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.TrimSuffix(body, "\n")
}

// expand fills {{repeat "a" 3}} and {{byte 1}} in.
func expand(t *testing.T, text string) string {
	t.Helper()
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

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// readAnswer reads the answer to a request.
func readAnswer(r io.Reader, request string) (answer, error) {
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(r), &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}
