package cli

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestClientOfAFullFolder is the command of the test below.
func TestClientOfAFullFolder(t *testing.T) {
	url := os.Getenv("DISPATCHMOCK_URL")
	if url == "" {
		t.Skip("it is run by another test")
	}
	for range 300 {
		request, err := http.NewRequest(http.MethodGet, url+"/customers/1/locations/1", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Pad", strings.Repeat("a", 2000))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}

// TestReportsOfAFullFolder holds that reports have what could be kept of a run,
// and say what they lack and why, where the folder for temporary files is full.
func TestReportsOfAFullFolder(t *testing.T) {
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	if err := os.Mkdir(full, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", full, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("no file system can be mounted here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(full, 0) })
	t.Setenv("TMPDIR", full)
	in := func(name string) string { return filepath.Join(dir, name) }
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"exec", "--allow", "invalid", "--report", "junit=" + in("j.xml"), "--report", "json=" + in("r.json"), "--report", "markdown=" + in("r.md"),
		"--", os.Args[0], "-test.run=^TestClientOfAFullFolder$"}, os.Environ(), nil, &stdout, &stderr)
	if code != exitWrong || strings.Count(stderr.String(), "no space left on device") != 2 {
		t.Errorf("got the exit code %d, want %d; the reason must be named in the note and as the error:\n%s", code, exitWrong, stderr.String())
	}
	for name, has := range map[string]string{"j.xml": "→ 401 #1", "r.json": `"request_id"`, "r.md": "Dispatchmock: passed"} {
		text, err := os.ReadFile(in(name))
		if err != nil || !strings.Contains(string(text), has) || !strings.Contains(string(text), "no space left on device") {
			t.Errorf("%s has %d bytes, %v; want %q and the reason in %.2000s", name, len(text), err, has, text)
		}
	}
}
