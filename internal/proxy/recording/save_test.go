package recording

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPrepare holds that a recording takes the place of nothing.
func TestPrepare(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(dir); err != nil {
		t.Errorf("an empty folder is refused: %v", err)
	}
	for _, name := range []string{"fixtures", "exchanges"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := Prepare(dir); err == nil || !strings.Contains(err.Error(), name+" exists already") {
			t.Errorf("with %s there: got %v", name, err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSaveAgain holds that a later recording takes the place of the one before
// as a whole, and that nothing else is left behind.
func TestSaveAgain(t *testing.T) {
	t.Parallel()
	r := recorder(t, nil)
	dir := t.TempDir()
	for customer := range int64(3) {
		act{method: "GET", path: fmt.Sprintf("/customers/%d/locations/1", customer), token: visitor, tenant: "1", status: 200, answer: recordOf(customer, true, nil), used: newest}.add(r)
		if !r.Changed() {
			t.Error("it does not know that it has changed")
		}
		if saved, err := r.Save(dir); err != nil || saved.Records != int(customer)+1 || r.Changed() {
			t.Fatalf("got %+v, %v, changed %v", saved, err, r.Changed())
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	hidden, err2 := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || err2 != nil || len(names) != 2 || len(hidden) != 0 {
		t.Errorf("the folder has %q and %q, want fixtures and exchanges", names, hidden)
	}
	// What would be no good fixtures is not put in place.
	r.order = append(r.order, r.order[0])
	act{method: "GET", path: path1, token: visitor, tenant: "1", status: http.StatusNotFound}.add(r)
	before := all(t, dir)
	if _, err := r.Save(dir); err == nil || !strings.Contains(err.Error(), "twice") || all(t, dir) != before {
		t.Errorf("got %v, want that the record stands there twice, and nothing changed", err)
	}
}

// TestRecordingsAreTheOwnersAlone holds that nobody else can read what clients
// sent.
func TestRecordingsAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	r := recorder(t, nil)
	act{method: "GET", path: "/customers/1/locations/1", token: visitor, tenant: "1", status: 200, answer: recordOf(1, true, nil), used: newest}.add(r)
	dir := filepath.Join(t.TempDir(), "new")
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	files := 0
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		files++
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return nil
	}); err != nil || files < 5 {
		t.Errorf("got %d files and %v", files, err)
	}
}
