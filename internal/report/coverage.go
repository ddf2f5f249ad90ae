package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/terminal"
)

// maxMissing is how much of a line names what a group lacks.
const maxMissing = 100

// CoverageText writes the grid as a table for a terminal.
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
