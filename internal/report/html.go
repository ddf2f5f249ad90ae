package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/terminal"
)

//go:embed html.css
var style string

//go:embed html.tmpl
var page string

// maxPaged is how many exchanges the page shows whole: a browser has to hold
// them all.
const maxPaged = 1000

// HTML writes a run as one page that needs no other file and no script, and
// lets none run. Each offending exchange stands below the gates, and the first
// of the others at the end; the page says how many it leaves out.
func HTML(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	hash := sha256.Sum256([]byte(style))
	t, err := template.New("page").Funcs(template.FuncMap{"visible": terminal.Visible, "lines": terminal.VisibleLines, "percent": percent, "status": statusText,
		"curl": func(x *exchange.Exchange) string { return Curl(x, "") }, "message": messageLines, "gates": shownGates}).Parse(page)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'"
	if err := t.ExecuteTemplate(b, "head", map[string]any{"Run": r, "Policy": policy, "Style": template.CSS(style)}); err != nil {
		return err
	}
	// Half of the room is kept for those that offend.
	shown, err := exchanges(b, t, r, seq, true, maxPaged)
	if err != nil {
		return err
	}
	if err := t.ExecuteTemplate(b, "middle", r); err != nil {
		return err
	}
	if _, err := exchanges(b, t, r, seq, false, min(maxPaged-shown, maxPaged/2)); err != nil {
		return err
	}
	if err := t.ExecuteTemplate(b, "foot", nil); err != nil {
		return err
	}
	return b.Flush()
}

// exchanges writes the exchanges that offend, or those that do not, at most a
// number of them, and returns how many it wrote.
func exchanges(w io.Writer, t *template.Template, r *Run, seq iter.Seq[*exchange.Exchange], offending bool, limit int) (shown int, err error) {
	left := 0
	for x := range seq {
		all := r.breaches(x)
		if x.Admin || (len(all) > 0) != offending {
			continue
		}
		if shown == limit {
			left++
			continue
		}
		shown++
		if err := t.ExecuteTemplate(w, "exchange", map[string]any{"X": x, "Breaches": all}); err != nil {
			return shown, fmt.Errorf("exchange %d: %w", x.ID, err)
		}
	}
	note := ""
	switch {
	case left > 0:
		note = fmt.Sprintf("%d exchanges more are not on this page; the json and har reports have them all.", left)
	case shown == 0:
		note = "No exchange."
	}
	if note != "" {
		err = t.ExecuteTemplate(w, "none", note)
	}
	return shown, err
}

// shownGates returns the gates that a person reads: of verify, whose cases are
// many, those that do not hold.
func shownGates(r *Run) []Gate {
	if r.Tool == Verify {
		return broken(r.Gates)
	}
	return r.Gates
}

// messageLines returns a message as it crossed the wire, as far as it shows.
func messageLines(m exchange.Message) string {
	text := terminal.VisibleLines(m.Head)
	if len(m.Body) > 0 {
		text += "\n\n" + terminal.VisibleLines(string(m.Body))
	}
	if truncated(&m) {
		text += "\n(" + cutNote(&m) + ")"
	}
	return text
}
