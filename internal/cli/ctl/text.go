package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dispatchmock/internal/terminal"
)

// table prints rows in aligned columns under a line of titles.
func table(w io.Writer, titles string, rows func(row func(cells ...any))) {
	// What they write to is a buffer, which takes everything.
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer func() { _ = t.Flush() }()
	fmt.Fprintln(t, strings.ReplaceAll(titles, " ", "\t"))
	rows(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			if texts[i] = terminal.Visible(fmt.Sprint(cell)); texts[i] == "" {
				texts[i] = "-"
			}
		}
		fmt.Fprintln(t, strings.Join(texts, "\t"))
	})
}

// facts prints names and values in two columns; what has no value is left out.
func facts(w io.Writer, list func(fact func(name string, value any))) {
	const width = 16
	list(func(name string, value any) {
		if text := fmt.Sprint(value); text != "" {
			fmt.Fprintf(w, "%-*s%s\n", width, name, strings.ReplaceAll(visibleLines(text), "\n", "\n"+strings.Repeat(" ", width)))
		}
	})
}

// visibleLines makes a text of several lines printable.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = terminal.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// indented prints JSON for people, numbers and order as they came.
func indented(w io.Writer, raw *json.RawMessage) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(raw) // was read as JSON
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
