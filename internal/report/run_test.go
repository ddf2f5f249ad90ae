package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
)

// hostile is a text that every form of a report must survive.
const hostile = "</script><script>alert(1)</script>]]> | `code` **bold** [link](javascript:alert) http://evil.example @user &lt; \x00\x1b[31m\u202e\u2028\xff\n# title"

// runSamples are the samples, and exchanges that fail each gate.
func runSamples() []sample {
	list := samples()
	offend := func(name string, more func(x *exchange.Exchange)) {
		s := newSample(name, lines("DELETE /customers/1/locations/1 HTTP/1.1", "Host: 127.0.0.1:8003", "Authorization: Bearer dispatcher-token", "x-tenant-id: 1"), "",
			func(x *exchange.Exchange) {
				x.Operation, x.ClientID, x.Tenant, x.Status, x.RequestID = "Deactivate Customer", "web-app", 1, 200, "id of "+name
				x.Response = messageOf(lines("HTTP/1.1 200 OK", "Content-Type: application/json", "X-API-VERSION: 2019/02/08"), `{"is_active": false, "id": 9007199254740993}`)
				more(x)
			})
		list = append(list, s)
	}
	violation := exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/" + hostile, Rule: "pattern: " + hostile, Value: hostile, Hint: "must not be " + hostile}
	offend("invalid", func(x *exchange.Exchange) { x.Problems, x.Status = []exchange.Violation{violation}, 400 })
	offend("allowed", func(x *exchange.Exchange) {
		x.Problems, x.Status, x.Allowed, x.ErrorCode = []exchange.Violation{violation}, 400, exchange.Allowed{Invalid: true}, "tenant_id_invalid"
		x.Response = messageOf(lines("HTTP/1.1 400 Bad", "Content-Type: application/json"), `{"detail": "d", "explanation": "e", "field": "f"}`)
	})
	offend("unknown record", func(x *exchange.Exchange) {
		x.Problems, x.Status, x.ErrorCode = []exchange.Violation{{Part: exchange.PartPath, Rule: "known record", Rejected: true}}, 404, "record_unknown"
	})
	offend("unasked", func(x *exchange.Exchange) {
		x.Scenario, x.ScenarioBy, x.Altered = hostile, exchange.ByRecord, true
	})
	offend("violation", func(x *exchange.Exchange) { x.Violations = []exchange.Violation{violation} })
	offend("pinned", func(x *exchange.Exchange) {
		x.VersionPinned, x.VersionUsed, x.Transition = "2021/04/07", "2021/04/07", true
	})
	offend("pinned again", func(x *exchange.Exchange) {
		x.VersionPinned, x.VersionUsed, x.Transition = "2021/04/07", "2021/04/07", true
	})
	return list
}

// sampleRun is the run of the samples.
func sampleRun(command string) (*Run, iter.Seq[*exchange.Exchange]) {
	list := runSamples()
	tally := NewTally(ExecGates(nil))
	for _, s := range list {
		tally.Add(s.x)
	}
	r := &Run{Tool: Exec, Version: "1.0.0", Command: command, URL: base, Started: time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC), Took: 1500 * time.Millisecond,
		Operations: map[string]string{"Deactivate Customer": "DELETE /customers/{customer_id}"}, Lost: 3, Consumer: "client", Provider: "CRO Software Dispatch API"}
	tally.Into(r)
	r.Coverage = coverage.NewReport("", []coverage.Group{
		{Name: "headers", About: "each field", Documented: true, Items: []coverage.Item{{Name: "a right", Covered: true, Count: 3, RequestID: "id"},
			{Name: "a " + hostile, Sentence: "No request had " + hostile, Command: "curl -H '" + hostile + "'"}, {Name: "c", Sentence: "No request had c."}}},
		{Name: "records", About: "each record", Items: []coverage.Item{{Name: "1/1/1", Sentence: "No request was for it.", Command: "curl 1"}}},
	})
	r.Coverage.HowToRun = "Run it with `" + hostile
	r.Demand(50)
	return r, exchangesOf(list)
}

// form writes a report of one of the forms.
type form func(io.Writer, *Run, iter.Seq[*exchange.Exchange]) error

// forms are those of exec, by the ends of their golden files' names.
func forms() map[string]form {
	ends := map[string]string{"junit": "xml", "junit-coverage": "coverage.xml", "markdown": "md", "pact": "pact.json", "text": "txt", "github": "github.txt"}
	all := map[string]form{}
	for _, f := range Formats(Exec) {
		all[cmp.Or(ends[f.Name], f.Name)] = f.Write
	}
	return all
}

func reported(t *testing.T, name, command string) []byte {
	t.Helper()
	r, seq := sampleRun(command)
	var b bytes.Buffer
	if err := forms()[name](&b, r, seq); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestGoldenRun holds each form of a run's report against testdata.
func TestGoldenRun(t *testing.T) {
	t.Parallel()
	for name := range forms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareGolden(t, filepath.Join("testdata", "run."+name), reported(t, name, "npm test"))
		})
	}
}

