package report

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"strings"
	"testing"

	"dispatchmock/internal/shell"
)

// hostileTexts run something, or arrive as another text, where they are not
// quoted well.
var hostileTexts = []string{"`touch ran`", "$(touch ran)", "'; touch ran; '", `"; touch ran; "`, `\'; touch ran; '`, "!!", "-K/dev/null", "@/etc/passwd", "*", "#", "${IFS}", "%s%n",
	"a\x1b[201~touch ran\x1b[200~", "\u202e", "\xe9`touch ran`", "\xff'$(touch ran)'", "-\xff", "\\", "\\u0022; process.exit(1); //", `${process.exit(1)}`, "*/ process.exit(1) /*", `""" + exit(1) + """`, "{exit(1)}"}

// hostileSamples have one of the texts in each place of a request that can
// hold it.
func hostileSamples() []sample {
	var all []sample
	word := func(s string) string { return strings.NewReplacer(" ", "+", "\x1b", "").Replace(s) }
	for _, s := range hostileTexts {
		name := strings.Map(func(r rune) rune {
			if r < 0x80 && isToken(string(r)) {
				return r
			}
			return -1
		}, s)
		all = append(all,
			newSample("method "+s, lines(name+"M /a HTTP/1.1", "Host: 127.0.0.1:8003"), "", nil),
			newSample("target "+s, lines("DELETE /a?"+word(s)+" HTTP/1.1", "Host: 127.0.0.1:8003"), "", nil),
			newSample("bare target "+s, lines("DELETE "+word(s)+" HTTP/1.1", "Host: 127.0.0.1:8003"), "", nil),
			newSample("host "+s, lines("DELETE /a HTTP/1.1", "Host: "+word(s)), "", nil),
			newSample("name "+s, lines("DELETE /a HTTP/1.1", "Host: 127.0.0.1:8003", name+"n: 1"), "", nil),
			newSample("lost name "+s, lines("DELETE /a HTTP/1.1", "Host: 127.0.0.1:8003", s+" : 1", name+"n: a\x00b", "Content-Length: "+s), "", nil),
			newSample("value "+s, lines("DELETE /a HTTP/1.1", "Host: 127.0.0.1:8003", "x: v"+s), "", nil),
			newSample("scheme "+s, lines("DELETE /a HTTP/1.1", "Host: 127.0.0.1:8003", "Authorization: "+strings.ReplaceAll(word(s), "#", "")+"s one"), "", nil),
			newSample("body "+s, lines("POST /a HTTP/1.1", "Host: 127.0.0.1:8003"), s, nil),
			newSample("typed body "+s, lines("POST /a HTTP/1.1", "Host: 127.0.0.1:8003", "Content-Type: a"), s+"\n"+s, nil))
	}
	for _, host := range []string{"a[1-3].example", "{a,b}.example", "a.example;id", "u:p@a.example", "a.example/x?", "", "[1-3]"} {
		all = append(all, newSample("host "+host, lines("DELETE /a HTTP/1.1", "Host: "+host), "", nil))
	}
	return all
}

// inEmptyFolder has a test run where hostile texts would leave a file, which
// nothing may.
func inEmptyFolder(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("a part of a text was run, and left %v, error %v", left, err)
		}
	})
}

// TestHostileCurl has a shell read the commands, to a given server and to
// where the requests went.
func TestHostileCurl(t *testing.T) {
	inEmptyFolder(t)
	for _, s := range hostileSamples() {
		t.Run(s.name, func(t *testing.T) {
			holdCurl(t, &s, base)
			holdCurl(t, &s, "")
			for line := range strings.SplitSeq(Curl(s.x, ""), "\n") {
				if rest, ok := strings.CutPrefix(line, "# "); ok && shell.Comment(rest) != line {
					t.Errorf("a shell without comments would read more than words in %s", line)
				}
			}
		})
	}
}

