package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"dispatchmock/internal/testwait"
)

var patience = testwait.Patience

// process is a server that runs beside a script.
type process struct {
	cmd    *exec.Cmd
	stdout *watched
	stderr *watched
	exited chan struct{} // closed when cmd.Wait has returned
	url    string
}

var address = regexp.MustCompile(`http://[^\s/]+:[0-9]+`)

// serving finds the address that a server prints when it listens.
func (p *process) serving() bool {
	// A line is complete when its end has come.
	p.url = address.FindString(p.stdout.lines())
	return p.url != ""
}

// launch starts a command, prepared by a function, and waits until it is ready.
func launch(ready func(*process) bool, prepare func(*exec.Cmd), name string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), stdout: newWatched(), stderr: newWatched(), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.WaitDelay = patience // a child that is left behind holds what it prints to
	prepare(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.exited)
		// What the exit code is, ProcessState tells.
		_ = p.cmd.Wait()
	}()
	late := time.After(patience)
	for !ready(p) {
		select {
		case <-p.stdout.news:
		case <-p.stderr.news:
		case <-p.exited:
			return nil, fmt.Errorf("%s %q ended with the exit code %d before it was ready:\n%s", name, args, p.cmd.ProcessState.ExitCode(), p.stderr)
		case <-late:
			p.kill()
			return nil, fmt.Errorf("%s %q was not ready within %v:\n%s%s", name, args, patience, p.stdout, p.stderr)
		}
	}
	return p, nil
}

// kill ends the process, however it is.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// haveCurl reports whether curl and a shell are here; under CI they must be.
func haveCurl(l interface {
	Logf(string, ...any)
	Fatalf(string, ...any)
}) bool {
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				l.Fatalf("CI is set, and %s is missing: %v", program, err)
			}
			l.Logf("%s is missing: %v", program, err)
			return false
		}
	}
	return true
}

// shellWords splits a line as a shell does: quotes hold words together.
func shellWords(line string) []string {
	var words []string
	for _, m := range regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(line, -1) {
		words = append(words, strings.Trim(m, `"'`))
	}
	return words
}

// watched is a buffer that tells when more has come.
type watched struct {
	mu   sync.Mutex
	b    bytes.Buffer
	news chan struct{}
}

func newWatched() *watched { return &watched{news: make(chan struct{}, 1)} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b.Write(p)
	select {
	case w.news <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// lines returns the lines that are complete.
func (w *watched) lines() string {
	text := w.String()
	return text[:strings.LastIndexByte(text, '\n')+1]
}
