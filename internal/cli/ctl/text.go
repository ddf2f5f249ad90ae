package ctl

import (
	"cmp"
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

// table prints a row of cells for each item, in aligned columns under a line of
// titles.
func table[T any](w io.Writer, titles string, items []T, cells func(item T) []any) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ReplaceAll(titles, " ", "\t"))
	for _, item := range items {
		var texts []string
		for _, cell := range cells(item) {
			texts = append(texts, cmp.Or(terminal.Visible(fmt.Sprint(cell)), "-"))
		}
		fmt.Fprintln(t, strings.Join(texts, "\t"))
	}
	_ = t.Flush() // to a buffer, which takes everything
}

// facts prints names and values, which take turns, in two columns; what has no
// value is left out.
func facts(w io.Writer, pairs ...any) {
	const width = 16
	for i := 0; i < len(pairs); i += 2 {
		if text := fmt.Sprint(pairs[i+1]); text != "" {
			fmt.Fprintf(w, "%-*s%s\n", width, pairs[i], strings.ReplaceAll(visibleLines(text), "\n", "\n"+strings.Repeat(" ", width)))
		}
	}
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
