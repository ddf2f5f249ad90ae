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
// lets none run. It shows each offending exchange and the first of the others,
// up to a thousand, and says how many it leaves out.
func HTML(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	hash := sha256.Sum256([]byte(style))
	t, err := template.New("page").Funcs(template.FuncMap{"visible": terminal.Visible, "lines": terminal.VisibleLines, "percent": percent, "status": statusText,
		"curl": func(x *exchange.Exchange) string { return Curl(x, "") }, "message": messageLines}).Parse(page)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'"
	if err := t.ExecuteTemplate(b, "head", map[string]any{"Run": r, "Policy": policy, "Style": template.CSS(style), "Verdict": r.verdict()}); err != nil {
		return err
	}
	failed := offenders(r)
	shown, left, good := 0, 0, 0
	for x := range seq {
		if x.Admin {
			continue
		}
		all := breaches(x, failed)
		// Half of the room is kept for those that offend.
		if shown == maxPaged || len(all) == 0 && good == maxPaged/2 {
			left++
			continue
		}
		shown++
		good += one(len(all) == 0)
		if err := t.ExecuteTemplate(b, "exchange", map[string]any{"X": x, "Breaches": all}); err != nil {
			return fmt.Errorf("exchange %d: %w", x.ID, err)
		}
	}
	if err := t.ExecuteTemplate(b, "foot", left); err != nil {
		return err
	}
	return b.Flush()
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
