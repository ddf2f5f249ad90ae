package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"man/dispatchmock.1":             "dispatchmock-serve(1)",
		"man/dispatchmock-ctl-journal.1": "\\fB--session\\fP",
		"completions/dispatchmock.bash":  "__complete",
		"completions/dispatchmock.zsh":   "#compdef dispatchmock",
		"completions/dispatchmock.fish":  "complete -c dispatchmock",
		"completions/dispatchmock.ps1":   "Register-ArgumentCompleter",
	} {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: got %v, want a text with %q:\n%.300s", name, err, want, text)
		}
	}
}
