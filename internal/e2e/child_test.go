package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dispatchmock/internal/testkit"
)

// child is a command that scripts let exec run, as a process of its own. Its
// first argument says what it does.
func child() {
	if err := childDoes(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(99)
	}
}

func childDoes(args []string) error {
	switch args[0] {
	case "exit":
		code, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		os.Exit(code)
	case "env":
		return childEnv()
	case "cat":
		_, err := io.Copy(os.Stdout, os.Stdin)
		return err
	case "ask": // METHOD PATH [HEADER]..., as the environment has it
		return childAsks(args[1], args[2], args[3:])
	case "many": // N METHOD PATH [HEADER]...
		n, err := strconv.Atoi(args[1])
		for i := 0; i < n && err == nil; i++ {
			err = childAsks(args[2], args[3], args[4:])
		}
		return err
	case "all": // "METHOD PATH[|HEADER]..."...
		for _, text := range args[1:] {
			parts := strings.Split(text, "|")
			method, path, _ := strings.Cut(parts[0], " ")
			if err := childAsks(method, path, parts[1:]); err != nil {
				return err
			}
		}
	case "await":
		return childAwaits(false)
	case "background":
		if err := leaveForeground(); err != nil {
			return err
		}
		return childAwaits(true)
	case "user":
		return childAwaitsUser()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Fprintln(os.Stderr, "ready")
		time.Sleep(testkit.Patience) // a failed test leaves it behind
	case "same": // FILE
		return childPrintsTo(args[1])
	case "flood": // MEGABYTES
		return childFloods(args[1])
	case "die":
		return die(args[1])
	}
	return nil
}

// childEnv tells what exec says, and where.
func childEnv() error {
	for _, line := range slices.Sorted(slices.Values(os.Environ())) {
		if strings.HasPrefix(line, "DISPATCHMOCK_") {
			fmt.Println(line)
		}
	}
	dir, err := os.Getwd()
	fmt.Println("in", dir)
	return err
}

func childAsks(method, path string, header []string) error {
	r, err := http.NewRequest(method, os.Getenv("DISPATCHMOCK_URL")+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+os.Getenv("DISPATCHMOCK_TOKEN"))
	r.Header.Set("X-Tenant-Id", os.Getenv("DISPATCHMOCK_TENANT"))
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	fmt.Println(response.StatusCode)
	return err
}

// childAwaits counts interrupts, tells the other signals, and ends with 3 at
// the first of those; or with 4 at the first interrupt.
func childAwaits(counts bool) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	fmt.Fprintln(os.Stderr, "ready, child of", os.Getppid())
	interrupts := 0
	for s := range signals {
		switch {
		case s != os.Interrupt:
			fmt.Printf("got %v after %d interrupts\n", s, interrupts)
			os.Exit(3)
		case !counts:
			fmt.Println("interrupted")
			os.Exit(4)
		}
		interrupts++
	}
	return nil
}

// childPrintsTo holds that what is printed goes to a file itself, not by way of
// somebody who copies.
func childPrintsTo(name string) error {
	own, err := os.Stdout.Stat()
	if err != nil {
		return err
	}
	file, err := os.Stat(name)
	if err == nil && !os.SameFile(own, file) {
		err = fmt.Errorf("standard output is %v, not the file %s", own.Mode(), name)
	}
	return err
}

func childFloods(megabytes string) error {
	n, err := strconv.Atoi(megabytes)
	if err != nil {
		return err
	}
	line := []byte(strings.Repeat("x", 1<<20-1) + "\n")
	for range n {
		if _, err := os.Stdout.Write(line); err != nil {
			return err
		}
	}
	return peakOfParent()
}
