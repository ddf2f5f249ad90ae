//go:build unix

package fileio

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func pipe(t testing.TB, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// link makes a symbolic link and returns its path.
func link(t testing.TB, target, path string) string {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDirOpensRegularFilesAlone holds that nothing else of a folder is read,
// not even by way of a link, and that opening never waits.
func TestDirOpensRegularFilesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("file"), "text")
	link(t, "file", in("to-file"))
	pipe(t, in("pipe"))
	link(t, "pipe", in("to-pipe"))
	link(t, "/dev/zero", in("to-device"))
	link(t, "itself", in("itself"))
	// A socket's path must be short.
	short, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	l, err := net.Listen("unix", filepath.Join(short, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	link(t, filepath.Join(short, "s"), in("to-socket"))
	for _, c := range []struct{ name, rule string }{
		{"file", ""}, {"to-file", ""},
		{"pipe", "is a named pipe, and only regular files are read; move it out of the folder"}, {"to-pipe", "is a named pipe"},
		{"to-device", "is a device"}, {"to-socket", "is a socket"}, {"itself", "too many"},
	} {
		text, err := fs.ReadFile(Dir(dir, 1<<20), c.name)
		if c.rule != "" {
			says(t, err, c.rule)
		} else if err != nil || string(text) != "text" {
			t.Errorf("%s: got %q and %v, want the file's text", c.name, text, err)
		}
	}
}

// TestReadOfPipesAndDevices holds that what a user names may be a pipe, and
// that it is bounded.
func TestReadOfPipesAndDevices(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	pipe(t, path)
	done := make(chan error, 1)
	go func() { done <- os.WriteFile(path, []byte("text"), 0) }()
	if text, err := Read(t.Context(), path, 8); err != nil || string(text) != "text" {
		t.Errorf("got %q and %v, want what came through the pipe", text, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, err := Read(t.Context(), "/dev/zero", 1000)
	says(t, err, "/dev/zero: is longer than 1000 bytes")
}

// TestCreateFollowsNoLink holds that no file is written through a link that
// somebody may have put there, and that what is created is the owner's alone.
func TestCreateFollowsNoLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("victim"), "kept")
	for _, path := range []string{link(t, "victim", in("to-file")), link(t, "absent", in("to-nothing")), link(t, ".", in("to-folder"))} {
		_, err := Create(path)
		says(t, err, path+": is a symbolic link, and nothing is written through one")
	}
	if text, err := os.ReadFile(in("victim")); err != nil || string(text) != "kept" {
		t.Errorf("the file behind the link has %q, %v", text, err)
	}
	if _, err := os.Lstat(in("absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was created through a link: %v", err)
	}
	f, err := Create(in("new/file"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for name, want := range map[string]fs.FileMode{"new": fs.ModeDir | 0o700, "new/file": 0o600} {
		if info, err := os.Stat(in(name)); err != nil || info.Mode() != want {
			t.Errorf("%s: got the mode %v and %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestCreateOfPipesAndStreams holds that a pipe, a device and a stream of the
// process can be written to, and that a stream keeps what it has.
func TestCreateOfPipesAndStreams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "pipe")
	pipe(t, path)
	got := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(path)
		got <- string(text)
	}()
	for _, path := range []string{path, link(t, os.DevNull, filepath.Join(dir, "to-device"))} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "text"); errors.Join(err, f.Empty(), f.Close()) != nil {
			t.Error(err)
		}
	}
	if text := <-got; text != "text" {
		t.Errorf("the pipe got %q", text)
	}
	stream, err := os.Create(filepath.Join(dir, "stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := stream.WriteString("before "); err != nil {
		t.Fatal(err)
	}
	name, err := filepath.EvalSymlinks("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(name, strconv.Itoa(int(stream.Fd())))
	f, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "after"); errors.Join(f.Empty(), err, f.Close()) != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(stream.Name()); err != nil || string(text) != "before after" {
		t.Errorf("the stream has %q and %v", text, err)
	}
}

// TestReplace holds that a file comes into its place as a whole, for its owner
// alone, and not through a link.
func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "victim"), "kept")
	path := link(t, "victim", filepath.Join(dir, "file"))
	for range 2 {
		if err := Replace(path, strings.NewReader("text")); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if info, e := os.Lstat(path); err != nil || e != nil || string(text) != "text" || info.Mode() != 0o600 {
			t.Errorf("got %q of mode %v, and %v, %v", text, info.Mode(), err, e)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "victim")); err != nil || string(text) != "kept" {
		t.Errorf("the file behind the link has %q, %v", text, err)
	}
	through := filepath.Join(dir, "pipe")
	pipe(t, through)
	got := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(through)
		got <- string(text)
	}()
	if err := Replace(through, strings.NewReader("text")); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "text" {
		t.Errorf("the pipe got %q", text)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("got %v and %v, want no file but the three", entries, err)
	}
}
