package fileio

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// says holds that an error has a text.
func says(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got the error %v, want %q in it", err, want)
	}
}

// TestDirReadsWithinItsLimit holds that a file of the limit's length is read,
// and a longer one refused, when it is opened or, where it has grown since,
// when it is read.
func TestDirReadsWithinItsLimit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "fits"), "12345678")
	write(t, filepath.Join(dir, "long"), "123456789")
	write(t, filepath.Join(dir, "grows"), "1")
	files := Dir(dir, 8)
	if text, err := fs.ReadFile(files, "fits"); err != nil || string(text) != "12345678" {
		t.Errorf("got %q and %v, want the file", text, err)
	}
	_, err := fs.ReadFile(files, "long")
	says(t, err, "is longer than 8 bytes")
	f, err := files.Open("grows")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write(t, filepath.Join(dir, "grows"), "123456789")
	p := make([]byte, 100)
	if n, err := f.Read(p); n != 8 {
		t.Errorf("got %d bytes, want 8", n)
	} else {
		says(t, err, "is longer than 8 bytes")
	}
	if _, err := files.Open("../" + filepath.Base(dir)); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v for a name that leaves the folder", err)
	}
	if _, err := files.Open("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for a file that is not there", err)
	}
	if entries, err := fs.ReadDir(files, "."); err != nil || len(entries) != 3 {
		t.Errorf("got %v and %v, want the three files", entries, err)
	}
}

// TestReadOfAnEndedContext holds that waiting for a stream ends.
func TestReadOfAnEndedContext(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ReadFrom(ctx, r, "standard input", 8)
	says(t, err, "standard input: was not read to its end")
	_, err = ReadFrom(t.Context(), strings.NewReader("123456789"), "standard input", 8)
	says(t, err, "standard input: is longer than 8 bytes")
	_, err = Read(t.Context(), t.TempDir(), 8)
	says(t, err, "is a folder; name a file")
}

// TestCreateKeepsUntilEmpty holds that opening a file takes nothing from it.
func TestCreateKeepsUntilEmpty(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "made", "of", "folders")
	for _, step := range []string{"first", "second"} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || step == "second" && string(text) != "first" {
			t.Errorf("got %q and %v before it was emptied", text, err)
		}
		if err := errors.Join(f.Empty(), f.Close()); err != nil {
			t.Error(err)
		}
		if text, err := os.ReadFile(path); err != nil || len(text) > 0 {
			t.Errorf("got %q and %v after it was emptied", text, err)
		}
		write(t, path, step)
	}
	_, err := Create(filepath.Dir(path))
	says(t, err, "is a folder; name a file")
	says(t, WriteNew(path, nil, FileMode), "exists already")
}
