package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dispatchmock/internal/fileio"
)

// outputs are the files that a command's reports go to. They are opened before
// the run, because nobody is to wait for a run whose report cannot be written,
// and emptied, because nobody is to take an older report for this run's.
type outputs struct {
	streams
	files []openFile
	// inputs are the files and folders that the command reads, by what names
	// them.
	inputs map[string]string
}

// openFile is a file, and what opened it.
type openFile struct {
	name string
	info fs.FileInfo
	file *fileio.Output
}

// open opens the file of a report, which may be no file that another report
// goes to or the command reads, by whatever spelling; name is what errors call
// the report.
func (o *outputs) open(name, path string) (io.WriteCloser, error) {
	file, err := fileio.Create(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = o.admit(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	o.files = append(o.files, openFile{name, info, file})
	for _, s := range []struct{ raw, out io.Writer }{{o.raw.out, o.out}, {o.raw.err, o.err}} {
		if std, ok := s.raw.(*os.File); ok {
			if other, err := std.Stat(); err == nil && os.SameFile(info, other) {
				return unclosed{s.out}, nil // the two share one place in the file
			}
		}
	}
	return file, nil
}

// unclosed is a stream that others go on writing to.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

func (o *outputs) admit(path string, info fs.FileInfo) error {
	for _, other := range o.files {
		if os.SameFile(info, other.info) {
			return fmt.Errorf("%s goes to the same file; each report needs a file of its own", other.name)
		}
	}
	for flag, input := range o.inputs {
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

// empty empties the files, once all of them are known to be good.
func (o *outputs) empty() error {
	for _, f := range o.files {
		if err := f.file.Empty(); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// close closes the files of a run that did not come to its reports.
func (o *outputs) close() {
	for _, f := range o.files {
		_ = f.file.Close() // nothing was written, or the writer has reported the error
	}
}
