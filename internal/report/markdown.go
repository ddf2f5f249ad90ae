package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"text/template"

	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
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

//go:embed markdown.tmpl
var markdownText string

// Markdown writes a run as a CI job's summary. It has no list of all exchanges,
// which would be too long for one.
func Markdown(w io.Writer, r *Run, _ iter.Seq[*exchange.Exchange]) error {
	t, err := template.New("markdown").Funcs(template.FuncMap{
		"code": code, "plain": plain, "percent": percent, "status": statusText, "outcome": gateCell, "untried": newUntried,
		"title":      func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
		"offences":   func(g Gate) []Offence { shown, _ := g.first(maxListed); return shown },
		"left":       func(g Gate) uint64 { _, left := g.first(maxListed); return left },
		"broken":     broken,
		"beyond":     func(n, limit int) int { return max(n-limit, 0) },
		"upTo":       upTo,
		"maxOutcome": func() int { return maxOutcome },
		"maxListed":  func() int { return maxListed },
	}).Parse(markdownText)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	if err := t.Execute(b, r); err != nil {
		return err
	}
	return b.Flush()
}

// upTo returns the first elements of a list of outcomes or of gates.
func upTo(list any, limit int) any {
	switch list := list.(type) {
	case []Outcome:
		return list[:min(len(list), limit)]
	case []Gate:
		return list[:min(len(list), limit)]
	}
	return nil
}

// broken returns the gates that failed, the demands that were not checked and
// fail nothing left out, before those whose offences fail nothing.
func broken(gates []Gate) []Gate {
	var failed, allowed []Gate
	for _, g := range gates {
		switch {
		case g.Failed:
			failed = append(failed, g)
		case g.Allowed && g.Count > 0:
			allowed = append(allowed, g)
		}
	}
	return slices.Concat(failed, allowed)
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

// plain lets a sentence of ours stand as text: its quoted words are code.
func plain(s string) string {
	return strings.NewReplacer("[", "\\[", "]", "\\]").Replace(s)
}

func gateCell(g Gate, r *Run) string {
	mark, text := "✅", ""
	switch {
	case g.Failed && g.OfRun():
		mark = "❌"
	case g.Failed:
		mark, text = "❌", fmt.Sprintf(" %d", g.Count)
	case g.Name != GateCoverage && g.Count > 0:
		mark, text = "allowed:", fmt.Sprintf(" %d", g.Count)
	}
	if g.Name == GateCoverage {
		text = " " + percent(r.Coverage.Percent) + " %"
	}
	return mark + text
}

// untried lists what was never tried, as far as a summary has room.
type untried struct {
	Lines []string
	Left  int
}

func newUntried(c *coverage.Report) untried {
	var u untried
	room := maxCommands
	for _, g := range c.Groups {
		for _, item := range g.Items {
			if item.Covered {
				continue
			}
			text := "- " + code(item.Sentence)
			if item.Command != "" { // whole: a part of one does something else
				text += "<br>" + codeUpTo(item.Command, maxCommands)
			}
			if len(u.Lines) == maxUntried || len(text) > room {
				u.Left++
				continue
			}
			room -= len(text)
			u.Lines = append(u.Lines, text)
		}
	}
	return u
}
