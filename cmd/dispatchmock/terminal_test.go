//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestExecAtTerminal holds that Ctrl-C at a terminal reaches the command once:
// the terminal sends it to each process in the foreground, and many a test
// runner takes a second one for the wish to end at once. The command sends
// SIGTERM behind it, which exec passes on after what came before.
func TestExecAtTerminal(t *testing.T) {
	t.Parallel()
	script, err := exec.LookPath("script")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have script, which makes a terminal: %v", err)
		}
		t.Skip("script, which makes a terminal, is not here")
	}
	typescript := filepath.Join(t.TempDir(), "typescript")
	in, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer typed.Close()
	ready := func(p *process) bool { return strings.Contains(p.stdout.String(), "ready") }
	p, err := launch(ready, func(c *exec.Cmd) { c.Stdin = in }, script, "-qec", "dispatchmock exec -- child await and-tell", typescript)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	if _, err := typed.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	for late := time.After(patience); !strings.Contains(p.stdout.String(), "child await ended with 3"); {
		select {
		case <-p.stdout.news:
		case <-late:
			t.Fatalf("Ctrl-C did not end the command:\n%s", p.stdout)
		}
	}
	if !strings.Contains(p.stdout.String(), "got terminated after 1 interrupts") {
		t.Errorf("got\n%s\nwant one interrupt", p.stdout)
	}
}
