package report

import (
	"io"
	"iter"
	"slices"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/verify"
)

// Format is one form of a report.
type Format struct {
	Name  string
	Tools []Tool
	// Counts is set where the report needs no exchange.
	Counts bool
	Write  func(io.Writer, *Run, iter.Seq[*exchange.Exchange]) error
}

// Formats returns the formats in which a tool's run can be written, sorted by
// their names.
func Formats(t Tool) []Format {
	all, mocked := []Tool{Exec, Proxy, Verify}, []Tool{Exec, Proxy}
	formats := []Format{
		{"github", all, true, GitHub},
		{"har", all, false, HAR},
		{"html", all, false, HTML},
		{"json", all, false, JSON},
		{"junit", all, false, JUnit},
		{"junit-coverage", mocked, true, JUnitCoverage},
		{"markdown", all, true, Markdown},
		{"pact", []Tool{Exec}, false, Pact},
		{"text", all, true, fullText},
	}
	return slices.DeleteFunc(formats, func(f Format) bool { return !slices.Contains(f.Tools, t) })
}

func fullText(w io.Writer, r *Run, _ iter.Seq[*exchange.Exchange]) error {
	if r.cases != nil {
		return r.cases.write(w, verify.WriteText)
	}
	return Text(w, r, false)
}
