package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/terminal"
)

// The elements of JUnit's form are those of the schema of Jenkins' xUnit plugin:
// no more than three decimals in a time, and properties of suites alone.
type (
	testCase struct {
		XMLName xml.Name `xml:"testcase"`
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Skipped *content `xml:"skipped"`
		Failure *content `xml:"failure"`
		Output  *content `xml:"system-out"`
	}
	// content is an element with a text, whose ends of lines stay as they are.
	content struct {
		Type, Message string // attributes, where they are not ""
		Text          string
	}
)

// MarshalXML implements xml.Marshaler.
func (c *content) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if c.Type != "" {
		start = element(start.Name.Local, "type", c.Type, "message", c.Message)
	}
	for _, token := range []xml.Token{start, xml.CharData(terminal.VisibleLines(c.Text)), start.End()} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	return nil
}

// testSuite is a row of the file. Its cases can be read any number of times.
type testSuite struct {
	name                     string
	tests, failures, skipped int
	output                   string
	cases                    iter.Seq[*testCase]
}

// JUnit writes a run in the form of JUnit that CI servers read: a suite of the
// demands on the whole run, and one of the exchanges, of which no more than one
// is held in memory. Names are the same in each run of the same tests. An
// exchange that offends is one failure.
func JUnit(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	if r.cases != nil {
		return writeJUnit(w, r, []*testSuite{{name: "cases", output: r.Note, cases: slices.Values(r.caseTests())}})
	}
	exchanges := &testSuite{name: "exchanges", output: r.LostNote(), cases: r.exchangeTests(seq)}
	gates := &testSuite{name: "gates", output: r.gateOutput(), cases: slices.Values(r.gateTests(seq))}
	return writeJUnit(w, r, []*testSuite{gates, exchanges})
}

// JUnitCoverage writes the coverage of a run in the form of JUnit: a suite for
// each group, in which what was never tried is skipped.
func JUnitCoverage(w io.Writer, r *Run, _ iter.Seq[*exchange.Exchange]) error {
	var suites []*testSuite
	for _, g := range r.Coverage.Groups {
		var cases []*testCase
		for _, item := range g.Items {
			c := &testCase{Class: "coverage." + g.Name, Name: item.Name, Time: "0"}
			if !item.Covered {
				c.Skipped = &content{"untried", item.Sentence, item.Command}
			}
			cases = append(cases, c)
		}
		suites = append(suites, &testSuite{name: g.Name, output: r.Coverage.HowToRun, cases: slices.Values(cases)})
	}
	return writeJUnit(w, r, suites)
}

func writeJUnit(w io.Writer, r *Run, suites []*testSuite) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", " ")
	tests, failures := 0, 0
	for _, s := range suites {
		for c := range s.cases {
			s.tests++
			s.failures += one(c.Failure != nil)
			s.skipped += one(c.Skipped != nil)
		}
		tests, failures = tests+s.tests, failures+s.failures
	}
	root := element("testsuites", "name", "dispatchmock "+string(r.Tool)+": "+r.Subject(), "tests", fmt.Sprint(tests), "failures", fmt.Sprint(failures), "errors", "0", "time", seconds(r.Took))
	if err := e.EncodeToken(root); err != nil {
		return err
	}
	for _, s := range suites {
		if err := s.write(e, r); err != nil {
			return err
		}
	}
	if err := e.EncodeToken(root.End()); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	b.WriteString("\n")
	return b.Flush()
}

