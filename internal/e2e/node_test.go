package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"dispatchmock/internal/testkit"
)

// oldestNode is the oldest major version of Node that the suite runs on: the
// first with its test runner and fetch.
const oldestNode = 18

// haveNode reports whether Node is here; under CI it must be.
func haveNode(t *testing.T) bool {
	t.Helper()
	text, err := exec.Command("node", "--version").Output()
	m := regexp.MustCompile(`^v([0-9]+)\.`).FindSubmatch(text)
	if err == nil && m != nil {
		if major, _ := strconv.Atoi(string(m[1])); major >= oldestNode {
			return true
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI is set, and Node from %d on is missing: %s, %v", oldestNode, text, err)
	}
	t.Logf("Node from %d on is missing: %s, %v", oldestNode, text, err)
	return false
}

// TestNodeSuite runs a test suite of another language against the real
// program: Node's own test runner, fifty workers at once.
func TestNodeSuite(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	if !haveNode(t) {
		t.Skip("without Node there is nothing to run")
	}
	build(t)
	// Beside other tests its fifty workers may get no processor for the ten
	// seconds that the server waits for a head.
	files, err := filepath.Glob("../../testdata/node/*.test.mjs")
	if err != nil || len(files) < 2 {
		t.Fatalf("found the test files %v, %v", files, err)
	}
	p, err := testkit.Launch((*testkit.Process).Serving, func(c *exec.Cmd) { c.Dir = t.TempDir() }, "dispatchmock", "--listen", "127.0.0.1:0", "--quiet")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{"--test", "--test-reporter=tap"}, files...)...)
	cmd.Env = append(os.Environ(), "MOCK_URL="+p.URL)
	// Told so, it ends those that it has started.
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGTERM) }, testkit.Patience
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		// What the server waits for is what one wants to know.
		_ = p.Cmd.Process.Signal(syscall.SIGQUIT)
		<-p.Exited
	}
	if err != nil {
		t.Fatalf("node: %v\n%s\nthe server's log:\n%s", err, failures(string(out)), p.Stderr)
	}
	m := regexp.MustCompile(`(?m)^# pass ([0-9]+)$`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("node says nothing of what passed:\n%s", out)
	}
	if n, _ := strconv.Atoi(string(m[1])); n < 100 {
		t.Errorf("%d tests passed, want those of all workers:\n%s", n, out)
	}
}

// failures cuts the tests that passed out of what Node reports.
func failures(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		if !regexp.MustCompile(`^ *(ok |# Subtest|---$|\.\.\.$|duration_ms|type:)`).MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
