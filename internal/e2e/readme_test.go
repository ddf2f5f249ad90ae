//go:build unix

package e2e

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"dispatchmock/internal/testkit"
)

// block is a fenced block of README.md or of a page of the manual: a file to
// save, or commands, and what they print as far as the block behind them shows it.
type block struct {
	file, content    string
	commands, prints string
}

// fence finds headings and fenced blocks. A second word behind the fence is the
// name of the file that the block is.
var fence = regexp.MustCompile("(?m)^(?:##+ .*|```([a-z]+)(?: (\\S+))?\n((?s:.*?))```)$")

// documentBlocks returns the files and the sh blocks of a text, each of these with the
// text block that follows it under the same heading.
func documentBlocks(text string) []block {
	var blocks []block
	open := false // whether a text block belongs to the last commands
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		switch {
		case m[2] != "":
			blocks = append(blocks, block{file: m[2], content: m[3]})
		case m[1] == "sh":
			blocks = append(blocks, block{commands: m[3]})
			open = true
			continue
		case m[1] == "text" && open:
			blocks[len(blocks)-1].prints += m[3]
			continue
		}
		open = false
	}
	return blocks
}

// notHere says why a block is not run by this test.
func notHere(commands string) string {
	switch {
	case commands == "go test ./...\n":
		return "this test is part of it"
	case strings.HasPrefix(commands, "docker "):
		return "it needs Docker; .ci/run holds that the image builds the program as it is built here"
	}
	return ""
}

// serves finds the commands that start a server at its default address.
var serves = regexp.MustCompile(`(?m)^((?:go run \./cmd/)?dispatchmock(?: serve)?)((?: --.*)?|(?: .*)? &)$`)

// atPort moves what a block starts and asks to a port that is free here: the
// default one may be in use. Nothing else of the block is changed.
func atPort(text, port string) string {
	text = serves.ReplaceAllStringFunc(text, func(line string) string {
		if strings.Contains(line, "--listen") {
			return line
		}
		return serves.ReplaceAllString(line, "$1 --listen 127.0.0.1:"+port+"$2")
	})
	text = strings.ReplaceAll(text, "dispatchmock ctl ", "dispatchmock ctl --url http://127.0.0.1:8003 ")
	text = strings.ReplaceAll(text, "--url http://127.0.0.1:8003 --url ", "--url ")
	return strings.ReplaceAll(text, "127.0.0.1:8003", "127.0.0.1:"+port)
}

// isServer reports a block that is a server in the foreground.
func isServer(commands string) bool {
	line := strings.TrimSuffix(commands, "\n")
	return !strings.Contains(line, "\n") && !strings.HasSuffix(line, "&") && serves.MatchString(line)
}

// documents are README.md and the pages of the manual.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(moduleDir, "internal", "manual", "*.md"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("found %d pages of the manual: %v", len(pages), err)
	}
	return append(pages, filepath.Join(moduleDir, "README.md"))
}

// TestDocumentCommands runs the commands of README.md and of the manual as
// printed, but for the port, in the order in which a reader would: what begins
// with go in the module's folder, all else in a folder of the document's own. A
// server runs until the next one, or to the end of the document.
func TestDocumentCommands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program, and starts it many times")
	}
	testkit.Need(t, "sh", "curl")
	bin := t.TempDir()
	env := append(os.Environ(), "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	runShell(t, moduleDir, env, "go install ./cmd/dispatchmock")
	found := 0
	for _, document := range documents(t) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		blocks := documentBlocks(string(text))
		found += len(blocks)
		t.Run(filepath.Base(document), func(t *testing.T) {
			t.Parallel()
			runDocument(t, env, blocks)
		})
	}
	if found < 50 {
		t.Errorf("found %d blocks of commands and files, want at least 50", found)
	}
}