func (s *testSuite) write(e *xml.Encoder, r *Run) error {
	start := element("testsuite", "name", s.name, "tests", fmt.Sprint(s.tests), "failures", fmt.Sprint(s.failures), "errors", "0", "skipped", fmt.Sprint(s.skipped),
		"time", seconds(r.Took), "timestamp", r.Started.UTC().Format("2006-01-02T15:04:05"))
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for c := range s.cases {
		c.Class, c.Name = terminal.Visible(c.Class), terminal.Visible(c.Name)
		if err := e.Encode(c); err != nil {
			return err
		}
	}
	if s.output != "" {
		if err := e.EncodeElement(&content{Text: s.output}, element("system-out")); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// element returns the start of an element; attributes are names and values by
// turns.
func element(name string, attributes ...string) xml.StartElement {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i < len(attributes); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: terminal.Visible(attributes[i+1])})
	}
	return start
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// gateTests are the command's own end, a demand on the coverage, and each
// gate that is failed by more exchanges than the suite of the exchanges has.
func (r *Run) gateTests(seq iter.Seq[*exchange.Exchange]) []*testCase {
	listed := map[string]uint64{}
	for x := range seq {
		for _, b := range r.breaches(x) {
			listed[b.Gate]++
		}
	}
	var cases []*testCase
	if r.Tool == Exec {
		c := &testCase{Class: "gates", Name: "command: " + r.Command, Time: seconds(r.Took)}
		if r.ExitCode != 0 {
			c.Failure = &content{Type: "command", Message: fmt.Sprintf("it ended with %d", r.ExitCode)}
		}
		cases = append(cases, c)
	}
	for _, g := range r.Gates {
		c := &testCase{Class: "gates", Name: g.Name + ": " + g.About, Time: "0"}
		switch left := g.Count - min(g.Count, listed[g.Name]); {
		case g.OfRun() && g.Failed:
			c.Failure = &content{g.Name, g.Hint, ""}
		case g.OfRun() && !g.Allowed:
		case g.Failed && left > 0:
			c.Failure = &content{g.Name, jsonx.Count(left, "exchange") + " that the reports lack", g.Hint}
		default:
			continue
		}
		cases = append(cases, c)
	}
	return cases
}

// gateOutput says what became of each gate, and of the coverage.
func (r *Run) gateOutput() string {
	var b strings.Builder
	for _, g := range r.Gates {
		if g.Name == GateCoverage {
			continue
		}
		fmt.Fprintf(&b, "%s: %s", g.Outcome(), g.About)
		if !g.OfRun() {
			fmt.Fprintf(&b, ": %s", jsonx.Count(g.Count, "exchange"))
		}
		b.WriteString("\n")
		if g.Failed {
			fmt.Fprintf(&b, "  %s\n", g.Hint)
		}
	}
	if r.Coverage != nil {
		_ = CoverageText(&b, r.Coverage) // a builder takes all
		b.WriteString(r.Coverage.HowToRun + "\n")
	}
	return b.String()
}

// exchangeTests are the exchanges. A name has what is the same in each run: the
// operation, its path template, the status, and which of those alike it is.
func (r *Run) exchangeTests(seq iter.Seq[*exchange.Exchange]) iter.Seq[*testCase] {
	type kind struct {
		operation string
		status    int
	}
	return func(yield func(*testCase) bool) {
		ordinals := map[kind]int{}
		for x := range seq {
			if x.Admin {
				continue
			}
			k := kind{x.Operation, x.Status}
			template, known := r.Operations[x.Operation]
			if !known {
				k.operation, template = "no operation", "a request of no operation"
			}
			ordinals[k]++
			c := &testCase{Class: "exchanges." + k.operation, Name: fmt.Sprintf("%s → %s #%d", template, statusText(x.Status), ordinals[k]), Time: seconds(x.Took)}
			// Jenkins reads such a line as a property of the case.
			c.Output = &content{Text: fmt.Sprintf("[[PROPERTY|request_id=%s]]\n%s %s\n", terminal.Visible(x.RequestID), terminal.Visible(jsonx.Cut(x.Method, maxText)), terminal.Visible(jsonx.Cut(x.Path, maxText)))}
			if all := r.breaches(x); len(all) > 0 {
				c.Failure = &content{Type: all[0].Gate, Message: all[0].reason()}
				for _, b := range all {
					c.Failure.Text += b.Title() + "\n  " + b.reason() + "\n"
				}
				c.Failure.Text += Curl(x, "")
			}
			if !yield(c) {
				return
			}
		}
	}
}

// caseTests are the cases of verify. One that warns, or was not decided, is
// neither passed nor failed.
func (r *Run) caseTests() []*testCase {
	var cases []*testCase
	for _, g := range r.Gates {
		group, _, _ := strings.Cut(g.Name, "/")
		c := &testCase{Class: "verify." + group, Name: g.Name, Time: "0"}
		f := &content{Type: g.Outcome(), Message: g.Undecided}
		for i, o := range g.Offences {
			if i == 0 {
				f.Message = o.reason()
			}
			f.Text += o.Title() + "\n  " + o.reason() + "\n"
		}
		f.Text += "documented: " + g.About + "\n" + g.Hint + "\n"
		switch {
		case g.Failed:
			c.Failure = f
		case f.Type != "passed":
			c.Skipped = f
		}
		cases = append(cases, c)
	}
	return cases
}
