package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"dispatchmock/internal/terminal"
)

// Coverage is what a run's requests have tried of the contract.
type Coverage struct {
	// Session is the one that is told of; "" is all of them.
	Session string `json:"session,omitempty"`
	// Percent is over the documented groups.
	Percent float64         `json:"percent"`
	Covered int             `json:"covered"`
	Total   int             `json:"total"`
	Groups  []CoverageGroup `json:"groups"`
	// HowToRun says where the commands run, and what sets the Variables that
	// they need: a report has no token.
	HowToRun  string             `json:"how_to_run,omitempty"`
	Variables []CoverageVariable `json:"variables,omitempty"`
}

// CoverageVariable is a variable of the environment that holds the token of a
// client.
type CoverageVariable struct {
	Name     string `json:"name"`
	ClientID string `json:"client_id"`
}

// CoverageGroup is a row of the grid.
type CoverageGroup struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Documented is set where the contract is what there is to cover, and not
	// the mock's own means and the fixtures.
	Documented bool           `json:"documented"`
	Covered    int            `json:"covered"`
	Total      int            `json:"total"`
	Items      []CoverageItem `json:"items"`
}

// CoverageItem is one thing to try.
type CoverageItem struct {
	Name    string `json:"name"`
	Covered bool   `json:"covered"`
	// Count is how many requests tried it.
	Count uint64 `json:"count"`
	// RequestID is that of the first of them.
	RequestID string `json:"request_id,omitempty"`
	// Sentence says of what was never tried what that is, and Command would
	// try it.
	Sentence string `json:"sentence,omitempty"`
	Command  string `json:"command,omitempty"`
}

// NewCoverage counts what the groups have.
func NewCoverage(session string, groups []CoverageGroup) *Coverage {
	c := &Coverage{Session: session, Groups: groups}
	for i := range groups {
		g := &groups[i]
		g.Total = len(g.Items)
		for _, item := range g.Items {
			if item.Covered {
				g.Covered++
			}
		}
		if g.Documented {
			c.Covered, c.Total = c.Covered+g.Covered, c.Total+g.Total
		}
	}
	if c.Total > 0 {
		// Cut, not rounded: 100 is all.
		c.Percent = float64(c.Covered*1000/c.Total) / 10
	}
	return c
}

// maxMissing is how much of a line names what a group lacks.
const maxMissing = 100

// CoverageText writes the grid as a table for a terminal.
func CoverageText(w io.Writer, c *Coverage) error {
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
func missing(items []CoverageItem) string {
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
