//go:build linux

package e2e

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

	"dispatchmock/internal/testkit"
)

// TestExecAtTerminal holds that exec does not pass Ctrl-C on: the terminal sends
// it to each process in the foreground, and many a test runner takes a second
// one for the wish to end at once. The command here has left the foreground, so
// it gets what exec passes on, and nothing else.
func TestExecAtTerminal(t *testing.T) {
	t.Parallel()
	build(t)
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
	p, err := testkit.Launch(func(p *testkit.Process) bool { return ready.MatchString(p.Stdout.Lines()) }, func(c *exec.Cmd) { c.Stdin = in },
		script, "-qec", "dispatchmock exec -- child background", typescript)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	shows := func(text string) {
		t.Helper()
		for late := time.After(testkit.Patience); !strings.Contains(p.Stdout.String(), text); {
			select {
			case <-p.Stdout.News:
			case <-late:
				t.Fatalf("the terminal shows\n%s\nwant %q", p.Stdout, text)
			}
		}
	}
	if _, err := typed.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	shows("^C") // it was sent before it is shown
	pid, err := strconv.Atoi(ready.FindStringSubmatch(p.Stdout.String())[1])
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
