package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/terminal"
)

// How much of a run a summary shows: GitHub refuses one of more than 1 MiB.
const (
	maxListed   = 50
	maxOutcome  = 50
	maxUntried  = 200
	maxMarkdown = 600       // bytes of one text, as it is written
	maxCommands = 400 << 10 // of all texts of what was never tried
)

// Markdown writes a run as a CI job's summary. It has no list of all exchanges,
// which would be too long for one.
func Markdown(w io.Writer, r *Run) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	mark := "✅"
	if !r.Good() {
		mark = "❌"
	}
	fmt.Fprintf(b, "## %s Dispatchmock: %s\n\n", mark, r.verdict())
	fmt.Fprintf(b, "%s ended with %d after %s. Coverage of the contract: **%s %%** (%d of %d).\n\n", code(r.Command), r.ExitCode, counted(r.Requests, "request"),
		percent(r.Coverage.Percent), r.Coverage.Covered, r.Coverage.Total)
	if note := r.LostNote(); note != "" {
		fmt.Fprintf(b, "Mind that %s.\n\n", note)
	}
	b.WriteString("| gate | demands | outcome |\n| --- | --- | --- |\n")
	for _, g := range r.Gates {
		about := "no " + g.About
		if g.Name == GateCoverage {
			about = g.About
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", code(g.Name), about, g.outcome(r))
	}
	for i := range r.Gates {
		r.Gates[i].markdown(b)
	}
	r.markdownOutcomes(b)
	markdownCoverage(b, r.Coverage)
	return b.Flush()
}

// code returns a text as code: none of its characters is markup, on any line
// and in any table.
func code(s string) string { return codeUpTo(s, maxMarkdown) }

func codeUpTo(s string, limit int) string {
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range terminal.Visible(s) {
		if b.Len() >= limit {
			b.WriteRune('…')
			break
		}
		if r < 0x80 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,/=", r) {
			fmt.Fprintf(&b, "&#%d;", r) // an entity is never markup (CommonMark, 2.5)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteString("</code>")
	return b.String()
}

func (g *Gate) outcome(r *Run) string {
	switch {
	case g.Name == GateCoverage && g.Failed:
		return "❌ " + percent(r.Coverage.Percent) + " %"
	case g.Name == GateCoverage:
		return "✅ " + percent(r.Coverage.Percent) + " %"
	case g.Failed:
		return fmt.Sprintf("❌ %d", g.Count)
	case g.Count > 0:
		return fmt.Sprintf("allowed: %d", g.Count)
	}
	return "✅"
}

func (g *Gate) markdown(b *bufio.Writer) {
	if !g.Failed || g.Name == GateCoverage {
		return
	}
	fmt.Fprintf(b, "\n### %s%s\n\n| request | answer | what is wrong | the hint | request ID |\n| --- | --- | --- | --- | --- |\n", strings.ToUpper(g.About[:1]), g.About[1:])
	for _, o := range g.Offences[:min(len(g.Offences), maxListed)] {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", code(o.Method+" "+o.Path), statusText(o.Status), code(o.Problem), code(o.Hint), code(o.RequestID))
	}
	if left := g.Count - uint64(min(len(g.Offences), maxListed)); left > 0 {
		fmt.Fprintf(b, "\nAnd %d more.\n", left)
	}
	fmt.Fprintf(b, "\nTo mend it: %s.\n", plain(g.Hint))
}

// plain lets a sentence of ours stand as text: its quoted words are code.
func plain(s string) string {
	return strings.NewReplacer("[", "\\[", "]", "\\]").Replace(s)
}

func (r *Run) markdownOutcomes(b *bufio.Writer) {
	if len(r.Outcomes) == 0 {
		return
	}
	b.WriteString("\n### Requests\n\n| operation | answer | verdict | requests |\n| --- | --- | --- | ---: |\n")
	for _, o := range r.Outcomes[:min(len(r.Outcomes), maxOutcome)] {
		fmt.Fprintf(b, "| %s | %s | %s | %d |\n", code(o.Operation), statusText(o.Status), o.Verdict, o.Count)
	}
	if left := len(r.Outcomes) - maxOutcome; left > 0 {
		fmt.Fprintf(b, "\nAnd %d kinds more.\n", left)
	}
}

func markdownCoverage(b *bufio.Writer, c *coverage.Report) {
	b.WriteString("\n### Coverage\n\n| | tried | of |\n| --- | ---: | ---: |\n")
	for _, g := range c.Groups {
		name := g.Name
		if !g.Documented {
			name += " (not counted)"
		}
		fmt.Fprintf(b, "| %s | %d | %d |\n", name, g.Covered, g.Total)
	}
	b.WriteString("\n<details><summary>What was never tried, and the command that would</summary>\n\n")
	if c.HowToRun != "" {
		fmt.Fprintf(b, "%s\n\n", code(c.HowToRun))
	}
	shown, left, room := 0, 0, maxCommands
	for _, g := range c.Groups {
		for _, item := range g.Items {
			if item.Covered {
				continue
			}
			text := "- " + code(item.Sentence)
			if item.Command != "" { // whole: a part of one does something else
				text += "<br>" + codeUpTo(item.Command, maxCommands)
			}
			if shown == maxUntried || len(text) > room {
				left++
				continue
			}
			shown, room = shown+1, room-len(text)
			b.WriteString(text + "\n")
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "\nAnd %d more.\n", left)
	}
	b.WriteString("\n</details>\n")
}
