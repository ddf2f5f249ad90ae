// Command manpages writes the man pages and the shell completions of
// dispatchmock to a folder, for packages: go run ./cmd/manpages DIR.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra/doc"

	"dispatchmock/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manpages DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "manpages:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	man, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	for _, d := range []string{man, completions} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	root := cli.Command()
	root.DisableAutoGenTag = true
	// The date would differ between two builds of one commit.
	header := &doc.GenManHeader{Section: "1", Source: "Dispatchmock", Manual: "Dispatchmock", Date: &time.Time{}}
	return errors.Join(
		doc.GenManTree(root, header, man),
		root.GenBashCompletionFileV2(filepath.Join(completions, "dispatchmock.bash"), true),
		root.GenZshCompletionFile(filepath.Join(completions, "dispatchmock.zsh")),
		root.GenFishCompletionFile(filepath.Join(completions, "dispatchmock.fish"), true),
		root.GenPowerShellCompletionFileWithDesc(filepath.Join(completions, "dispatchmock.ps1")),
	)
}
