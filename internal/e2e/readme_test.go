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
	"strconv"
	"strings"
	"syscall"
	"testing"

	"dispatchmock/internal/testkit"
)

// block is a fenced block of README.md: commands, and what they print as far
// as the block behind them shows it.
type block struct {
	section  string
	commands string
	prints   string
}

var fence = regexp.MustCompile("(?m)^(?:## (.*)|```(sh|text)\n((?s:.*?))```)$")

// readmeBlocks returns the sh blocks of a text, each with the text block that
// follows it before any other.
func readmeBlocks(text string) []block {
	var blocks []block
	var section string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		switch m[2] {
		case "":
			section = m[1]
		case "sh":
			blocks = append(blocks, block{section: section, commands: m[3]})
		case "text":
			if last := len(blocks) - 1; last >= 0 && blocks[last].section == section {
				blocks[last].prints += m[3]
			}
		}
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

// TestReadmeCommands runs the commands of README.md as printed, but for the
// port, in the order in which a reader would: what begins with go in the
// module's folder, all else in a folder of the section's own. A server runs
// until the next one, or to the end of its section.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	testkit.Need(t, "sh", "curl")
	text, err := os.ReadFile(moduleDir + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := readmeBlocks(string(text))
	if len(blocks) < 10 {
		t.Fatalf("found %d blocks of commands in README.md, want at least 10", len(blocks))
	}
	bin := t.TempDir()
	env := append(os.Environ(), "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var section, dir, port string
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
		if b.section != section || dir == "" {
			stopServer()
			section, dir, port = b.section, t.TempDir(), freePort(t)
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
			if server, err = launchShell(folder, env, commands); err != nil {
				t.Fatalf("%s: %v", b.commands, err)
			}
			printed = server.Stdout.String()
		} else {
			printed = runShell(t, folder, env, commands)
		}
		if missing := firstMissing(printed, atPort(b.prints, port)); missing != "" {
			t.Errorf("README.md, %q: the commands\n%sprint no line (or not in this place) %q; they print\n%s", section, commands, missing, printed)
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
		t.Errorf("the commands of README.md\n%s: %v\n%s%s", commands, err, out, readAll(t, stderr))
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

// TestReadmeBlocks holds that the test above reads what is there.
func TestReadmeBlocks(t *testing.T) {
	t.Parallel()
	got := readmeBlocks("# T\n```sh\na\n```\nx\n```text\nA\n…\n```\n## One\n```json\nno\n```\n```sh\nb\nc\n```\n## Two\n```text\nnot b's\n```\n")
	want := []block{{"", "a\n", "A\n…\n"}, {"One", "b\nc\n", ""}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
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

// TestReadmeLinks holds that what README.md links to is there.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"README.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(moduleDir, file))
		if err != nil {
			t.Fatal(err)
		}
		anchors := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
			name := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
			anchors["#"+strings.ReplaceAll(name, " ", "-")] = true
		}
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
			switch to := m[1]; {
			case strings.HasPrefix(to, "https://"):
			case strings.HasPrefix(to, "#"):
				if !anchors[to] {
					t.Errorf("%s links to %s, which is no heading", file, to)
				}
			default:
				if _, err := os.Stat(filepath.Join(moduleDir, to)); err != nil {
					t.Errorf("%s links to a file that is not there: %v", file, err)
				}
			}
		}
	}
}