func runDocument(t *testing.T, env []string, blocks []block) {
	dir, port := t.TempDir(), freePort(t)
	var server *testkit.Process
	stopServer := func() {
		if server == nil {
			return
		}
		// As Ctrl-C does: to all that the terminal runs.
		if err := syscall.Kill(-server.Cmd.Process.Pid, syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-server.Exited
		// go run itself ends with 1 at a signal, whatever the program does.
		if code := server.Cmd.ProcessState.ExitCode(); code != 0 && !strings.Contains(server.Cmd.Args[2], "go run") {
			t.Errorf("%q: got the exit code %d at Ctrl-C, want 0\n%s", server.Cmd.Args, code, server.Stderr)
		}
		server = nil
	}
	defer func() { stopServer() }()
	for _, b := range blocks {
		if b.file != "" {
			if err := os.WriteFile(filepath.Join(dir, b.file), []byte(atPort(b.content, port)), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if why := notHere(b.commands); why != "" {
			t.Logf("not run: %s: %s", strings.TrimSpace(b.commands), why)
			continue
		}
		folder := dir
		if strings.HasPrefix(b.commands, "go ") {
			folder = moduleDir
		}
		commands, printed := atPort(b.commands, port), ""
		if isServer(b.commands) {
			stopServer()
			var err error
			if server, err = launchShell(folder, env, commands); err != nil {
				t.Fatalf("%s: %v", b.commands, err)
			}
			printed = server.Stdout.String()
		} else {
			printed = runShell(t, folder, env, commands)
		}
		if missing := firstMissing(printed, atPort(b.prints, port)); missing != "" {
			t.Errorf("the commands\n%sprint no line (or not in this place) %q; they print\n%s", commands, missing, printed)
		}
	}
}

// freePort returns a port that nobody listens at. It lies below those that the
// system gives to whoever asks for any, which other tests do all the time.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("found no free port")
	return ""
}

// launchShell starts a server as a terminal would, in a group of processes.
func launchShell(dir string, env []string, commands string) (*testkit.Process, error) {
	return testkit.Launch((*testkit.Process).Serving, func(c *exec.Cmd) {
		c.Dir, c.Env, c.SysProcAttr = dir, env, &syscall.SysProcAttr{Setpgid: true}
	}, "sh", "-ec", "exec "+commands)
}

func runShell(t *testing.T, dir string, env []string, commands string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-ec", commands)
	c.Dir, c.Env, c.SysProcAttr = dir, env, &syscall.SysProcAttr{Setpgid: true}
	// Files, as what the commands leave running would keep a pipe open.
	stdout, stderr := outputFile(t), outputFile(t)
	c.Stdout, c.Stderr = stdout, stderr
	err := c.Run()
	// And it would outlive the test.
	if c.Process != nil {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
	out := readAll(t, stdout)
	if err != nil {
		t.Errorf("the commands\n%s: %v\n%s%s", commands, err, out, readAll(t, stderr))
	}
	return out
}

// outputFile makes a file for what a command prints.
func outputFile(t *testing.T) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func readAll(t *testing.T, f *os.File) string {
	t.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// firstMissing returns the first line of want that got does not have behind
// the ones before it, or "". A line of … stands for any.
func firstMissing(got, want string) string {
	lines := strings.Split(strings.ReplaceAll(got, "\r", ""), "\n")
	for line := range strings.Lines(want) {
		line = strings.TrimSuffix(line, "\n")
		if line == "…" {
			continue
		}
		i := 0
		for i < len(lines) && lines[i] != line {
			i++
		}
		if i == len(lines) {
			return line
		}
		lines = lines[i+1:]
	}
	return ""
}

// TestDocumentBlocks holds that the test above reads what is there.
func TestDocumentBlocks(t *testing.T) {
	t.Parallel()
	got := documentBlocks("# T\n```sh\na\n```\nx\n```text\nA\n…\n```\n## One\n```json\nno\n```\n```json a/b.json\n{}\n```\n```sh\nb\nc\n```\n### Two\n```text\nnot b's\n```\n")
	want := []block{{commands: "a\n", prints: "A\n…\n"}, {file: "a/b.json", content: "{}\n"}, {commands: "b\nc\n"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for in, out := range map[string]string{
		"go run ./cmd/dispatchmock":                 "go run ./cmd/dispatchmock --listen 127.0.0.1:1",
		"dispatchmock":                              "dispatchmock --listen 127.0.0.1:1",
		"dispatchmock serve --clock x":              "dispatchmock serve --listen 127.0.0.1:1 --clock x",
		"a\ndispatchmock serve --quiet 2> log &\nb": "a\ndispatchmock serve --listen 127.0.0.1:1 --quiet 2> log &\nb",
		"dispatchmock serve --listen 127.0.0.1:0 &": "dispatchmock serve --listen 127.0.0.1:0 &",
		"dispatchmock ctl reset":                    "dispatchmock ctl --url http://127.0.0.1:1 reset",
		"dispatchmock ctl --url x reset":            "dispatchmock ctl --url x reset",
		"dispatchmock init mock":                    "dispatchmock init mock",
		"dispatchmock health http://127.0.0.1:8003": "dispatchmock health http://127.0.0.1:1",
		"curl http://127.0.0.1:8003/customers/1":    "curl http://127.0.0.1:1/customers/1",
	} {
		if got := atPort(in, "1"); got != out {
			t.Errorf("atPort(%q) = %q, want %q", in, got, out)
		}
	}
	for got, missing := range map[string]string{"a\nb\nc": "", "x\nc\na\r\nb": "c", "": "a", "b\na\r\nc": "", "a": "c"} {
		if m := firstMissing(got, "a\n…\nc\n"); m != missing {
			t.Errorf("firstMissing(%q) = %q, want %q", got, m, missing)
		}
	}
}