// TestHostileTargets holds that a command asks the server that the request
// named only where that is a plain host.
func TestHostileTargets(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"a.example": "http://a.example", "a.example:1": "http://a.example:1", "[::1]:1": "http://[::1]:1", "a[1-3].example": "http://localhost",
		"[1-3]": "http://localhost", "{a,b}": "http://localhost", "$(id)": "http://localhost", "a b": "http://localhost", "a/b": "http://localhost", "u@a": "http://localhost", "": "http://localhost"} {
		s := newSample(host, lines("GET / HTTP/1.1", "Host: "+host), "", nil)
		if got := newCall(s.x, "").base; got != want {
			t.Errorf("%q: got %s, want %s", host, got, want)
		}
	}
}

// TestHostilePrograms has Python, Node and Go read the programs.
func TestHostilePrograms(t *testing.T) {
	inEmptyFolder(t)
	all := hostileSamples()
	python := []string{"-c", `exec "$@" 2>&1 >/dev/null`, "sh", tool(t, "python3", true), write(t, t.TempDir(), "all.py", runAll)}
	for _, s := range all {
		if _, err := parser.ParseFile(token.NewFileSet(), "main.go", snippet(t, "go", s.x, ""), parser.AllErrors); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		python = append(python, write(t, t.TempDir(), "again.py", snippet(t, "python", s.x, base)), "one")
	}
	out := bytes.Split(bytes.TrimSpace(run(t, &all[0], sh(t), python...)), []byte("\n"))
	if len(out) != len(all) {
		t.Fatalf("%d of %d programs sent a request: %s", len(out), len(all), out)
	}
	for i, s := range all {
		got := decodeSent(t, out[i])
		if want := s.wanted(); got.Method != want.Method || !bytes.Equal(got.Body, want.Body) {
			t.Errorf("%s: got %s, body %q", s.name, got.Method, got.Body)
		}
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed here")
	}
	// One program of all, as each start takes long; names are of a block each.
	var program strings.Builder
	program.WriteString("const sent = [];\nglobalThis.fetch = async (url, { method, headers = [], body = '' }) => {\n" +
		"  sent.push([method, Buffer.from(body).toString('hex')]);\n  return { status: 200, statusText: 'OK', text: async () => '' };\n};\nconsole.log = () => {};\n")
	for _, s := range all {
		program.WriteString("{\n" + snippet(t, "fetch", s.x, "") + "}\n")
	}
	program.WriteString("for (const one of sent) process.stdout.write(one.join(' ') + '\\n');\n")
	got := bytes.Split(bytes.TrimSuffix(run(t, &all[0], node, write(t, t.TempDir(), "all.mjs", program.String())), []byte("\n")), []byte("\n"))
	if len(got) != len(all) {
		t.Fatalf("%d of %d programs sent a request", len(got), len(all))
	}
	for i, s := range all {
		method, body, _ := strings.Cut(string(got[i]), " ")
		if want := s.wanted(); method != want.Method || !bytes.Equal(unhex(t, body), want.Body) {
			t.Errorf("%s: got %s", s.name, got[i])
		}
	}
}

// FuzzCurl has a shell read the command of any request.
func FuzzCurl(f *testing.F) {
	for i, s := range hostileTexts {
		f.Add("M"+s, "/"+s, "h"+s, "n"+s, s, s, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, method, target, host, name, value, body string, local bool) {
		line := strings.NewReplacer("\r", "", "\n", "", "\x00", "")
		word := func(s string) string { return strings.Join(strings.Fields(line.Replace(s)), "") }
		if method, target = word(method), word(target); method == "" || target == "" || !isToken(method) || method == "HEAD" ||
			isFraming(name) || strings.EqualFold(name, "Authorization") || strings.Trim(line.Replace(value), " \t") == "" && !isToken(name) {
			return
		}
		s := newSample("fuzz", lines(method+" "+target+" HTTP/1.1", "Host: "+word(host), line.Replace(name)+": "+strings.Trim(line.Replace(value), " \t")), body, nil)
		to := ""
		if local {
			to = base
		}
		holdCurl(t, &s, to)
	})
}
