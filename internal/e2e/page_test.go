package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// page is testdata/page.json: what the page says, and what pins it.
type page struct {
	About      string          `json:"about"`
	File       string          `json:"file"` // beside the repository, not part of it
	Lines      int             `json:"lines"`
	Statements []pageStatement `json:"statements"`
}

type pageStatement struct {
	Lines     [2]int   `json:"lines"` // from and to, from 1
	Statement string   `json:"statement"`
	Pins      []string `json:"pins"`
}

func loadPage(t testing.TB) page {
	t.Helper()
	text, err := os.ReadFile(moduleDir + "/testdata/page.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var p page
	if err := d.Decode(&p); err != nil {
		t.Fatalf("testdata/page.json: %v", err)
	}
	return p
}

// testFunctions returns the module's test functions, each as package.Name.
func testFunctions(t testing.TB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir(moduleDir, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || e.Name() != ".." && strings.HasPrefix(e.Name(), ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(moduleDir, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				all[path.Join("dispatchmock", filepath.ToSlash(dir))+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// pinForm is how a pin is written: exchange:FOLDER/NAME, or
// test:PACKAGE.TestName, with the names of subtests behind slashes.
var pinForm = regexp.MustCompile(`^(exchange:[a-zA-Z0-9_./-]+|test:dispatchmock/[a-z0-9/]+\.(Test|Fuzz)[A-Za-z]+(/[^ ]+)?)$`)

// pinDiagnostic says why a pin holds nothing, or "".
func pinDiagnostic(pin string, tests map[string]bool) string {
	if !pinForm.MatchString(pin) {
		return "is of no known form"
	}
	kind, name, _ := strings.Cut(pin, ":")
	if kind == "exchange" {
		if _, err := os.Stat(filepath.Join(goldenDir, filepath.FromSlash(name)+".txtar")); err != nil {
			return "is no golden exchange: " + err.Error()
		}
		return ""
	}
	sample, err := os.ReadFile(filepath.Join(goldenDir, "page", "sample.txtar"))
	if err != nil {
		return err.Error()
	}
	dot := strings.LastIndexByte(name, '.')
	function, sub, _ := strings.Cut(name[dot:], "/")
	if function = name[:dot] + function; !tests[function] {
		return "is no test function"
	}
	if function == "dispatchmock/internal/mock.TestPageFields" && sub != "" && !strings.Contains(string(sample), `"`+sub+`": `) {
		return "is not a member of the page's sample"
	}
	return ""
}

// TestPage holds that each statement of the page is pinned by a golden exchange
// or a test that exists, and that no line of the page is left out.
func TestPage(t *testing.T) {
	t.Parallel()
	p := loadPage(t)
	tests := testFunctions(t)
	next := 1
	for _, s := range p.Statements {
		if s.Lines[0] != next || s.Lines[1] < s.Lines[0] {
			t.Errorf("%q has the lines %v, want the first to be %d: no line may be left out or stand twice", s.Statement, s.Lines, next)
		}
		next = s.Lines[1] + 1
		if strings.TrimSpace(s.Statement) == "" {
			t.Errorf("lines %v: the statement is empty", s.Lines)
		}
		if len(s.Pins) == 0 {
			t.Errorf("lines %v, %q: nothing pins it", s.Lines, s.Statement)
		}
		for _, pin := range s.Pins {
			if diag := pinDiagnostic(pin, tests); diag != "" {
				t.Errorf("lines %v, %q: the pin %q %s", s.Lines, s.Statement, pin, diag)
			}
		}
	}
	if next != p.Lines+1 {
		t.Errorf("the statements end at line %d, want the page's last, %d", next-1, p.Lines)
	}
	// The page is no part of the repository; where it lies beside it, its
	// length is held too.
	text, err := os.ReadFile(filepath.Join(moduleDir, filepath.FromSlash(p.File)))
	if err != nil {
		t.Logf("the page itself is not here: %v", err)
		return
	}
	if got := 1 + strings.Count(strings.TrimSuffix(string(text), "\n"), "\n"); got != p.Lines {
		t.Errorf("%s has %d lines, want the %d of testdata/page.json", p.File, got, p.Lines)
	}
}

// TestPinDiagnostic holds that the test above would speak.
func TestPinDiagnostic(t *testing.T) {
	t.Parallel()
	tests := testFunctions(t)
	for pin, bad := range map[string]bool{
		"exchange:page/sample":                                 false,
		"exchange:page/none":                                   true,
		"exchange:":                                            true,
		"exchange:../exchanges/page/sample":                    false,
		"test:dispatchmock/internal/e2e.TestPage":              false,
		"test:dispatchmock/internal/mock.TestPageFields/name":  false,
		"test:dispatchmock/internal/mock.TestPageFields/names": true,
		"test:dispatchmock/internal/e2e.TestNone":              true,
		"test:dispatchmock/internal/none.TestPage":             true,
		"test:dispatchmock/internal/testkit.Start":             true,
		"see the sample":                                       true,
		"":                                                     true,
		"test:dispatchmock/internal/e2e.TestPage and another":  true,
	} {
		if diag := pinDiagnostic(pin, tests); (diag != "") != bad {
			t.Errorf("the pin %q: got the error %q, want one: %v", pin, diag, bad)
		}
	}
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
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(body))); sum != sampleBodySum {
		t.Errorf("the sample's body has the digest %s, want %s, that of the page's members in the wire's form", sum, sampleBodySum)
	}
}

// sampleBodySum is the SHA-256 of the page's sample body in the wire's form,
// computed once from the page with another language's JSON printer.
const sampleBodySum = "5b6586ce65938f61d8832917817d0ebd8c4c2a0828b51cf52ef54e866ee79228"
