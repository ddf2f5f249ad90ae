package shell

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostile are texts that run something, or arrive as another text, where they
// are not quoted well.
var hostile = []string{
	"", " ", "plain", "-", "-n", "--help", "-x: \xe9", "-\x01", "a b", "*", "?", "[a-z]", "{a,b}", "~", "~root", "=ls", "#", "a#b", "!!", "!id", "a!b\x01!!",
	"$(touch ran)", "`touch ran`", "${IFS}", "$HOME", "$$", "$'\\x41'", "'", "''", "'; touch ran; '", "\"; touch ran; \"", "it's \"both\" $(touch ran)",
	"\\", "\\\\", "\\'", "a\\", "\\n", "%", "%s%n", "%%", "\\045s", "@/etc/passwd", "a\nb", "a\n\nb", "\ntouch ran", ";touch ran", "&touch ran&", "|touch ran", ">ran", "<ran",
	"a\tb", "\r", "a\rb", "\x1b[201~touch ran\r", "\x7f", "\u202e", "\u2028", "\u0085", "é", "日本", "😀", "\xff\xfe", "\xe9'\xe9", "\x01'$(touch ran)'", "\x01`touch ran`", "\x01\"$(touch ran)\"",
}

// shells are those of this machine.
func shells(t testing.TB) []string {
	t.Helper()
	var found []string
	for _, name := range []string{"sh", "bash", "dash", "zsh"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("no shell is installed here")
	}
	return found
}

// runIn runs a script in an empty folder, in which it may leave nothing.
func runIn(t testing.TB, shell, script string, options ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), shell, append(options, filepath.Join(t.TempDir(), "script"))...)
	cmd.Dir = dir
	if err := os.WriteFile(cmd.Args[len(cmd.Args)-1], []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("%s: %v\n%s\nscript %q", shell, err, stderr.String(), script)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%s ran a part of the text, which left %v, error %v", shell, left, err)
	}
	return out
}

// holdWords has each shell print the words of texts, and holds what arrives.
func holdWords(t testing.TB, texts []string) {
	t.Helper()
	var script strings.Builder
	var want []string
	for _, s := range texts {
		// A NUL byte is in no argument, and $() drops the ends of lines at the end.
		s = strings.TrimRight(strings.ReplaceAll(s, "\x00", ""), "\n")
		script.WriteString(`printf '%s\000' ` + Word(s) + "\n" + Comment(s) + "\n")
		want = append(want, s)
		if w := Word(s); strings.HasPrefix(w, `"`) && strings.Contains(w, "!") {
			t.Errorf("%s: an old interactive shell expands the exclamation mark", w)
		}
	}
	for _, shell := range shells(t) {
		got := strings.Split(strings.TrimSuffix(string(runIn(t, shell, script.String())), "\x00"), "\x00")
		if len(got) != len(want) {
			t.Errorf("%s: got %d texts, want %d: %q", shell, len(got), len(want), got)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %s: got %q, want %q", shell, Word(want[i]), got[i], want[i])
			}
		}
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	holdWords(t, hostile)
}

// TestWordAtThePrompt holds that an interactive bash, which expands history,
// reads the same.
func TestWordAtThePrompt(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed here")
	}
	script := "set -o history -o histexpand\ntrue id\n"
	for _, s := range hostile {
		script += `printf '%s\000' ` + Word(strings.TrimRight(s, "\n")) + "\n"
	}
	got := strings.Split(strings.TrimSuffix(string(runIn(t, bash, script)), "\x00"), "\x00")
	for i, s := range hostile {
		if i >= len(got) || got[i] != strings.TrimRight(s, "\n") {
			t.Fatalf("text %d of %q: got %q, want %q", i, hostile, got, s)
		}
	}
}

// TestComment holds that a comment is harmless where a shell takes it for a
// command.
func TestComment(t *testing.T) {
	t.Parallel()
	for _, s := range append(hostile, "the body's", "a\x00b") {
		got := Comment(s)
		if rest := strings.Trim(got[2:], alphanumeric+" ,.:/_-"); got[:2] != "# " || rest != "" {
			t.Errorf("%q: got %q, which has %q", s, got, rest)
		}
	}
}

func FuzzWord(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		holdWords(t, []string{s})
	})
}
