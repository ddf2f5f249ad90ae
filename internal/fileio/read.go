// Package fileio reads files within bounds, and creates files that nobody but
// their owner can read.
package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Error says which rule a file breaks, and what helps.
type Error struct{ Path, Rule, Hint string }

func (e *Error) Error() string {
	text := e.Rule
	if e.Path != "" {
		text = e.Path + ": " + text
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Cause returns what an error says beside the operation and the name of the
// file, for messages that name the file themselves.
func Cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Dir returns the files of a folder. Only folders and regular files of at most
// limit bytes can be opened, a symbolic link counting as what it points to.
// Opening never waits, as it would for a writer of a named pipe.
func Dir(path string, limit int64) fs.FS { return dir{path, limit} }

type dir struct {
	path  string
	limit int64
}

// Open implements fs.FS.
func (d dir) Open(name string) (fs.File, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: Cause(err)}
	}
	return f, nil
}

func (d dir) open(name string) (fs.File, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return nil, fs.ErrInvalid
	}
	path := filepath.Join(d.path, local)
	// Opening a device may do something, so the file is looked at before; it
	// may be replaced in between, so the open file is looked at, too.
	info, err := os.Stat(path)
	if err == nil {
		err = d.admit(info)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = d.admit(info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if info.IsDir() {
		return f, nil
	}
	return &bounded{file: f, limit: d.limit, left: d.limit}, nil
}

func (d dir) admit(info fs.FileInfo) error {
	switch {
	case info.IsDir():
	case !info.Mode().IsRegular():
		return &Error{Rule: "is " + kind(info.Mode()) + ", and only regular files are read", Hint: "move it out of the folder"}
	case info.Size() > d.limit:
		return tooLong("", d.limit)
	}
	return nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{Path: path, Rule: "there is no such file"}
	}
	return &Error{Path: path, Rule: "cannot be read: " + Cause(err).Error()}
}

func tooLong(path string, limit int64) error {
	return &Error{path, fmt.Sprintf("is longer than %d bytes, the most that is read of such a file", limit), ""}
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// bounded is a file that ends in an error behind its limit: a file can grow
// while it is read, and some have more than their size says.
type bounded struct {
	file        *os.File // not embedded: its WriteTo knows no limit
	limit, left int64
}

func (b *bounded) Stat() (fs.FileInfo, error) { return b.file.Stat() }
func (b *bounded) Close() error               { return b.file.Close() }

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.file.Read(p)
	if int64(n) > b.left {
		return int(b.left), tooLong("", b.limit)
	}
	b.left -= int64(n)
	return n, err
}

// Read reads a file that the user named. It may be a pipe or a device, such as
// /dev/stdin or <(command); what it yields is bounded, and waiting for it ends
// with the context.
func Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	return wait(ctx, path, func() ([]byte, error) {
		info, err := os.Stat(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		if info.IsDir() {
			return nil, &Error{path, "is a folder", "name a file"}
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		return readAll(f, path, limit)
	})
}

// ReadFrom reads a stream, such as standard input, to its end; name is what
// errors call it.
func ReadFrom(ctx context.Context, r io.Reader, name string, limit int64) ([]byte, error) {
	return wait(ctx, name, func() ([]byte, error) { return readAll(r, name, limit) })
}

func readAll(r io.Reader, name string, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case int64(len(text)) > limit:
		return nil, tooLong(name, limit)
	}
	return text, nil
}

// wait returns what read returns, unless the context ends before.
func wait(ctx context.Context, name string, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, &Error{Path: name, Rule: "was not read to its end before the program was told to stop"}
	}
}
