package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/terminal"
)

// How many annotations of a kind GitHub shows for a step, and how many offences
// one annotation names.
const (
	maxAnnotations = 10
	maxAnnotated   = 5
)

// GitHub writes a run as workflow commands, which GitHub Actions shows as
// annotations of the job: an error for each gate that failed, a warning for
// each that was waived.
func GitHub(w io.Writer, r *Run, _ iter.Seq[*exchange.Exchange]) error {
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	commands := map[string][]string{}
	add := func(command, title, text string) {
		title = strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(terminal.Visible("Dispatchmock: " + title))
		text = strings.NewReplacer("%", "%25", "\n", "%0A").Replace(terminal.VisibleLines(text))
		commands[command] = append(commands[command], fmt.Sprintf("::%s title=%s::%s\n", command, title, text))
	}
	for _, g := range r.Gates {
		title := g.title()
		if r.Tool == Verify {
			title = g.Name + ": " + title
		}
		switch {
		case g.Failed:
			add("error", title, g.annotation())
		case g.Allowed && g.Count > 0:
			add("warning", title, g.annotation())
		}
	}
	if r.Tool == Exec && r.ExitCode != 0 {
		add("error", "the command failed", r.Subject()+" "+r.Predicate())
	}
	for _, note := range r.Notes() {
		add("warning", "note", note)
	}
	fmt.Fprintf(b, "::notice title=Dispatchmock%%3A %s::%s\n", r.Verdict(), strings.ReplaceAll(terminal.Visible(r.Subject()+" "+r.Predicate()), "%", "%25"))
	for _, command := range []string{"error", "warning"} {
		all := commands[command]
		shown := all
		if len(all) > maxAnnotations {
			shown = all[:maxAnnotations-1]
		}
		for _, line := range shown {
			b.WriteString(line)
		}
		if left := len(all) - len(shown); left > 0 {
			fmt.Fprintf(b, "::%s title=Dispatchmock::and %d more; another form of --report has all of them\n", command, left)
		}
	}
	return b.Flush()
}

// title names a gate for a person.
func (g *Gate) title() string {
	if g.OfRun() || g.Count == 0 {
		return g.About
	}
	return fmt.Sprintf("%s: %d", g.About, g.Count)
}

// annotation says in a few lines what is wrong and what to do.
func (g *Gate) annotation() string {
	var lines []string
	if g.Undecided != "" {
		lines = append(lines, g.Undecided)
	}
	shown, left := g.first(maxAnnotated)
	for _, o := range shown {
		lines = append(lines, o.Title()+": "+o.reason())
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(append(lines, g.Hint), "\n")
}
