package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"dispatchmock/internal/testkit"
)

// TestSuites lets exec run real test suites: with what they send as the
// contract has it, and with a request that it does not have.
func TestSuites(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs the test suites of Node and Go")
	}
	build(t)
	for _, c := range []struct {
		name, program string
		args          []string
		ran           string // what the runner prints
		offence       string
	}{
		{"node", "npm", []string{"test", "--silent"}, `pass 5`, `  DELETE /customers/1/locations/1 → 400, request .*\n    request header /x-tenant-id`},
		{"gosuite", "go", []string{"test", "-v", "-count=1", "./..."}, `--- PASS: TestDeactivate`, `  DELETE /customers/1/locations/1 → 400, request .*\n    request header /x-api-version`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testkit.Need(t, c.program)
			run := func(env ...string) (code int, stdout, stderr string) {
				cmd := exec.CommandContext(t.Context(), "dispatchmock", append([]string{"exec", "--min-coverage", "3", "--report", "junit=" + filepath.Join(t.TempDir(), "report.xml"), "--", c.program}, c.args...)...)
				cmd.Dir = filepath.Join("..", "..", "testdata", "suites", c.name)
				cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off"), env...)
				var out, told bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &told
				err := cmd.Run()
				var failed *exec.ExitError
				if err != nil && !errors.As(err, &failed) {
					t.Fatal(err)
				}
				return cmd.ProcessState.ExitCode(), out.String(), told.String()
			}
			code, stdout, stderr := run("BROKEN=")
			if code != 0 || !regexp.MustCompile(c.ran).MatchString(stdout) {
				t.Errorf("got the exit code %d, want 0 and %q in\n%s%s", code, c.ran, stdout, stderr)
			}
			code, stdout, stderr = run("BROKEN=1")
			if code != 1 || !regexp.MustCompile(c.offence).MatchString(stderr) {
				t.Errorf("got the exit code %d, want 1 and %q in\n%s%s", code, c.offence, stdout, stderr)
			}
		})
	}
}
