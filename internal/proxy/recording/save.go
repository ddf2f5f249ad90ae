package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"dispatchmock/internal/fileio"
	"dispatchmock/internal/mock/fixture"
)

// The folders in that of a recording.
const (
	fixturesDir  = "fixtures"
	exchangesDir = "exchanges"
)

// Saved is what a recording holds.
type Saved struct {
	Records, Clients, Exchanges int
	// Left is how much was not recorded: it passed a bound, or is in no form
	// that can be.
	Left int
}

// Prepare makes the folder of a recording, which must hold none yet.
func Prepare(dir string) error {
	for _, name := range []string{fixturesDir, exchangesDir} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("%s exists already: name another folder, or remove it", filepath.Join(dir, name)), err)
		}
	}
	return os.MkdirAll(dir, fileio.FolderMode)
}

// Save writes what was seen so far. Fixtures come into their place when they
// are known to be good, and each folder as a whole.
func (r *Recorder) Save(dir string) (Saved, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	files, texts, saved, err := r.written()
	if err != nil {
		return saved, err
	}
	if err := place(dir, fixturesDir, files, r.loads); err != nil {
		return saved, err
	}
	return saved, place(dir, exchangesDir, texts, func(fs.FS) error { return nil })
}

// loads holds that serve would load the files.
func (r *Recorder) loads(files fs.FS) error {
	if _, err := fixture.Load(files, r.Schemas, r.Contract, r.Now()); err != nil {
		return fmt.Errorf("what was seen makes no good fixtures, and none were written: %w", err)
	}
	return nil
}

// written returns the files of a recording.
func (r *Recorder) written() (fixtures, exchanges map[string][]byte, saved Saved, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	saved = Saved{Records: len(r.records), Clients: len(r.clients), Left: r.left}
	if fixtures, err = r.fixtures(); err != nil {
		return nil, nil, saved, err
	}
	exchanges, left := r.texts()
	saved.Exchanges, saved.Left = len(exchanges), saved.Left+left
	r.changed = false
	return fixtures, exchanges, saved, nil
}

// Changed reports whether something was seen that was not saved.
func (r *Recorder) Changed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// place puts files that are good into a folder of that name, in the place of
// the one before.
func place(dir, name string, files map[string][]byte, good func(fs.FS) error) error {
	fresh, err := os.MkdirTemp(dir, "."+name+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(fresh) }() // where something went wrong
	for file, text := range files {
		if err := fileio.WriteNew(filepath.Join(fresh, file), text, fileio.FileMode); err != nil {
			return err
		}
	}
	if err := good(os.DirFS(fresh)); err != nil {
		return err
	}
	final := filepath.Join(dir, name)
	if !exists(final) {
		return os.Rename(fresh, final)
	}
	old := fresh + ".old"
	if err := os.Rename(final, old); err != nil {
		return err
	}
	if err := os.Rename(fresh, final); err != nil {
		return errors.Join(err, os.Rename(old, final))
	}
	return os.RemoveAll(old)
}
