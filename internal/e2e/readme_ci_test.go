//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dispatchmock/internal/testkit"
)

// ciJobs are the two jobs that the manual shows, as an independent parser of
// YAML reads them.
type ciJobs struct {
	github []struct {
		Uses, Run, If string
		With          map[string]string
	}
	gitlab map[string]struct {
		Image, Script string
		Needs         []string
		Artifacts     struct {
			When    string
			Paths   []string
			Reports struct{ Junit string }
		}
	}
}

func manualJobs(t *testing.T) (jobs ciJobs) {
	t.Helper()
	tools := thirdParty(t, "openapi")
	text, err := os.ReadFile(filepath.Join(moduleDir, "internal", "manual", "ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 2 {
		t.Fatalf("ci.md has %d jobs, want one for GitHub Actions and one for GitLab", len(blocks))
	}
	for i, into := range []any{&jobs.github, &jobs.gitlab} {
		cmd := exec.CommandContext(t.Context(), "node", "-e", `process.stdout.write(JSON.stringify(require("yaml").parse(require("fs").readFileSync(0, "utf8"))))`)
		cmd.Dir, cmd.Stdin = tools, strings.NewReader(blocks[i][1])
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: no YAML:\n%s", err, blocks[i][1])
		}
		if err := json.Unmarshal(out, into); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
	}
	return jobs
}

// repository makes a repository of these sources, as they are now.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir(moduleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(name, moduleDir))
		switch {
		case d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "shots":
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "all"}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	return "file://" + dir
}

// suite copies a test suite, as a project of its own.
func suite(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(moduleDir, "testdata", "suites", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestManualJobs runs the jobs that the manual shows, line by line as they
// stand, with a project that has a real test suite: from a clone of these
// sources to the reports. A suite that breaks the contract fails them, and the
// reports are there all the same.
func TestManualJobs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program twice")
	}
	jobs, from, bin, temp := manualJobs(t), repository(t), t.TempDir(), t.TempDir()
	testkit.Need(t, "npm")
	env := append(os.Environ(), "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "RUNNER_TEMP="+temp,
		"GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary.md"), "DISPATCHMOCK_REPOSITORY="+from,
		// As .ci/run builds the image: else each copy of the sources would be
		// compiled anew.
		"GOFLAGS=-trimpath", "CGO_ENABLED=0", "GOWORK=off")
	ran := func(dir, line string, more ...string) (int, string) {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(line, "${{ vars.DISPATCHMOCK_REPOSITORY }}", from))
		cmd.Dir, cmd.Env = dir, append(append(env, "CI_PROJECT_DIR="+dir), more...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String()
	}
	has := func(file, text string) {
		t.Helper()
		if got, err := os.ReadFile(file); err != nil || !strings.Contains(string(got), text) {
			t.Errorf("%s: %v, want %q in %.500s", filepath.Base(file), err, text, got)
		}
	}

	steps := jobs.github
	if len(steps) != 4 || !strings.HasPrefix(steps[0].Uses, "actions/setup-go@") || !strings.HasPrefix(steps[3].Uses, "actions/upload-artifact@") || steps[3].If != "always()" {
		t.Fatalf("got %+v, want four steps: Go, the program, the run, and the reports, whatever came of it", steps)
	}
	mod, err := os.ReadFile(filepath.Join(moduleDir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if version := steps[0].With["go-version"]; !strings.Contains(string(mod), "\ngo "+version+".") {
		t.Errorf("the job gets Go %q, and go.mod wants another", version)
	}
	if code, out := ran(suite(t, "node"), steps[1].Run); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", steps[1].Run, code, out)
	}
	for _, c := range []struct{ suite, test string }{{"node", "npm test"}, {"gosuite", "go test -count=1 ./..."}} {
		line := strings.Replace(steps[2].Run, "npm test", c.test, 1)
		if !strings.HasSuffix(line, " -- "+c.test) {
			t.Fatalf("the job runs %s", line)
		}
		for broken, want := range map[string]struct {
			code int
			mark string
		}{"": {0, "✅ Dispatchmock: passed"}, "1": {1, "❌ Dispatchmock: failed"}} {
			dir := suite(t, c.suite)
			if code, out := ran(dir, line, "BROKEN="+broken); code != want.code {
				t.Errorf("%s, broken %q: got the exit code %d, want %d\n%s", line, broken, code, want.code, out)
			}
			has(filepath.Join(temp, "summary.md"), want.mark)
			has(filepath.Join(dir, steps[3].With["path"], "contract.xml"), "<testsuites name=")
		}
	}

	build, contract := jobs.gitlab["dispatchmock"], jobs.gitlab["contract"]
	dir := suite(t, "node")
	for _, line := range []string{build.Script, contract.Script} {
		if code, out := ran(dir, strings.ReplaceAll(line, "/tmp/dispatchmock", filepath.Join(temp, "clone"))); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", line, code, out)
		}
	}
	if len(contract.Needs) != 1 || contract.Artifacts.When != "always" || contract.Artifacts.Reports.Junit != "contract.xml" {
		t.Errorf("got the job %+v", contract)
	}
	for _, file := range append(build.Artifacts.Paths, contract.Artifacts.Paths...) {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Errorf("the artifact %s: %v", file, err)
		}
	}
}
