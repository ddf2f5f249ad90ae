package report

import (
	"bufio"
	"encoding/hex"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// join makes one field of those of one name, as a map does.
func (w *sent) join() {
	var joined []Field
	for _, f := range w.Fields {
		i := slices.IndexFunc(joined, func(o Field) bool { return strings.EqualFold(o.Name, f.Name) })
		switch {
		case i < 0:
			joined = append(joined, f)
		case f.Name != "Authorization":
			joined[i].Value += ", " + f.Value
		}
	}
	w.Fields = joined
}

func readFramed(r *bufio.Reader, framing http.Header) []byte {
	var body []byte
	if framing.Get("Transfer-Encoding") == "chunked" {
		body, _ = io.ReadAll(httputil.NewChunkedReader(r))
	} else if n, err := strconv.Atoi(framing.Get("Content-Length")); err == nil {
		body = make([]byte, n)
		_, _ = io.ReadFull(r, body)
	}
	return body
}

// TestGo reads each Go program, compiles some, and lets them send their
// requests.
func TestGo(t *testing.T) {
	t.Parallel()
	goTool := tool(t, "go", true)
	for _, s := range withRequest() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			url, requests := accept(t)
			text := snippet(t, "go", s.x, url)
			if _, err := parser.ParseFile(token.NewFileSet(), "main.go", text, parser.AllErrors); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains([]string{"delete", "hostile", "dots", "two-slashes", "two-tokens"}, s.name) || testing.Short() {
				return // to compile all takes long
			}
			file := write(t, t.TempDir(), "main.go", text)
			cmd := exec.CommandContext(t.Context(), goTool, "run", file)
			cmd.Env = append(os.Environ(), "TOKEN="+s.token, "TOKEN_2=two")
			cmd.Dir = filepath.Dir(file)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got := <-requests
			want := s.wanted()
			for _, w := range []*sent{&got, &want} {
				// A Go program sends its header sorted by name, and asks for gzip.
				w.Fields = slices.DeleteFunc(w.Fields, func(f Field) bool { return f.Name == "Accept-Encoding" })
				slices.SortStableFunc(w.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
			}
			s.hold(t, got, want)
		})
	}
}
