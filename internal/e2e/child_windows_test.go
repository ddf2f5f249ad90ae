package e2e

import (
	"errors"
	"syscall"
)

func die(string) error { return errors.New("no signals on Windows") }

func leaveForeground() error { return errors.New("no signals on Windows") }

func peakOfParent() error { return nil }

// userSignal stands for one that Windows does not have.
const userSignal = syscall.SIGTERM

func childAwaitsUser() error { return nil }
