package report

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/terminal"
)

// Run is a command's run against the mock.
type Run struct {
	Version string `json:"version"`
	// Command is what ran, without arguments that may be secrets.
	Command string        `json:"command"`
	URL     string        `json:"url"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"-"`
	// ExitCode is the command's own.
	ExitCode int    `json:"exit_code"`
	Requests uint64 `json:"requests"`
	// Lost is how many exchanges the reports lack; the gates have seen them.
	Lost     uint64           `json:"lost"`
	Gates    []Gate           `json:"gates"`
	Outcomes []Outcome        `json:"outcomes"`
	Coverage *coverage.Report `json:"coverage"`
	// Consumer and Provider are the two sides of a Pact file.
	Consumer string `json:"consumer"`
	Provider string `json:"provider"`
}

// Demand adds the gate of the coverage; least is in percent, and 0 demands
// nothing.
func (r *Run) Demand(least float64) {
	g := Gate{Name: GateCoverage, About: fmt.Sprintf("at least %v%% of the contract tried", least), Allowed: least == 0, Offences: []Offence{},
		Hint: fmt.Sprintf("%s%% was tried; the commands in a report and of GET /_mock/coverage try the rest", percent(r.Coverage.Percent))}
	if g.Allowed {
		g.About = "how much of the contract was tried"
	}
	// The percentage is cut, for people.
	g.Failed = float64(r.Coverage.Covered)*100 < least*float64(r.Coverage.Total)
	r.Gates = append(r.Gates, g)
}

// LostNote says how much a report lacks; "" is nothing.
func (r *Run) LostNote() string {
	if r.Lost == 0 {
		return ""
	}
	return fmt.Sprintf("the reports lack %s, which came faster than a file takes them; the gates have seen them", counted(r.Lost, "exchange"))
}

// Passed reports that no gate failed.
func (r *Run) Passed() bool {
	for _, g := range r.Gates {
		if g.Failed {
			return false
		}
	}
	return true
}

// Good reports that no gate and not the command itself failed.
func (r *Run) Good() bool { return r.Passed() && r.ExitCode == 0 }

// verdict is the run in one word.
func (r *Run) verdict() string {
	if r.Good() {
		return "passed"
	}
	return "failed"
}

// maxShown is how many offences of a gate a person is shown.
const maxShown = 100

// RunText writes what a person at a terminal must know. A run that is good is
// one table.
func RunText(w io.Writer, r *Run, quiet bool) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	if !quiet {
		fmt.Fprintf(b, "dispatchmock: %s ended with %d after %s\n", terminal.Visible(r.Command), r.ExitCode, counted(r.Requests, "request"))
		if err := CoverageText(b, r.Coverage); err != nil {
			return err
		}
	}
	if note := r.LostNote(); note != "" {
		fmt.Fprintf(b, "dispatchmock: %s\n", note)
	}
	for _, g := range r.Gates {
		switch {
		case g.Failed:
			g.text(b)
		case g.Allowed && g.Count > 0 && !quiet:
			fmt.Fprintf(b, "dispatchmock: allowed: %s: %d\n", g.About, g.Count)
		}
	}
	return b.Flush()
}

func (g *Gate) text(b *bufio.Writer) {
	if g.Name == GateCoverage {
		fmt.Fprintf(b, "dispatchmock: FAILED: %s: %s\n", g.About, g.Hint)
		return
	}
	fmt.Fprintf(b, "dispatchmock: FAILED: %s: %d\n", g.About, g.Count)
	for _, o := range g.Offences[:min(len(g.Offences), maxShown)] {
		fmt.Fprintf(b, "  %s\n    %s: %s\n", o.title(), terminal.Visible(o.Problem), terminal.Visible(o.Hint))
	}
	if left := g.Count - uint64(min(len(g.Offences), maxShown)); left > 0 {
		fmt.Fprintf(b, "  and %d more\n", left)
	}
	fmt.Fprintf(b, "  %s\n", g.Hint)
}

// title names the exchange of an offence.
func (o *Offence) title() string {
	text := fmt.Sprintf("%s %s → %s, request %s", terminal.Visible(o.Method), terminal.Visible(o.Path), statusText(o.Status), terminal.Visible(o.RequestID))
	if o.Session != "default" {
		text += ", session " + terminal.Visible(o.Session)
	}
	return text
}

func statusText(status int) string {
	if status == 0 {
		return "no answer"
	}
	return fmt.Sprint(status)
}

func counted(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
