//go:build unix

package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// folderWith returns the embedded files in a folder that has something else
// among the files of what: fixtures or schemas.
func folderWith(t *testing.T, what, name string, put func(path string) error) (flags []string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mock")
	if o := run(t, "init", dir); o.code != exitDone {
		t.Fatal(o.stderr)
	}
	path := filepath.Join(dir, what, name)
	_ = os.Remove(path) // where it is one of the files
	if err := put(path); err != nil {
		t.Fatal(err)
	}
	return []string{"--" + what, filepath.Join(dir, what)}
}

func named(path string) error  { return syscall.Mkfifo(path, 0o600) }
func device(path string) error { return os.Symlink("/dev/zero", path) }

// TestOnlyRegularFilesOfAFolder holds that a named pipe and a device in a
// folder neither stop the start for ever nor fill the memory, but are reported.
func TestOnlyRegularFilesOfAFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, name string
		put        func(string) error
		rule       string
	}{
		{"fixtures", "a.json", named, "a.json: cannot be read: is a named pipe, and only regular files are read; move it out of the folder"},
		{"fixtures", "a.json", device, "a.json: cannot be read: is a device"},
		{"schemas", "operations.json", named, "operations.json: cannot be read: is a named pipe"},
		{"schemas", "2019-02-08/A.json", device, "2019-02-08/A.json: cannot be read: is a device"},
		{"schemas", "fixtures/choices.json", named, "fixtures/choices.json: cannot be read: is a named pipe"},
	} {
		t.Run(c.what+" "+c.rule, func(t *testing.T) {
			t.Parallel()
			flags := folderWith(t, c.what, c.name, c.put)
			commands := [][]string{{"check"}, {"serve", "--listen", "127.0.0.1:0"}, append([]string{"exec"}, flags...)}
			if c.what == "schemas" {
				commands = append(commands, []string{"openapi"}, []string{"diff", "2019/02/08", "2021/04/07"}, []string{"verify", "--list"})
			}
			for _, args := range commands {
				args = append(args, flags...)
				if args[0] == "exec" {
					args = append(args[:len(args)-len(flags)], nothing()...)
				}
				if strings.HasPrefix(c.name, "fixtures/") && (args[0] == "openapi" || args[0] == "diff" || args[0] == "verify") {
					continue // they do not read it
				}
				if o := run(t, args...); o.code != exitWrong || !strings.Contains(o.stderr, c.rule) {
					t.Errorf("%q: got %d and %q, want %q", args, o.code, o.stderr, c.rule)
				}
			}
		})
	}
}

// TestWatchOfAPipe holds that a pipe that comes into a watched folder is reported,
// and that the watch goes on.
func TestWatchOfAPipe(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mock")
	if o := run(t, "init", dir); o.code != exitDone {
		t.Fatal(o.stderr)
	}
	dir = filepath.Join(dir, "fixtures")
	stdout, stderr, _ := beside(t, "serve", "--listen", "127.0.0.1:0", "--quiet", "--watch", "--fixtures", dir)
	stdout.await(t, `^http://\S+\n`)
	pipe := filepath.Join(dir, "pipe.json")
	if err := named(pipe); err != nil {
		t.Fatal(err)
	}
	stderr.await(t, `file=pipe.json .*is a named pipe`)
	if err := os.Remove(pipe); err != nil {
		t.Fatal(err)
	}
	stderr.await(t, `the fixtures are good again`)
}

// zeros is a standard input without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestNamedFilesAreBounded holds that a file that a user names is read up to a
// bound, and that waiting for one ends with the program.
func TestNamedFilesAreBounded(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"ctl", "journal", "verify", "/dev/zero"},
		{"ctl", "session", "create", "--fixtures", "/dev/zero"},
		{"ctl", "send", "GET", "/", "--data", "/dev/zero"},
		{"ctl", "journal", "verify", "-"},
		{"verify", "--token-file", "/dev/zero"},
		{"verify", "--token", "a.b", "--ca", "/dev/zero"},
		{"verify", "--token", "a.b", "--second-token", "FILE:/dev/zero"},
		{"proxy", "--target", "http://127.0.0.1:1", "--ca", "/dev/zero"},
	} {
		var stdout, stderr bytes.Buffer
		code := Run(t.Context(), args, nil, zeros{}, &stdout, &stderr)
		if code == exitDone || !strings.Contains(stderr.String(), "bytes, the most that is read of such a file") {
			t.Errorf("%q: got %d and %.300q", args, code, stderr.String())
		}
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := named(pipe); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"replay", pipe}, {"ctl", "journal", "verify", pipe}, {"verify", "--token-file", pipe}} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout, stderr bytes.Buffer
		if code := Run(ctx, args, nil, nil, &stdout, &stderr); code == exitDone || !strings.Contains(stderr.String(), pipe+": was not read to its end") {
			t.Errorf("%q: got %d and %q", args, code, stderr.String())
		}
	}
}

// TestStoppedLoad holds that a signal ends the reading of folders.
func TestStoppedLoad(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := Run(ctx, []string{"check"}, nil, nil, &stdout, &stderr); code != exitWrong || !strings.Contains(stderr.String(), "stopped before the files were read and checked") {
		t.Errorf("got %d and %q", code, stderr.String())
	}
}

// TestReplayOfAPipe holds that a bundle may come through a pipe that is named.
func TestReplayOfAPipe(t *testing.T) {
	t.Parallel()
	base := serve(t)
	rawly(t, base, "GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := named(pipe); err != nil {
		t.Fatal(err)
	}
	saved := make(chan outcome, 1)
	go func() { saved <- run(t, "ctl", "--url", base, "bundle", "save", pipe) }()
	if o := run(t, "replay", pipe); o.code != exitDone || !strings.Contains(o.stdout, "Replayed 1 request") {
		t.Errorf("got %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if o := <-saved; o.code != exitDone {
		t.Errorf("saving: got %d: %s", o.code, o.stderr)
	}
}
