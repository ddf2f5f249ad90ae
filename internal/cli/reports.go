package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/runfile"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/report"
)

// reportFlag is the flag of the reports that a command writes.
type reportFlag struct {
	tool  report.Tool
	texts []string
}

func (f *reportFlag) add(flags *pflag.FlagSet, tool report.Tool) {
	f.tool = tool
	flags.StringArrayVar(&f.texts, "report", nil, "write a report: `FORMAT=PATH`, the format one of "+f.names()+"; github alone writes to standard error (repeatable)")
}

func (f *reportFlag) names() string {
	var names []string
	for _, format := range report.Formats(f.tool) {
		names = append(names, format.Name)
	}
	return strings.Join(names, ", ")
}

// reports are what a command writes of its run. Their files are opened before
// the run, because nobody is to wait for a run whose report cannot be written,
// and emptied, because nobody is to take an older report for this run's.
type reports struct {
	streams
	all []openReport
	// inputs are the files and folders that the command reads, by what names
	// them.
	inputs map[string]string
	tally  *report.Tally
	kept   *runfile.File // nil where no report needs the exchanges
}

// openReport is a report and the file that it goes to.
type openReport struct {
	report.Format
	flag string
	out  io.Writer
	info fs.FileInfo
	file *fileio.Output // nil where the report goes to standard error
}

// open opens the files of the reports that the flag asks for. The tally of the
// gates is nil where the command keeps no exchanges.
func (f *reportFlag) open(io streams, inputs map[string]string, tally *report.Tally) (*reports, error) {
	r := &reports{streams: io, inputs: inputs, tally: tally}
	for _, text := range f.texts {
		if err := r.add(f, text); err != nil {
			r.close()
			return nil, command.Misusef("--report %q: %w", text, err)
		}
	}
	for _, o := range r.all {
		if o.file == nil {
			continue
		}
		if err := o.file.Empty(); err != nil {
			return nil, fmt.Errorf("%s: %w", o.flag, err)
		}
	}
	if tally == nil || !slices.ContainsFunc(r.all, func(o openReport) bool { return !o.Counts }) {
		return r, nil
	}
	var err error
	r.kept, err = runfile.New("")
	return r, err
}

func (r *reports) add(f *reportFlag, text string) error {
	name, path, _ := strings.Cut(text, "=")
	formats := report.Formats(f.tool)
	i := slices.IndexFunc(formats, func(f report.Format) bool { return f.Name == name })
	o := openReport{flag: fmt.Sprintf("--report %q", text), out: r.err}
	switch {
	case i < 0:
		return fmt.Errorf("must be FORMAT=PATH, the format one of %s", f.names())
	case path == "" && text != "github":
		return errors.New("must be FORMAT=PATH, such as junit=report.xml")
	case path != "":
		if err := r.openFile(&o, path); err != nil {
			return err
		}
	}
	o.Format = formats[i]
	r.all = append(r.all, o)
	return nil
}

// openFile opens the file of a report, which may be no file that another report
// goes to or the command reads, by whatever spelling.
func (r *reports) openFile(o *openReport, path string) (err error) {
	open := fileio.Create
	if summary, _ := r.env("GITHUB_STEP_SUMMARY"); summary == path {
		open = fileio.Append // the steps of a job share it
	}
	if o.file, err = open(path); err != nil {
		return err
	}
	if o.info, err = o.file.Stat(); err == nil {
		err = r.admit(path, o.info)
	}
	if err != nil {
		return errors.Join(err, o.file.Close())
	}
	o.out = o.file
	for _, s := range []struct{ raw, out io.Writer }{{r.raw.out, r.streams.out}, {r.raw.err, r.err}} {
		if std, ok := s.raw.(*os.File); ok {
			if other, err := std.Stat(); err == nil && os.SameFile(o.info, other) {
				o.out = s.out // the two share one place in the file
			}
		}
	}
	return nil
}

func (r *reports) admit(path string, info fs.FileInfo) error {
	for _, other := range r.all {
		if other.info != nil && os.SameFile(info, other.info) {
			return fmt.Errorf("%s goes to the same file; each report needs a file of its own", other.flag)
		}
	}
	for flag, input := range r.inputs {
		if read, err := os.Stat(input); err == nil && (os.SameFile(info, read) || read.IsDir() && strings.EqualFold(filepath.Ext(path), ".json") && isWithin(path, read)) {
			return fmt.Errorf("%s %s would read this file; write the report to another folder", flag, input)
		}
	}
	return nil
}

// isWithin reports a path below a folder.
func isWithin(path string, folder fs.FileInfo) bool {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	for err == nil {
		if info, e := os.Stat(dir); e == nil && os.SameFile(info, folder) {
			return true
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return false
}

// record counts an exchange, and keeps it where a report needs it.
func (r *reports) record(x *exchange.Exchange) {
	r.tally.Add(x)
	if r.kept != nil {
		r.kept.Add(x)
	}
}

// write writes the reports, each of all exchanges that were kept. Where not all
// could be kept, the reports say so.
func (r *reports) write(run *report.Run) error {
	var failed []error
	if r.kept != nil {
		err := r.kept.Finish()
		run.Lost = r.kept.Lost()
		if err != nil {
			failed = append(failed, err)
			run.Lost, run.LostReason = r.missing(run), fmt.Sprintf("which could not be kept (%v)", err)
		}
	}
	for _, o := range r.all {
		var read error
		seq := run.Exchanges()
		if r.kept != nil {
			seq = r.kept.Each(&read)
		}
		err := o.Write(o.out, run, seq)
		if o.file != nil {
			err = errors.Join(err, o.file.Close())
		}
		if len(failed) == 0 {
			err = errors.Join(err, read)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", o.flag, err))
		}
	}
	return errors.Join(failed...)
}

// missing returns how many of the run's requests the file of the exchanges lacks.
func (r *reports) missing(run *report.Run) uint64 {
	var err error
	missing := run.Requests
	for x := range r.kept.Each(&err) {
		if !x.Admin {
			missing--
		}
	}
	return missing
}

// close lets go of the files of a run that did not come to its reports.
func (r *reports) close() {
	for _, o := range r.all {
		if o.file != nil {
			_ = o.file.Close() // nothing was written, or write has reported the error
		}
	}
	if r.kept != nil {
		_ = r.kept.Close() // the file was temporary
	}
}
