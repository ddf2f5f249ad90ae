//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"dispatchmock/internal/testkit"
)

const userSignal = syscall.SIGUSR1

// die ends this process by a signal.
func die(name string) error {
	s := map[string]syscall.Signal{"SIGKILL": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM}[name]
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		return err
	}
	time.Sleep(testkit.Patience)
	return nil
}

// childAwaitsUser tells of one signal for users, and ends with 5.
func childAwaitsUser() error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	fmt.Fprintln(os.Stderr, "ready")
	select {
	case s := <-signals:
		fmt.Println("got", s)
		os.Exit(5)
	case <-time.After(testkit.Patience): // a failed test leaves it behind
	}
	return nil
}

// leaveForeground leaves the processes that the terminal sends signals to.
func leaveForeground() error { return syscall.Setpgid(0, 0) }

// peakOfParent tells on standard error how much memory the parent has held.
func peakOfParent() error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", os.Getppid()))
	if os.IsNotExist(err) {
		return nil // not Linux
	}
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM:") {
			fmt.Fprint(os.Stderr, line)
		}
	}
	return err
}
