package testkit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Build builds the program of this module into a folder, as the image has it;
// root is the module's folder.
func Build(root, into string) error {
	binary := filepath.Join(into, "dispatchmock")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	args, cgo := []string{"build", "-trimpath", "-ldflags", "-s -w"}, "0"
	if raceDetector {
		args, cgo = []string{"build", "-race"}, "1"
	}
	cmd := exec.Command("go", append(args, "-o", binary, "./cmd/dispatchmock")...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Awake keeps the race detector from a second of sleep before a program ends.
const Awake = "GORACE=atexit_sleep_ms=0"

// Process is a program that runs beside a test.
type Process struct {
	Cmd    *exec.Cmd
	Stdout *Output
	Stderr *Output
	Exited chan struct{} // closed when Cmd.Wait has returned
	URL    string        // that a server prints
}

var address = regexp.MustCompile(`http://[^\s/]+:[0-9]+`)

// Serving finds the address that a server prints when it listens.
func (p *Process) Serving() bool {
	p.URL = address.FindString(p.Stdout.Lines())
	return p.URL != ""
}

// Launch starts a command, prepared by a function that may be nil, and waits
// until it is ready.
func Launch(ready func(*Process) bool, prepare func(*exec.Cmd), name string, args ...string) (*Process, error) {
	p := &Process{Cmd: exec.Command(name, args...), Stdout: newOutput(), Stderr: newOutput(), Exited: make(chan struct{})}
	p.Cmd.Stdout, p.Cmd.Stderr, p.Cmd.Env = p.Stdout, p.Stderr, append(os.Environ(), Awake)
	p.Cmd.WaitDelay = Patience // a child that is left behind holds what it prints to
	if prepare != nil {
		prepare(p.Cmd)
	}
	if err := p.Cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.Exited)
		_ = p.Cmd.Wait() // ProcessState has the exit code
	}()
	late := time.After(Patience)
	for !ready(p) {
		select {
		case <-p.Stdout.News:
		case <-p.Stderr.News:
		case <-p.Exited:
			return nil, fmt.Errorf("%s %q ended with the exit code %d before it was ready:\n%s", name, args, p.Cmd.ProcessState.ExitCode(), p.Stderr)
		case <-late:
			p.Kill()
			return nil, fmt.Errorf("%s %q was not ready within %v:\n%s%s", name, args, Patience, p.Stdout, p.Stderr)
		}
	}
	return p, nil
}

// Kill ends the process, however it is.
func (p *Process) Kill() {
	_ = p.Cmd.Process.Kill()
	<-p.Exited
}

// Output is what a process prints.
type Output struct {
	Buffer
	News chan struct{} // receives when more has come
}

func newOutput() *Output { return &Output{News: make(chan struct{}, 1)} }

func (o *Output) Write(p []byte) (int, error) {
	n, err := o.Buffer.Write(p)
	select {
	case o.News <- struct{}{}:
	default:
	}
	return n, err
}

// Lines returns the lines that are complete.
func (o *Output) Lines() string {
	text := o.String()
	return text[:strings.LastIndexByte(text, '\n')+1]
}
