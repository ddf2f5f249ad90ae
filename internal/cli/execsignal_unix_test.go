//go:build unix

package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestEnds holds that signals for users do not begin the time after which a
// command is killed.
func TestEnds(t *testing.T) {
	t.Parallel()
	var others []os.Signal
	for _, s := range forwarded() {
		if !ends(s) {
			others = append(others, s)
		}
	}
	if want := []os.Signal{syscall.SIGUSR1, syscall.SIGUSR2}; !slices.Equal(others, want) {
		t.Errorf("got %v, want %v", others, want)
	}
}

// TestStoppedBeforeTheCommand holds that no command begins when a signal came
// before signals were passed on to it.
func TestStoppedBeforeTheCommand(t *testing.T) {
	t.Parallel()
	shell, err := find("sh")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "began")
	c := child{program: shell, args: []string{"sh", "-c", `: >"$0"`, file}}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.run(stopped); err == nil {
		t.Error("got no error, want that it was stopped")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the command ran")
	}
	if _, err := c.run(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error("not stopped, the command did not run")
	}
}
