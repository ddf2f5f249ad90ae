package fileio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Modes of what is created: it holds what clients sent.
const (
	FileMode   fs.FileMode = 0o600
	FolderMode fs.FileMode = 0o700
)

// Output is a file that was opened for writing.
type Output struct {
	*os.File
	appends bool
}

// Empty removes what a file held before it was opened, but from a stream.
func (o *Output) Empty() error {
	info, err := o.Stat()
	if err != nil || o.appends || !info.Mode().IsRegular() {
		return err
	}
	return o.Truncate(0)
}

// Create opens a file for writing, and creates it and its folders where there
// are none. What the file holds stays until Empty. A symbolic link is followed
// only to a pipe or a device, or where it stands for a stream of this process,
// as /dev/stdout does: another user could have made it point to any file.
func Create(path string) (*Output, error) { return create(path, 0) }

// Append is Create for a file that others write to as well: what is written goes
// to its end, and Empty takes nothing from it.
func Append(path string) (*Output, error) { return create(path, os.O_APPEND) }

func create(path string, mode int) (*Output, error) {
	if err := os.MkdirAll(filepath.Dir(path), FolderMode); err != nil {
		return nil, err
	}
	info, err := os.Lstat(path)
	flags, appends := os.O_WRONLY|noFollow|mode, mode != 0
	switch {
	case errors.Is(err, fs.ErrNotExist):
		flags |= os.O_CREATE | os.O_EXCL
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &Error{path, "is a folder", "name a file"}
	case info.Mode()&fs.ModeSymlink != 0:
		stream := isStream(path)
		if !stream {
			if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() || info.IsDir() {
				return nil, &Error{path, "is a symbolic link, and nothing is written through one", "name what it points to, or remove it"}
			}
		}
		flags = os.O_WRONLY | mode
		if stream {
			flags, appends = os.O_WRONLY|os.O_APPEND, true
		}
	}
	f, err := os.OpenFile(path, flags, FileMode)
	if err != nil {
		return nil, err
	}
	return &Output{f, appends}, nil
}

// isStream reports a path that stands for a stream of a process, such as
// /dev/stdout or /dev/fd/3; the links there are the system's.
func isStream(path string) bool {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return err == nil && (folder == "/dev" || strings.HasPrefix(folder, "/proc/") && filepath.Base(folder) == "fd")
}

// Replace writes a file by way of another, so that nobody finds half of it. A
// pipe, a device or a stream is written to as it is.
func Replace(path string, from io.Reader) error {
	if info, err := os.Stat(path); err == nil && (isStream(path) || !info.Mode().IsRegular()) {
		f, err := Create(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, from)
		return errors.Join(err, f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// WriteNew writes a file that must not be there yet.
func WriteNew(path string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
