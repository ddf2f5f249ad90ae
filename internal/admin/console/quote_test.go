package console_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuote has a shell read what the page quotes for it, where Node is there
// to run the page's code.
func TestQuote(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed here")
	}
	texts := []string{"", "plain", "a b", "'", "it's '' $(touch ran)", "`touch ran`", "; touch ran", "=ls", "~", "!!", "-n", "\\", "%s", "a\nb\n", "a\tb", "\x1b[201~touch ran\r", "\r\n", "\u202e", "\u2028", "\u0085", "é 😀", "\x01'\x7f"}
	words, err := filepath.Abs("ui/words.js")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(words)
	if err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(t.TempDir(), "quote.mjs")
	text := string(code) + "\nprocess.stdout.write(" + string(list) + ".map(s => `printf '%s\\\\000' ${quote(s)}\\n`).join('') + '# ' + sampleCurl('http://a;touch ran', []));\n"
	if err := os.WriteFile(program, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	script, err := exec.CommandContext(t.Context(), node, program).Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(string(script), "\x1b\r\x01\u202e\u2028\u0085") {
		t.Errorf("a paste would have what a person does not see: %q", script)
	}
	if !strings.HasSuffix(string(script), " 'http://a;touch ran/customers/1/locations/1'") {
		t.Errorf("the sample's address is not quoted: %s", script)
	}
	sh := exec.CommandContext(t.Context(), "sh", "-c", string(script))
	sh.Dir = dir
	out, err := sh.Output()
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || strings.Join(got, "|") != strings.Join(texts, "|") {
		t.Errorf("got %q, %v\nwant %q", got, err, texts)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("a part of a text was run: %v, %v", left, err)
	}
}