// TestHostileRun holds that what clients send, and what stands in fixtures,
// steers no reader of a report.
func TestHostileRun(t *testing.T) {
	t.Parallel()
	for name := range forms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := string(reported(t, name, hostile))
			if !utf8.ValidString(got) {
				t.Error("it is no UTF-8")
			}
			for _, r := range got {
				if !unicode.IsPrint(r) && r != '\n' && r != '\t' {
					t.Errorf("it has the character %U", r)
					break
				}
			}
			if strings.Contains(got, "dispatcher-token") {
				t.Error("it has a token")
			}
		})
	}
	t.Run("XML is well formed", func(t *testing.T) {
		t.Parallel()
		d := xml.NewDecoder(bytes.NewReader(reported(t, "xml", hostile)))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("Markdown has no markup of others", func(t *testing.T) {
		t.Parallel()
		got := string(reported(t, "md", hostile))
		for _, markup := range []string{"<script", "**bold", "](javascript", "http://evil", "@user", "`code`", "\n# title"} {
			if strings.Contains(got, markup) {
				t.Errorf("it has %q", markup)
			}
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "| ") && strings.Count(line, "|") > 6 {
				t.Errorf("a text has made cells of a table: %s", line)
			}
		}
	})
	t.Run("HTML runs and loads nothing", func(t *testing.T) {
		t.Parallel()
		got := string(reported(t, "html", hostile))
		for _, bad := range []string{"<script", "<img", "<link", "<a ", "src=", "href="} {
			for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(got, -1) {
				if strings.HasPrefix(tag, bad) || strings.Contains(bad, "=") && strings.Contains(tag, bad) {
					t.Errorf("it has %q in %s", bad, tag)
				}
			}
		}
		if !regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="default-src (&#39;|')none(&#39;|'); style-src (&#39;|')sha256-`).MatchString(got) {
			t.Error("its policy does not forbid all but its own style")
		}
	})
}

// TestJUnitCounts holds that the numbers of each suite are those of what it
// has.
func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	type testcase struct {
		Failures []struct{} `xml:"failure"`
		Skipped  []struct{} `xml:"skipped"`
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name     string     `xml:"name,attr"`
			Tests    int        `xml:"tests,attr"`
			Failures int        `xml:"failures,attr"`
			Skipped  int        `xml:"skipped,attr"`
			Cases    []testcase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(reported(t, "xml", "npm test"), &got); err != nil {
		t.Fatal(err)
	}
	tests, failures := 0, 0
	for _, s := range got.Suites {
		failed, skipped := 0, 0
		for _, c := range s.Cases {
			failed, skipped = failed+one(len(c.Failures) > 0), skipped+len(c.Skipped)
		}
		if s.Tests != len(s.Cases) || s.Failures != failed || s.Skipped != skipped {
			t.Errorf("the suite %s says %d, %d failed, %d skipped; it has %d, %d, %d", s.Name, s.Tests, s.Failures, s.Skipped, len(s.Cases), failed, skipped)
		}
		tests, failures = tests+len(s.Cases), failures+failed
	}
	if len(got.Suites) != 2 || got.Tests != tests || got.Failures != failures || failures == 0 {
		t.Errorf("got %d suites, %d tests, %d failed; there are %d and %d", len(got.Suites), got.Tests, got.Failures, tests, failures)
	}
}

// TestPactInteractions holds what becomes an interaction, and that two alike
// are one.
func TestPactInteractions(t *testing.T) {
	t.Parallel()
	var got struct {
		Interactions []struct {
			Description string
			States      []struct {
				Name   string
				Params map[string]any
			} `json:"providerStates"`
			Request struct {
				Path    string
				Headers map[string]string
			}
			Response struct{ Status int }
		}
	}
	if err := json.Unmarshal(reported(t, "pact.json", "npm test"), &got); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, i := range got.Interactions {
		names := ""
		for _, s := range i.States {
			names += "; " + s.Name
		}
		shown = append(shown, fmt.Sprint(i.Response.Status, " ", i.Request.Path, names))
		if i.Request.Headers["Host"] != "" || i.Request.Headers["User-Agent"] != "" {
			t.Errorf("%s has fields of the connection: %v", i.Description, i.Request.Headers)
		}
	}
	all := strings.Join(shown, "\n")
	for _, want := range []string{
		"400 /customers/1/locations/1; a token of a client; a client that never named an API version",
		"404 /customers/1/locations/1; a token of a client; a client that never named an API version; no such customer at the location",
		"200 /customers/1/locations/1; a token of a client; a client that last named an API version; a customer at a location",
	} {
		if strings.Count(all, want+"\n")+strings.Count(all, want) < 1 {
			t.Errorf("no interaction is %q among\n%s", want, all)
		}
	}
	if n := strings.Count(all, "a client that last named an API version"); n != 2 { // another sample's, and these two, which are alike
		t.Errorf("got %d interactions of a pinned client, want 2:\n%s", n, all)
	}
	if n := strings.Count(all, "400 /customers/1/locations/1;"); n != 1 {
		t.Errorf("got %d of the status 400, want the allowed one alone:\n%s", n, all)
	}
}

// TestRunMemory holds that a report's memory does not grow with the run: the
// 30,000th exchange finds no more in memory than the 3,000th.
func TestRunMemory(t *testing.T) {
	r, _ := sampleRun("npm test")
	s := runSamples()
	base := s[len(s)-1].x
	const n = 30_000
	for name, write := range forms() {
		if name == "md" || strings.HasSuffix(name, "txt") || name == "coverage.xml" {
			continue // of counts alone
		}
		t.Run(name, func(t *testing.T) {
			var early, late runtime.MemStats
			seq := func(yield func(*exchange.Exchange) bool) {
				for i := range n {
					x := *base
					x.Path = fmt.Sprint("/customers/", i, "/locations/1")
					x.Request.Head = "DELETE " + x.Path + " HTTP/1.1\r\nHost: a"
					switch i {
					case n / 10:
						runtime.GC()
						runtime.ReadMemStats(&early)
					case n - 1:
						runtime.GC()
						runtime.ReadMemStats(&late)
					}
					if !yield(&x) {
						return
					}
				}
			}
			if err := write(io.Discard, r, seq); err != nil {
				t.Fatal(err)
			}
			// A Pact file remembers what made ten thousand interactions differ.
			if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > 1<<20 {
				t.Errorf("it holds %d bytes more", grown)
			}
		})
	}
}
