package cli

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
	"dispatchmock/internal/spool"
)

// reportWriter writes a report of a run and its exchanges.
type reportWriter func(io.Writer, *report.Run, iter.Seq[*exchange.Exchange]) error

// reportWriters are the forms of a report, by name.
func reportWriters() map[string]reportWriter {
	return map[string]reportWriter{
		"har": func(w io.Writer, r *report.Run, seq iter.Seq[*exchange.Exchange]) error {
			return report.HAR(w, r.Version, r.LostNote(), seq)
		},
		"html":  report.HTML,
		"json":  report.JSON,
		"junit": report.JUnit,
		"markdown": func(w io.Writer, r *report.Run, _ iter.Seq[*exchange.Exchange]) error {
			return report.Markdown(w, r)
		},
		"pact": report.Pact,
	}
}

func reportFormats() []string {
	var names []string
	for name := range reportWriters() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// reports are the files that a run's reports go to. They are open before the
// run, so that nobody waits for a run whose report cannot be written, and
// empty, so that nobody takes an older report for this run's.
type reports struct{ open []openReport }

type openReport struct {
	format string
	file   *os.File
	path   string
}

func openReports(texts []string) (*reports, error) {
	r := &reports{}
	for _, text := range texts {
		if err := r.add(text); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}

func (r *reports) add(text string) error {
	format, path, ok := strings.Cut(text, "=")
	switch {
	case !ok || path == "":
		return errMisuse{fmt.Errorf("--report %q: must be FORMAT=PATH, such as junit=report.xml", text)}
	case !slices.Contains(reportFormats(), format):
		return errMisuse{fmt.Errorf("--report %q: the format must be one of %s", text, strings.Join(reportFormats(), ", "))}
	}
	for _, other := range r.open {
		if filepath.Clean(other.path) == filepath.Clean(path) {
			return errMisuse{fmt.Errorf("--report %q: another report goes to the same file", text)}
		}
	}
	file, err := createReport(path)
	if err != nil {
		return errMisuse{fmt.Errorf("--report %q: %w", text, err)}
	}
	r.open = append(r.open, openReport{format, file, path})
	return nil
}

// needExchanges reports that some report is of more than counts.
func (r *reports) needExchanges() bool {
	return slices.ContainsFunc(r.open, func(o openReport) bool { return o.format != "markdown" })
}

// write writes the reports, each of all exchanges that were kept.
func (r *reports) write(run *report.Run, kept *spool.Spool) error {
	var failed []error
	for _, o := range r.open {
		var err error
		seq := iter.Seq[*exchange.Exchange](func(func(*exchange.Exchange) bool) {})
		if kept != nil {
			seq = kept.Each(&err)
		}
		wrote := reportWriters()[o.format](o.file, run, seq)
		if err := errors.Join(wrote, err, o.file.Close()); err != nil {
			failed = append(failed, fmt.Errorf("--report %s=%s: %w", o.format, o.path, err))
		}
	}
	r.open = nil
	return errors.Join(failed...)
}

// close lets go of the files of a run that did not come to its reports.
func (r *reports) close() {
	for _, o := range r.open {
		_ = o.file.Close() // nothing was written
	}
}
