package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/terminal"
)

// How much a terminal is shown of a gate's offences, and in how many characters
// the coverage names what a group lacks.
const (
	maxShown   = 100
	maxMissing = 100
)

// Text writes what a person at a terminal must know. A quiet one has only what
// failed.
func Text(w io.Writer, r *Run, quiet bool) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	if !quiet {
		fmt.Fprintf(b, "dispatchmock: %s %s\n", terminal.Visible(r.Subject()), r.Predicate())
		if r.Coverage != nil {
			if err := CoverageText(b, r.Coverage); err != nil {
				return err
			}
		}
	}
	for _, note := range r.Notes() {
		fmt.Fprintf(b, "dispatchmock: %s\n", note)
	}
	for _, g := range r.Gates {
		switch {
		case g.Failed && g.OfRun():
			fmt.Fprintf(b, "dispatchmock: FAILED: %s: %s\n", g.About, g.Hint)
		case g.Failed:
			fmt.Fprintf(b, "dispatchmock: FAILED: %s: %d\n", g.About, g.Count)
			shown, left := g.first(maxShown)
			for _, o := range shown {
				fmt.Fprintf(b, "  %s\n    %s\n", o.Title(), o.reason())
			}
			if left > 0 {
				fmt.Fprintf(b, "  and %d more\n", left)
			}
			fmt.Fprintf(b, "  %s\n", g.Hint)
		case g.Allowed && g.Count > 0 && !quiet:
			fmt.Fprintf(b, "dispatchmock: allowed: %s: %d\n", g.About, g.Count)
		}
	}
	return b.Flush()
}

// CoverageText writes the coverage as a table for a terminal.
func CoverageText(w io.Writer, c *coverage.Report) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	fmt.Fprintf(b, "coverage of the contract: %s%% (%d of %d)\n", percent(c.Percent), c.Covered, c.Total)
	for _, g := range c.Groups {
		name := g.Name
		if !g.Documented {
			name += "*"
		}
		fmt.Fprintf(b, "  %-16s %3d/%-3d %s\n", name, g.Covered, g.Total, missing(g.Items))
	}
	b.WriteString("  * not counted: means of the mock and its fixtures\n")
	return b.Flush()
}

func percent(p float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", p), ".0") }

// missing names what was never tried, as far as a line has room.
func missing(items []coverage.Item) string {
	var line strings.Builder
	left := 0
	for _, item := range items {
		switch {
		case item.Covered:
		case left > 0 || line.Len() > maxMissing:
			left++
		case line.Len() == 0:
			line.WriteString("never: " + terminal.Visible(item.Name))
		default:
			line.WriteString(", " + terminal.Visible(item.Name))
		}
	}
	if left > 0 {
		fmt.Fprintf(&line, " and %d more", left)
	}
	return line.String()
}
