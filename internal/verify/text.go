package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"dispatchmock/internal/terminal"
)

// WriteJSON writes the whole report.
func WriteJSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// How much of a case the text shows; JSON has all of it.
const (
	maxDifferences = 4
	maxTextBody    = 600
)

// WriteText writes what a person must know: each case that does not hold, the
// others as counts.
func WriteText(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d requests in %s\n", r.Target, r.Requests, r.Took.Round(time.Millisecond))
	if r.Problem != "" {
		fmt.Fprintf(&b, "\n%s\n", terminal.Visible(r.Problem))
	}
	for _, result := range r.Results {
		if result.Outcome == Fails || result.Outcome == Warns || result.Outcome == Unheard {
			writeCase(&b, &result)
		}
	}
	writeReasons(&b, r, Undecided)
	writeReasons(&b, r, Skipped)
	fmt.Fprintf(&b, "\n%d cases: %s\n", len(r.Results), r.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary counts the outcomes in words.
func (r *Report) Summary() string {
	var parts []string
	for _, o := range []struct {
		outcome   Outcome
		one, many string
	}{
		{Holds, "holds", "hold"}, {Fails, "fails", "fail"}, {Warns, "warns", "warn"}, {Undecided, "undecided", "undecided"},
		{Unheard, "without an answer", "without an answer"}, {Skipped, "skipped", "skipped"}, {NotRun, "not run", "not run"},
	} {
		if n := r.Count(o.outcome); n == 1 {
			parts = append(parts, "1 "+o.one)
		} else if n > 1 || o.outcome == Holds || o.outcome == Fails {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.many))
		}
	}
	text := strings.Join(parts, ", ")
	if r.Interrupted {
		text += "; interrupted"
	}
	return text
}

func writeCase(b *strings.Builder, r *Result) {
	fmt.Fprintf(b, "\n%s %d %s (%s, %s)\n", strings.ToUpper(string(r.Outcome)), r.Number, r.Name, r.Grade, r.Grade.Word())
	fmt.Fprintf(b, "  documented  %s\n              %s\n", r.Documented, r.Source)
	if r.Reason != "" {
		fmt.Fprintf(b, "  reason      %s\n", terminal.Visible(r.Reason))
	}
	for i, d := range r.Differences {
		if i == maxDifferences {
			fmt.Fprintf(b, "              and %d more\n", len(r.Differences)-i)
			break
		}
		fmt.Fprintf(b, "  difference  %s\n", terminal.Visible(d.String()))
	}
	for _, s := range r.Exchanges[:min(len(r.Exchanges), 1)] {
		writeMessage(b, "sent        ", s.Request)
		writeMessage(b, "came back   ", s.Response)
	}
}

func writeMessage(b *strings.Builder, title string, m Text) {
	lines := strings.Split(strings.ReplaceAll(m.Head, "\r\n", "\n"), "\n")
	if m.Body != "" {
		body := m.Body
		if len(body) > maxTextBody {
			body = body[:maxTextBody] + fmt.Sprintf("… (%d bytes)", len(m.Body))
		}
		lines = append(append(lines, ""), strings.Split(body, "\n")...)
	}
	for i, line := range lines {
		if i > 0 {
			title = "            "
		}
		b.WriteString(strings.TrimRight("  "+title+terminal.Visible(line), " ") + "\n")
	}
}

// role finds the role that a case needs a token of.
var role = regexp.MustCompile(`(--role-token) \w+`)

// writeReasons gathers the cases that were not decided by their reason.
func writeReasons(b *strings.Builder, r *Report, o Outcome) {
	count := map[string]int{}
	var order []string
	for _, result := range r.Results {
		if result.Outcome == o {
			reason := role.ReplaceAllString(result.Reason, "$1 ROLE")
			if count[reason]++; count[reason] == 1 {
				order = append(order, reason)
			}
		}
	}
	if len(order) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(string(o)))
	}
	for _, reason := range order {
		fmt.Fprintf(b, "  %d: %s\n", count[reason], terminal.Visible(reason))
	}
}
