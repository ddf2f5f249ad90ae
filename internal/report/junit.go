package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/terminal"
)

// JUnit writes a run in the form of JUnit that CI servers read: a suite of the
// gates, one of the coverage, in which what was never tried is skipped, and one
// of the exchanges, of which no more than one is held in memory.
func JUnit(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	// The numbers stand before what they count; the tally has them, less what
	// the file lacks.
	failed := offenders(r)
	gates := suite{name: "gates", tests: 1 + len(r.Gates), failures: one(r.ExitCode != 0)}
	for _, g := range r.Gates {
		gates.failures += one(g.Failed)
		gates.skipped += one(!g.Failed && g.Allowed)
	}
	grid := suite{name: "coverage", property: "how to run the commands", value: r.Coverage.HowToRun}
	for _, g := range r.Coverage.Groups {
		grid.tests, grid.skipped = grid.tests+g.Total, grid.skipped+g.Total-g.Covered
	}
	exchanges := suite{name: "exchanges", property: "lost exchanges", value: r.LostNote()}
	for x := range seq {
		if !x.Admin {
			exchanges.tests++
			exchanges.failures += one(len(breaches(x, failed)) > 0)
		}
	}
	d := &xmlWriter{b: bufio.NewWriter(w)}
	d.raw(xml.Header)
	d.open("testsuites", "name", "dispatchmock exec: "+r.Command, "tests", fmt.Sprint(gates.tests+grid.tests+exchanges.tests),
		"failures", fmt.Sprint(gates.failures+exchanges.failures), "errors", "0", "time", seconds(r.Took))
	d.suite(&gates, r, func() {
		d.command(r)
		for i := range r.Gates {
			d.gate(&r.Gates[i])
		}
	})
	d.suite(&exchanges, r, func() {
		for x := range seq {
			if !x.Admin {
				d.exchange(x, breaches(x, failed))
			}
		}
	})
	d.suite(&grid, r, func() {
		for _, g := range r.Coverage.Groups {
			for i := range g.Items {
				d.item(g.Name, &g.Items[i])
			}
		}
	})
	d.close("testsuites")
	return d.b.Flush()
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

// offenders are the gates that failed.
func offenders(r *Run) []string {
	var names []string
	for _, g := range r.Gates {
		if g.Failed {
			names = append(names, g.Name)
		}
	}
	return names
}

// breach is one offence of an exchange.
type breach struct {
	Gate string
	Offence
}

// breaches returns what an exchange has done against the gates that failed.
func breaches(x *exchange.Exchange, failed []string) []breach {
	var all []breach
	offends := Offends(x)
	for _, gate := range failed {
		if o, ok := offends[gate]; ok {
			all = append(all, breach{gate, o})
		}
	}
	return all
}

// suite is a row of the file, with what it will hold.
type suite struct {
	name                     string
	tests, failures, skipped int
	property, value          string // "" has none
}

// xmlWriter writes elements; characters that XML does not have are told as
// escapes.
type xmlWriter struct{ b *bufio.Writer }

func (d *xmlWriter) raw(s string) { d.b.WriteString(s) }

// text keeps the ends of lines, which xml.EscapeText would not.
func (d *xmlWriter) text(s string) {
	d.raw(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(terminal.VisibleLines(s)))
}

// open begins an element; attributes are names and values by turns.
func (d *xmlWriter) open(name string, attributes ...string) {
	d.raw("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		d.raw(" " + attributes[i] + `="`)
		// A bufio.Writer keeps its error, which Flush returns.
		_ = xml.EscapeText(d.b, []byte(terminal.Visible(attributes[i+1])))
		d.raw(`"`)
	}
	d.raw(">\n")
}

func (d *xmlWriter) close(name string) { d.raw("</" + name + ">\n") }

func (d *xmlWriter) suite(s *suite, r *Run, cases func()) {
	d.open("testsuite", "name", s.name, "tests", fmt.Sprint(s.tests), "failures", fmt.Sprint(s.failures), "errors", "0", "skipped", fmt.Sprint(s.skipped),
		"time", seconds(r.Took), "timestamp", r.Started.UTC().Format("2006-01-02T15:04:05"))
	if s.value != "" {
		d.open("properties")
		d.open("property", "name", s.property, "value", s.value)
		d.close("property")
		d.close("properties")
	}
	cases()
	d.close("testsuite")
}

// element writes an element that has a text.
func (d *xmlWriter) element(name, text string, attributes ...string) {
	d.open(name, attributes...)
	d.text(text)
	d.raw("\n")
	d.close(name)
}

// command tells the command's own end, so that the file fails where the run
// does.
func (d *xmlWriter) command(r *Run) {
	d.open("testcase", "classname", "gates", "name", "command: "+r.Command, "time", seconds(r.Took))
	if r.ExitCode != 0 {
		d.element("failure", "", "type", "command", "message", fmt.Sprintf("it ended with %d", r.ExitCode))
	}
	d.close("testcase")
}

func (d *xmlWriter) gate(g *Gate) {
	d.open("testcase", "classname", "gates", "name", g.Name+": "+g.About, "time", "0")
	switch {
	case g.Failed:
		var b strings.Builder
		for _, o := range g.Offences {
			fmt.Fprintf(&b, "%s\n  %s: %s\n", o.title(), terminal.Visible(o.Problem), terminal.Visible(o.Hint))
		}
		if left := g.Count - uint64(len(g.Offences)); left > 0 {
			fmt.Fprintf(&b, "and %d more\n", left)
		}
		b.WriteString(g.Hint)
		message := counted(g.Count, "exchange")
		if g.Name == GateCoverage {
			message = g.Hint
		}
		d.element("failure", b.String(), "type", g.Name, "message", message)
	case g.Allowed && g.Name == GateCoverage:
		d.element("skipped", "", "message", "nothing was demanded: "+g.Hint)
	case g.Allowed:
		d.element("skipped", "", "message", "waived: "+counted(g.Count, "exchange"))
	}
	d.close("testcase")
}

func (d *xmlWriter) exchange(x *exchange.Exchange, all []breach) {
	d.open("testcase", "classname", "exchanges."+x.Operation, "name", fmt.Sprintf("%s %s → %s, request %s", cut(x.Method), cut(x.Path), statusText(x.Status), x.RequestID),
		"time", seconds(x.Took))
	for _, b := range all {
		d.element("failure", Curl(x, ""), "type", b.Gate, "message", b.Problem+": "+b.Hint)
	}
	d.close("testcase")
}

func (d *xmlWriter) item(group string, item *coverage.Item) {
	d.open("testcase", "classname", "coverage."+group, "name", item.Name, "time", "0")
	if !item.Covered {
		d.element("skipped", item.Command, "message", item.Sentence)
	}
	d.close("testcase")
}
