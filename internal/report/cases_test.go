package report

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/verify"
)

// verified is a run of verify that came to each outcome.
func verified() *verify.Report {
	x := samples()[1].x
	sent := verify.Sent{Name: "get", Exchange: x, Request: verify.Text{Head: x.Request.Head}, Response: verify.Text{Head: x.Response.Head, Body: string(x.Response.Body)}}
	differs := []verify.Difference{{Place: "/status", Expected: "200", Got: hostile, Request: "get"}, {Place: "/body", Expected: "a", Got: "b", Request: "another"}}
	result := func(name string, grade verify.Grade, outcome verify.Outcome, reason string) verify.Result {
		r := verify.Result{Case: verify.Case{Number: 1, Name: name, Grade: grade, Documented: "The status is 200 | " + hostile, Source: "operations.json"}, Outcome: outcome, Reason: reason}
		if outcome == verify.Fails || outcome == verify.Warns {
			r.Differences, r.Exchanges = differs, []verify.Sent{sent}
		}
		return r
	}
	return &verify.Report{Target: base, Started: time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC), Took: 1500 * time.Millisecond, Requests: 3, Problem: "the token is wrong", Results: []verify.Result{
		result("get/valid/status", verify.Page, verify.Holds, ""),
		result("get/valid/body", verify.Page, verify.Fails, ""),
		result("get/valid/member", verify.Assumed, verify.Warns, ""),
		result("delete/valid/status", verify.Page, verify.Undecided, "get/valid/status fails"),
		result("delete/valid/body", verify.Assumed, verify.Undecided, "get/valid/status fails"),
		result("delete/valid/silent", verify.Page, verify.Unheard, "no answer: "+hostile),
		result("pin/named", verify.Page, verify.Skipped, "needs --allow-pins"),
		result("pin/other", verify.Page, verify.NotRun, ""),
	}}
}

// TestGoldenVerify holds each form of the report of a verification against
// testdata.
func TestGoldenVerify(t *testing.T) {
	t.Parallel()
	for _, f := range Formats(Verify) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			r := OfVerify("1.0.0", verified())
			var b bytes.Buffer
			if err := f.Write(&b, r, r.Exchanges()); err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", "verify."+f.Name), b.Bytes())
		})
	}
}

// TestVerifyFails holds that a run of one case fails in the reports exactly where
// the verification does: what was not decided is never reported as good.
func TestVerifyFails(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		for _, result := range verified().Results {
			v := &verify.Report{Strict: strict, Results: []verify.Result{result}}
			r := OfVerify("1.0.0", v)
			var b bytes.Buffer
			if err := JUnit(&b, r, r.Exchanges()); err != nil {
				t.Fatal(err)
			}
			failed := strings.Contains(b.String(), "<failure")
			if r.Good() != v.Good() || failed == v.Good() || (result.Outcome == verify.Holds) != strings.Contains(b.String(), "></testcase>") {
				t.Errorf("%s, strict %v: the verification is good: %v, the run: %v, in JUnit:\n%s", result.Name, strict, v.Good(), r.Good(), b.String())
			}
		}
	}
}

// junitFile is what a reader of JUnit's form finds in a file.
type junitFile struct {
	Time   string `xml:"time,attr"`
	Suites []struct {
		Attributes []xml.Attr `xml:",any,attr"`
		Properties []struct{} `xml:"properties"`
		Cases      []struct {
			Class    string `xml:"classname,attr"`
			Name     string `xml:"name,attr"`
			Time     string `xml:"time,attr"`
			Elements []struct {
				XMLName xml.Name
			} `xml:",any"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// TestJUnitRules holds what the schema of Jenkins' xUnit plugin demands.
func TestJUnitRules(t *testing.T) {
	t.Parallel()
	r := OfVerify("1.0.0", verified())
	var b bytes.Buffer
	if err := JUnit(&b, r, r.Exchanges()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"exec": reported(t, "xml", "npm test"), "coverage": reported(t, "coverage.xml", "npm test"), "verify": b.Bytes()} {
		var file junitFile
		if err := xml.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		times := []string{file.Time}
		for _, s := range file.Suites {
			var names []string
			for _, a := range s.Attributes {
				names = append(names, a.Name.Local)
				if a.Name.Local == "time" {
					times = append(times, a.Value)
				}
			}
			for _, required := range []string{"name", "tests", "failures", "errors"} {
				if !slices.Contains(names, required) {
					t.Errorf("%s: a suite has no %s", name, required)
				}
			}
			for _, c := range s.Cases {
				times = append(times, c.Time)
				seen := map[string]bool{}
				for _, e := range c.Elements {
					if kind := e.XMLName.Local; seen[kind] || !slices.Contains([]string{"failure", "skipped", "system-out"}, kind) {
						t.Errorf("%s: the case %s has an element %s, or two", name, c.Name, kind)
					} else {
						seen[kind] = true
					}
				}
				if seen["failure"] && seen["skipped"] {
					t.Errorf("%s: the case %s is both failed and skipped", name, c.Name)
				}
			}
		}
		for _, text := range times {
			if _, decimals, _ := strings.Cut(text, "."); text == "" || len(decimals) > 3 {
				t.Errorf("%s: the time %q has more than three decimals, or none", name, text)
			}
		}
	}
}

// TestJUnitNamesStay holds that the test cases of two runs of the same tests have
// the same names, all of them different: CI servers know a test by its name.
func TestJUnitNamesStay(t *testing.T) {
	t.Parallel()
	names := func(id string) []string {
		r, _ := sampleRun("npm test")
		var list []*exchange.Exchange
		for _, s := range runSamples() {
			x := *s.x
			x.RequestID, x.Path = id, "/customers/"+id+"/locations/1"
			list = append(list, &x)
		}
		var b bytes.Buffer
		if err := JUnit(&b, r, slices.Values(list)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "[[PROPERTY|request_id="+id+"]]") {
			t.Error("the file does not say the request ID")
		}
		var file junitFile
		if err := xml.Unmarshal(b.Bytes(), &file); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, s := range file.Suites {
			for _, c := range s.Cases {
				all = append(all, c.Class+": "+c.Name)
			}
		}
		return all
	}
	first, second := names("1"), names("2")
	if !slices.Equal(first, second) || len(first) < 20 {
		t.Errorf("the names of two runs differ:\n%q\n%q", first, second)
	}
	if slices.Sort(first); len(slices.Compact(first)) != len(second) {
		t.Errorf("two cases have the same name: %q", second)
	}
}
