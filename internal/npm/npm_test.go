// Package npm has the sources of the npm packages. Its tests install the packed
// tarballs in an empty project and run the test runners of other makers there.
package npm

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the types of the admin API anew")

// workers is how many copies of a test file run at the same time.
const workers = 8

// limit is for a machine that is busy with other tests.
const limit = 10 * time.Minute

var root, _ = filepath.Abs("../..")

// needTools returns the folder of a set of tools. The test is skipped without
// the tools, and fails under CI.
func needTools(t *testing.T, set string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("runs programs of Node, which takes long")
	}
	dir := filepath.Join(root, "testdata", "thirdparty", set)
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("CI is set, and the tools are not installed: %v", err)
	}
	if err != nil {
		t.Skipf("the tools are not installed (npm ci in testdata/thirdparty/%s): %v", set, err)
	}
	return dir
}

// run runs a program in a folder and returns what it prints.
func run(t *testing.T, dir string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.WaitDelay = dir, limit
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := run(t, dir, nil, name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "dispatchmock")
	mustRun(t, root, "go", "build", "-o", binary, "./cmd/dispatchmock")
	return binary
}

// project installs the packed tarballs in an empty project, without a network
// and without install scripts, and puts the tools of other makers beside them.
func project(t *testing.T, tools string) string {
	t.Helper()
	dir := t.TempDir()
	platform := runtime.GOOS + "-" + map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	mustRun(t, dir, "node", filepath.Join(root, "internal", "npm", "pack.mjs"), "0.1.0", "tarballs", platform+"="+build(t))
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(tools, "project"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, dir, "npm", "install", "--save-dev", "--offline", "--ignore-scripts", "--no-audit", "--no-fund",
		"./tarballs/dispatchmock-0.1.0.tgz", "./tarballs/dispatchmock-"+platform+"-0.1.0.tgz")
	for _, pattern := range []string{"[^.@]*", "@*/*"} {
		packages, err := filepath.Glob(filepath.Join(tools, "node_modules", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range packages {
			name, _ := filepath.Rel(tools, target)
			link := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(link), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// copies makes a test file one for each worker.
func copies(t *testing.T, dir, name string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= workers; n++ {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("copy%d-%s", n, name)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// freePort returns a port that is free at this moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("CI is set, and Chromium is not installed")
	}
	t.Skip("Chromium is not installed")
	return ""
}

// TestRunners runs the test runners in an empty project, in which each test has
// a session of its own.
func TestRunners(t *testing.T) {
	tools := needTools(t, "npm")
	dir := project(t, tools)
	for _, name := range []string{"mock.test.mjs", "mock.vitest.ts", "mock.jest.js"} {
		copies(t, dir, name)
	}
	vitest := []string{"node_modules/vitest/vitest.mjs", "run"}
	jest := []string{"node_modules/jest/bin/jest.js", "--maxWorkers", fmt.Sprint(workers)}
	playwright := []string{"node_modules/@playwright/test/cli.js", "test"}
	secure := []string{"node_modules/dispatchmock/bin.js", "exec", "--tls", "self", "--allow", "invalid", "--", "node"}
	journal := "Requests to the mock:\n"
	for _, c := range []struct {
		name  string
		args  []string
		env   string
		fails bool
		want  []string
	}{
		{"types", []string{"node_modules/typescript/bin/tsc"}, "", false, nil},
		{"launcher", []string{"node_modules/dispatchmock/bin.js", "version"}, "", false, []string{"dispatchmock "}},
		{"launcher that fails", []string{"node_modules/dispatchmock/bin.js", "serve", "--nothing"}, "", true, []string{"--nothing"}},
		{"node", []string{"--test", "--test-reporter=tap", "--test-concurrency=8"}, "", false, []string{"# pass 32\n"}},
		{"node below exec", []string{"node_modules/dispatchmock/bin.js", "exec", "--allow", "invalid", "--allow", "simulated", "--", "node", "--test", "--test-reporter=tap"}, "SHARED=1", false, []string{"# pass 32\n"}},
		{"vitest", vitest, "", false, []string{"16 passed", "8 skipped"}},
		{"vitest over HTTPS", slices.Concat(secure, vitest), "", false, []string{"16 passed"}},
		{"vitest without global setup", vitest, "ALONE=1", false, []string{"16 passed"}},
		{"vitest with a failed test", slices.Concat(vitest, []string{"mock.vitest.ts"}), "BROKEN=1", true, []string{journal, "/customers/1/locations/404404 404 rejected"}},
		{"jest", jest, "", false, []string{"16 passed, 16 total"}},
		{"jest without global setup", jest, "ALONE=1", false, []string{"16 passed, 16 total"}},
		{"jest with a failed test", slices.Concat(jest, []string{"mock.jest.js"}), "BROKEN=1", true, []string{journal, "/customers/1/locations/404404 404 rejected"}},
		{"playwright", playwright, "", false, []string{"9 passed"}},
		{"playwright over HTTPS", slices.Concat(secure, playwright, []string{"--grep", "test 1"}), "", false, []string{"1 passed"}},
		{"playwright with failed tests", slices.Concat(playwright, []string{"--grep", "fail"}), "BROKEN=1", true, []string{
			"The contract was broken; mock.allow('invalid') allows it.", "/customers/1/locations/1 401 invalid",
			"dispatchmock-journal.txt", "/customers/1/locations/404404 404 rejected", "2 failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := []string{c.env, "NO_COLOR=1", "TMPDIR=" + t.TempDir(), "XDG_CACHE_HOME=" + t.TempDir()}
			if strings.HasPrefix(c.name, "playwright") {
				env = append(env, "CHROMIUM="+browser(t), "PORT="+freePort(t))
			}
			out, err := run(t, dir, env, "node", c.args...)
			if (err != nil) != c.fails {
				t.Fatalf("got the error %v, want one: %v\n%s", err, c.fails, out)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("the output does not have %q:\n%s", want, out)
				}
			}
		})
	}
}

// TestServerEndsWithItsUser kills the process that has started a server.
func TestServerEndsWithItsUser(t *testing.T) {
	needTools(t, "npm")
	program := `require('./node.js').startMock().then((mock) => { console.log(mock.url); setInterval(() => {}, 1000); })`
	cmd := exec.CommandContext(t.Context(), "node", "-e", program)
	cmd.Env = append(os.Environ(), "DISPATCHMOCK_BINARY="+build(t))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 100)
	n, err := out.Read(text)
	url := strings.TrimSpace(string(text[:n]))
	if err != nil {
		t.Fatal(err)
	}
	if err := answers(t, url); err != nil {
		t.Errorf("the server does not answer: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for start := time.Now(); answers(t, url) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > limit {
			t.Fatal("the server has outlived the process that started it")
		}
	}
}

func answers(t *testing.T, url string) error {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/_mock/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err == nil {
		response.Body.Close()
	}
	return err
}

// TestTypes holds that the types are those of the admin API's OpenAPI document.
func TestTypes(t *testing.T) {
	tools := needTools(t, "openapi")
	document := filepath.Join(t.TempDir(), "openapi.json")
	mustRun(t, root, build(t), "exec", "--allow", "no-requests", "--quiet", "--", "node", "-e",
		`fetch(process.env.DISPATCHMOCK_ADMIN_URL + '/openapi.json').then((r) => r.text()).then((text) => require('fs').writeFileSync('`+document+`', text))`)
	in, err := os.Open(document)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "node", "admintypes.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = tools, in, &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	const file = "admin-api.d.ts"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, out.Bytes()) {
		t.Errorf("%s is not made from the admin API as it is now; go test ./internal/npm -run TestTypes -update writes it anew", file)
	}
}
