package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"time"

	"dispatchmock/internal/exchange"
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

// JSON writes a run with all of its exchanges, one after the other: no more
// than one is held in memory.
func JSON(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	head, err := marshal(runHead{runFormat, r.verdict(), milliseconds(r.Took), r.Started.Format(time.RFC3339Nano), r})
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	// A bufio.Writer keeps its error, which Flush returns.
	b.Write(head[:len(head)-1])
	b.WriteString(`,"exchanges":[`)
	separator := "\n"
	for x := range seq {
		text, err := marshal(NewEntry(x, ""))
		if err != nil {
			return fmt.Errorf("exchange %d: %w", x.ID, err)
		}
		b.WriteString(separator)
		if _, err := b.Write(text); err != nil {
			return err
		}
		separator = ",\n"
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}
