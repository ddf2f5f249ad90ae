package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/terminal"
	"dispatchmock/internal/verify"
)

// verifyCases are what verify found, and what each exchange has to do with it.
type verifyCases struct {
	report    *verify.Report
	exchanges []*exchange.Exchange
	breaches  map[*exchange.Exchange][]breach
}

// OfVerify returns the run of verify: each case is a gate.
func OfVerify(version string, v *verify.Report) *Run {
	r := &Run{Tool: Verify, Version: version, Target: v.Target, Started: v.Started, Took: v.Took, Requests: uint64(v.Requests), Note: v.Problem,
		Summary: fmt.Sprintf("was sent %s in %s; of %s %s", jsonx.Count(v.Requests, "request"), v.Took.Round(time.Millisecond), jsonx.Count(len(v.Results), "case"), v.Summary()),
		cases:   &verifyCases{report: v, breaches: map[*exchange.Exchange][]breach{}}}
	if !v.Good() {
		r.ExitCode = 1
	}
	for i := range v.Results {
		r.Gates = append(r.Gates, r.cases.gate(&v.Results[i], v.Strict))
	}
	return r
}

func (c *verifyCases) gate(result *verify.Result, strict bool) Gate {
	g := Gate{Name: result.Name, About: result.Documented, Count: uint64(len(result.Differences)), Offences: []Offence{}, Hint: "see " + result.Source}
	switch result.Outcome {
	case verify.Holds:
	case verify.Fails:
		g.Failed = true
	case verify.Warns:
		g.Allowed = true
	default:
		g.Undecided = string(result.Outcome)
		if result.Reason != "" {
			g.Undecided += ": " + result.Reason
		}
		g.Failed = result.Outcome != verify.Skipped && (result.Outcome != verify.Undecided || result.Grade.Documented() || strict)
	}
	for _, d := range result.Differences {
		i := slices.IndexFunc(result.Exchanges, func(s verify.Sent) bool { return s.Name == d.Request })
		x := &exchange.Exchange{Session: "default"}
		if i >= 0 {
			x = result.Exchanges[i].Exchange
		}
		o := newOffence(x, d.String(), "")
		o.Session = "default" // only a mock has others
		g.Offences = append(g.Offences, o)
		if i >= 0 {
			if c.breaches[x] == nil {
				c.exchanges = append(c.exchanges, x)
			}
			c.breaches[x] = append(c.breaches[x], breach{g.Name, o})
		}
	}
	return g
}

// write writes the report in a form of verify's own. Nothing in the file steers a
// terminal.
func (c *verifyCases) write(w io.Writer, print func(io.Writer, *verify.Report) error) error {
	visible := terminal.NewWriter(w)
	return errors.Join(print(visible, c.report), visible.Close())
}

// Exchanges returns those of the cases that do not hold.
func (r *Run) Exchanges() iter.Seq[*exchange.Exchange] {
	if r.cases == nil {
		return slices.Values[[]*exchange.Exchange](nil)
	}
	return slices.Values(r.cases.exchanges)
}
