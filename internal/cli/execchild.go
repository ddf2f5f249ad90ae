package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

// Exit codes of a command that could not be run, as shells have them.
const (
	exitCannotRun = 126
	exitNotFound  = 127
)

// find returns the path of a program.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	code, why := exitCannotRun, err.Error()
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code, why = exitNotFound, "there is no such command"
	}
	return "", errCannotRun{fmt.Errorf("%s: %s", name, why), code}
}

// errCannotRun says why a command could not be run.
type errCannotRun struct {
	error
	code int
}

// child is a command that has the terminal, the working directory and the
// files of this process: nothing that it reads or prints passes through here.
type child struct {
	program   string
	args      []string
	env       []string
	killAfter time.Duration
	io        streams
}

// run runs the command to its end and returns its exit code, which is 128 and
// the signal's number where a signal ended it.
func (c *child) run(ctx context.Context) (int, error) {
	cmd := exec.Command(c.program) //nolint:noctx // it ends by signals, which are passed on
	cmd.Args, cmd.Env = c.args, c.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.io.in, c.io.raw.out, c.io.raw.err
	signals := make(chan os.Signal, 16)
	for _, s := range forwarded() {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if ctx.Err() != nil { // by a signal that came before they were passed on
		return 0, errors.New("stopped before the command began")
	}
	if err := cmd.Start(); err != nil {
		return 0, errCannotRun{err, exitCannotRun}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var late <-chan time.Time // until a signal was passed on
	for {
		select {
		case err := <-ended:
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				return 0, err
			}
			return codeOf(cmd.ProcessState), nil
		case s := <-signals:
			if fromTerminal(s) {
				continue // the terminal has sent it to the command as well
			}
			// It may have ended just now.
			_ = cmd.Process.Signal(s)
			if late == nil && c.killAfter > 0 && ends(s) {
				late = time.After(c.killAfter)
			}
		case <-late:
			fmt.Fprintf(c.io.err, "dispatchmock: the command is still there %v after the signal to end, and is killed\n", c.killAfter)
			_ = cmd.Process.Kill()
		}
	}
}
