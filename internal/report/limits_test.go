package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/coverage"
)

// TestMarkdownFits holds that a summary stays below GitHub's limit, whatever
// the run was, and that each command in it is whole.
func TestMarkdownFits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<&|`*_", 2000)
	r, _ := sampleRun(long)
	for i := range r.Gates {
		g := &r.Gates[i]
		g.Failed, g.Count = true, 1000
		for range 1000 {
			g.Offences = append(g.Offences, Offence{Method: long, Path: long, Problem: long, Hint: long, RequestID: long})
		}
	}
	for i := range 100 {
		r.Outcomes = append(r.Outcomes, Outcome{Operation: long + fmt.Sprint(i)})
	}
	group := coverage.Group{Name: "a"}
	for range 300 {
		group.Items = append(group.Items, coverage.Item{Sentence: long, Command: "curl " + long + " end"})
	}
	r.Coverage.Groups = append(r.Coverage.Groups, group)
	var b bytes.Buffer
	if err := Markdown(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1<<20 {
		t.Errorf("it has %d bytes, want 1 MiB at most", b.Len())
	}
	begun, ended := strings.Count(b.String(), "<code>curl "), strings.Count(b.String(), " end</code>")
	if ended < 2 || begun > ended+2 { // two of the samples' own
		t.Errorf("%d commands are begun, and %d are whole", begun, ended)
	}
	if !strings.Contains(b.String(), " more.\n") {
		t.Error("it does not say that it has not all")
	}
}

// TestDemand holds that the demand is held against what was counted, and not
// against the percentage that people are shown.
func TestDemand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		covered, total int
		least          float64
		failed         bool
		about          string
	}{
		{0, 3, 0, false, "how much of the contract was tried"},
		{1, 3, 33.3, false, "at least 33.3% of the contract tried"},
		{1, 3, 33.33, false, "at least 33.33% of the contract tried"},
		{1, 3, 33.34, true, "at least 33.34% of the contract tried"},
		{9999, 10000, 99.95, false, "at least 99.95% of the contract tried"},
		{9999, 10000, 100, true, "at least 100% of the contract tried"},
		{3, 3, 100, false, "at least 100% of the contract tried"},
	} {
		group := coverage.Group{Documented: true, Items: make([]coverage.Item, c.total)}
		for i := range c.covered {
			group.Items[i].Covered = true
		}
		r := &Run{Coverage: coverage.NewReport("", []coverage.Group{group})}
		r.Demand(c.least)
		if g := r.Gates[0]; g.Failed != c.failed || g.About != c.about {
			t.Errorf("%d of %d, %v demanded: got failed %v and %q, want %v and %q", c.covered, c.total, c.least, g.Failed, g.About, c.failed, c.about)
		}
	}
}

// TestJUnitFailsWithTheCommand holds that a run whose command alone failed has
// a failure.
func TestJUnitFailsWithTheCommand(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]int{0: 0, 7: 1} {
		r := &Run{Tool: Exec, Command: "npm test", ExitCode: code, Coverage: coverage.NewReport("", nil)}
		NewTally(ExecGates(nil)).Into(r)
		r.Demand(0)
		var b bytes.Buffer
		if err := JUnit(&b, r, exchangesOf(nil)); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Failures int `xml:"failures,attr"`
			Suites   []struct {
				Failures int `xml:"failures,attr"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Failures != want || got.Suites[0].Failures != want {
			t.Errorf("exit code %d: got %+v, want %d failed", code, got, want)
		}
	}
}

// TestRunWithoutRequests holds that a run that no request reached fails, and
// that each report says what the command had.
func TestRunWithoutRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		requests uint64
		allowed  bool
		want     string
	}{{"none", 0, false, "failed"}, {"none, allowed", 0, true, "passed"}, {"one", 1, false, "passed"}} {
		r := &Run{Tool: Exec, Command: "npm test", Requests: c.requests, Coverage: coverage.NewReport("", nil)}
		r.DemandRequests(c.allowed, "MOCK_URL=here")
		if got := r.Verdict(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		for _, f := range Formats(Exec) {
			var b bytes.Buffer
			if err := f.Write(&b, r, exchangesOf(nil)); err != nil {
				t.Fatal(err)
			}
			if slices.Contains([]string{"har", "pact", "junit-coverage", "json"}, f.Name) {
				continue // they have no gates, or each with its hint
			}
			if shown := strings.Contains(b.String(), "no request arrived; the command had MOCK_URL=here"); shown != (c.want == "failed") {
				t.Errorf("%s: %s shows the reason: %v\n%s", c.name, f.Name, shown, b.String())
			}
		}
	}
}
