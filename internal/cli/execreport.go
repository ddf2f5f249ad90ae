package cli

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/runfile"
	"dispatchmock/internal/report"
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

// reports are what is written of a run.
type reports struct {
	outputs
	all []runReport
}

type runReport struct {
	flag, format string
	file         io.WriteCloser
}

func (f *execFlags) openReports(io streams) (*reports, error) {
	r := &reports{outputs: outputs{streams: io, inputs: map[string]string{"--fixtures": f.fixtures, "--schemas": f.schemas}}}
	for _, text := range f.reports {
		if err := r.add(text); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, r.empty()
}

func (r *reports) add(text string) error {
	format, path, ok := strings.Cut(text, "=")
	flag := fmt.Sprintf("--report %q", text)
	switch {
	case !ok || path == "":
		return errMisuse{fmt.Errorf("%s: must be FORMAT=PATH, such as junit=report.xml", flag)}
	case !slices.Contains(reportFormats(), format):
		return errMisuse{fmt.Errorf("%s: the format must be one of %s", flag, strings.Join(reportFormats(), ", "))}
	}
	file, err := r.open(flag, path)
	if err != nil {
		return errMisuse{fmt.Errorf("%s: %w", flag, err)}
	}
	r.all = append(r.all, runReport{flag, format, file})
	return nil
}

// needExchanges reports that some report is of more than counts.
func (r *reports) needExchanges() bool {
	return slices.ContainsFunc(r.all, func(o runReport) bool { return o.format != "markdown" })
}

// write writes the reports, each of all exchanges that were kept.
func (r *reports) write(run *report.Run, kept *runfile.File) error {
	var failed []error
	for _, o := range r.all {
		var err error
		seq := iter.Seq[*exchange.Exchange](func(func(*exchange.Exchange) bool) {})
		if kept != nil {
			seq = kept.Each(&err)
		}
		wrote := reportWriters()[o.format](o.file, run, seq)
		if err := errors.Join(wrote, err, o.file.Close()); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", o.flag, err))
		}
	}
	return errors.Join(failed...)
}
