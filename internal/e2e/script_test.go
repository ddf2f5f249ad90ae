package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"dispatchmock/internal/testkit"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script: what the command line does, file by file.
// Beside testscript's own commands they have those below.
func TestScripts(t *testing.T) {
	t.Parallel()
	build(t)
	// Under nohup the programs would be born deaf to it.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, testkit.Awake)
			e.Values[serverKey{}] = new(*testkit.Process)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "start": start, "begin": begin, "halt": halt, "ask": ask, "try": try, "write": write, "edit": edit, "stranger": stranger, "hold": hold,
		},
	})
}

type serverKey struct{}

// exits CODE ARGUMENT... runs the program, which must end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGUMENT...")
	}
	code := 0
	err := ts.Exec("dispatchmock", args[1:]...)
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		code = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("dispatchmock %q: got the exit code %d, want %s", args[1:], code, want)
	}
}

// start ARGUMENT... starts a server, waits for its address, and puts it into
// $URL and $ADDR.
func start(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(serverKey{}).(**testkit.Process)
	if neg || *server != nil {
		ts.Fatalf("usage: start ARGUMENT..., once until halt")
	}
	p, err := testkit.Launch((*testkit.Process).Serving, inFolder(ts), "dispatchmock", args...)
	ts.Check(err)
	*server = p
	ts.Defer(p.Kill)
	ts.Setenv("URL", p.URL)
	ts.Setenv("ADDR", strings.TrimPrefix(p.URL, "http://"))
}

// inFolder lets a command run in the script's folder.
func inFolder(ts *testscript.TestScript) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Dir = ts.MkAbs(".")
	}
}

// begin TEXT ARGUMENT... starts the program and waits until it prints the text
// on standard error.
func begin(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(serverKey{}).(**testkit.Process)
	if neg || *server != nil || len(args) < 1 {
		ts.Fatalf("usage: begin TEXT ARGUMENT..., once until halt")
	}
	said := func(p *testkit.Process) bool { return strings.Contains(p.Stderr.String(), args[0]) }
	p, err := testkit.Launch(said, inFolder(ts), "dispatchmock", args[1:]...)
	ts.Check(err)
	*server = p
	ts.Defer(p.Kill)
}

// halt [CODE [SIGNAL]] stops the server with SIGTERM, SIGINT, SIGHUP or SIGUSR1.
// It must end with the code, which is 0 only where nothing was cut off. What it
// printed is there for stdout and stderr.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(serverKey{}).(**testkit.Process)
	if neg || *server == nil {
		ts.Fatalf("usage: halt [CODE [SIGNAL]], after start")
	}
	p := *server
	*server = nil
	args = append(args, []string{"0", "SIGTERM"}[min(len(args), 2):]...)
	var signal os.Signal = syscall.SIGTERM
	switch args[1] {
	case "SIGINT":
		signal = os.Interrupt
	case "SIGHUP":
		signal = syscall.SIGHUP
	case "SIGUSR1":
		signal = userSignal
	}
	ts.Check(p.Cmd.Process.Signal(signal))
	select {
	case <-p.Exited:
	case <-time.After(testkit.Patience):
		ts.Fatalf("%v after %s the server still runs", testkit.Patience, args[1])
	}
	_, _ = io.WriteString(ts.Stdout(), p.Stdout.String())
	_, _ = io.WriteString(ts.Stderr(), p.Stderr.String())
	if got := strconv.Itoa(p.Cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("after %s: got the exit code %s, want %s\n%s", args[1], got, args[0], p.Stderr)
	}
}

// hold sends half a request to $ADDR, and keeps the connection open.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: hold")
	}
	conn, err := net.Dial("tcp", ts.Getenv("ADDR"))
	ts.Check(err)
	ts.Defer(func() { conn.Close() })
	_, err = io.WriteString(conn, "DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	ts.Check(err)
	// The interim answer shows that the request is in flight.
	_, err = bufio.NewReader(conn).ReadString('\n')
	ts.Check(err)
}

// ask METHOD PATH [HEADER]... sends a request to $URL and prints the answer.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ask METHOD PATH [HEADER]...")
	}
	ts.Check(send(ts.Stdout(), args[0], ts.Getenv("URL")+args[1], args[2:]))
}

// send prints what a request is answered with.
func send(w io.Writer, method, url string, header []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), testkit.Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	fmt.Fprintf(w, "%s %s\n", response.Proto, response.Status)
	if err := response.Header.Write(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if _, err = io.Copy(w, response.Body); err == nil {
		fmt.Fprintln(w)
	}
	return err
}

// try runs the command that the greeting offers: by a shell where there are
// a shell and curl, and else by reading it as a shell would.
func try(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(serverKey{}).(**testkit.Process)
	if neg || len(args) > 0 || *server == nil {
		ts.Fatalf("usage: try, after start")
	}
	_, rest, ok := strings.Cut((*server).Stdout.String(), "\n  try       ")
	line, _, _ := strings.Cut(rest, "\n")
	if !ok {
		ts.Fatalf("the greeting offers no command:\n%s", (*server).Stdout)
	}
	_, shell := exec.LookPath("sh")
	_, curl := exec.LookPath("curl")
	if shell == nil && curl == nil {
		ts.Check(ts.Exec("sh", "-c", line))
		return
	}
	w := words.FindAllString(line, -1)
	if len(w) != 9 || !strings.HasPrefix(line, "curl -i -X ") || w[4] != "-H" || w[6] != "-H" {
		ts.Fatalf("the command is not of the known form: %q", w)
	}
	ts.Check(send(ts.Stdout(), w[3], strings.Trim(w[8], `"'`), []string{strings.Trim(w[5], `"'`), strings.Trim(w[7], `"'`)}))
}

// words splits a line as a shell does: quotes hold words together.
var words = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)

// write FILE TEXT writes a text in Go's quotes: for bytes that have no place
// in a script.
func write(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: write FILE TEXT")
	}
	text, err := strconv.Unquote(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// edit FILE OLD NEW replaces a text that stands in the file once.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, args[1]); n != 1 {
		ts.Fatalf("%s has %q %d times, want once", args[0], args[1], n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}

// stranger STATUS [HEADER]... [BODY] starts a server that is not ours, at $URL.
func stranger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: stranger STATUS [HEADER]... [BODY]")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := ""
		for _, line := range args[1:] {
			if name, value, ok := strings.Cut(line, ": "); ok {
				w.Header().Set(name, value)
			} else {
				body = line
			}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have left
	}))
	ts.Defer(s.Close)
	ts.Setenv("URL", s.URL)
}
