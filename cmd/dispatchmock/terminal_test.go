//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestExecAtTerminal holds that exec does not pass Ctrl-C on: the terminal sends
// it to each process in the foreground, and many a test runner takes a second
// one for the wish to end at once. The command here has left the foreground, so
// it gets what exec passes on, and nothing else.
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
	ready := regexp.MustCompile(`ready, child of ([0-9]+)`)
	p, err := launch(func(p *process) bool { return ready.MatchString(p.stdout.lines()) }, func(c *exec.Cmd) { c.Stdin = in },
		script, "-qec", "dispatchmock exec -- child background", typescript)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	shows := func(text string) {
		t.Helper()
		for late := time.After(patience); !strings.Contains(p.stdout.String(), text); {
			select {
			case <-p.stdout.news:
			case <-late:
				t.Fatalf("the terminal shows\n%s\nwant %q", p.stdout, text)
			}
		}
	}
	if _, err := typed.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	shows("^C") // it was sent before it is shown
	pid, err := strconv.Atoi(ready.FindStringSubmatch(p.stdout.String())[1])
	if err != nil {
		t.Fatal(err)
	}
	// What was sent before is passed on before.
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	shows("got terminated after 0 interrupts")
	shows("child background ended with 3")
}
