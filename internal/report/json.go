package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/terminal"
	"dispatchmock/internal/verify"
)

// runHead is a run in the JSON report, without its exchanges.
type runHead struct {
	Format  string  `json:"format"`
	Verdict string  `json:"verdict"`
	TookMS  float64 `json:"took_ms"`
	Started string  `json:"started"`
	*Run
}

// runFormat is the name of the JSON report's form.
const runFormat = "dispatchmock-run/1"

// JSON writes a run with all of its exchanges.
func JSON(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	if r.cases != nil {
		return r.cases.write(w, verify.WriteJSON)
	}
	l, err := newListWriter(w, runHead{runFormat, r.Verdict(), milliseconds(r.Took), r.Started.Format(time.RFC3339Nano), r}, "exchanges")
	if err != nil {
		return err
	}
	for x := range seq {
		if err := l.add(NewEntry(x, "")); err != nil {
			return fmt.Errorf("exchange %d: %w", x.ID, err)
		}
	}
	return l.close("]}\n")
}

// listWriter writes a JSON object whose last member is a list, and holds no more
// than one element of the list in memory.
type listWriter struct {
	b         *bufio.Writer
	separator string
}

// newListWriter begins an object with the members of head, and the list.
func newListWriter(w io.Writer, head any, list string) (*listWriter, error) {
	text, err := marshal(head)
	if err != nil {
		return nil, err
	}
	l := &listWriter{bufio.NewWriter(w), "\n"}
	fmt.Fprintf(l.b, "%s,%q:[", text[:len(text)-1], list)
	return l, nil
}

func (l *listWriter) add(v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	l.b.WriteString(l.separator)
	l.separator = ",\n"
	_, err = l.b.Write(text)
	return err
}

// close ends the list and the object.
func (l *listWriter) close(end string) error {
	l.b.WriteString("\n" + end)
	return l.b.Flush() // which returns the first error of the writer
}

// MarshalJSON prints the entry so that nothing in it steers a terminal.
func (e Entry) MarshalJSON() ([]byte, error) {
	type entry Entry // without this method
	return marshal(entry(e))
}

// MarshalJSON prints the row so that nothing in it steers a terminal.
func (r Row) MarshalJSON() ([]byte, error) {
	type row Row // without this method
	return marshal(row(r))
}

// marshal prints a value as JSON in which characters that do not show
// (controls, marks of direction) are escaped.
func marshal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return terminal.Escape(text), nil
}
