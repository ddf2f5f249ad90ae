package report

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tool finds a program that a test runs; CI has those that must be there.
func tool(t testing.TB, name string, must bool) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if must && os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing, and CI must have it", name)
		}
		t.Skipf("%s is not installed here", name)
	}
	return path
}

// run runs a program with the sample's token and returns what it prints.
func run(t *testing.T, s *sample, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "TOKEN="+s.token, "TOKEN_2=two", "HOME=/nowhere")
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Logf("%s", failed.Stderr)
		}
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// sent is a request as a program would send it.
type sent struct {
	Method, Target string
	Fields         []Field
	Body           []byte
}

// wanted returns what of a sample must be sent again: all but what no program
// can send, and without what each program frames by itself.
func (s *sample) wanted() sent {
	w := sent{Body: s.x.Request.Body}
	w.Method, w.Target, _ = strings.Cut(s.x.Request.Line(), " ")
	w.Target = w.Target[:strings.LastIndex(w.Target, " ")]
	for _, f := range s.x.Request.Fields() {
		if isFraming(f.Name) || !isToken(f.Name) || strings.Contains(f.Value, "\x00") {
			continue
		}
		for _, token := range []string{s.token, "two"} {
			for _, scheme := range []string{"Bearer ", ""} {
				if f.Value == redacted(scheme+token) {
					f.Value = scheme + token
				}
			}
		}
		w.Fields = append(w.Fields, Field(f))
	}
	return w
}

func isFraming(name string) bool {
	return slices.Contains([]string{"host", "content-length", "transfer-encoding"}, strings.ToLower(name))
}

func (s *sample) hold(t *testing.T, got, want sent) {
	t.Helper()
	if got.Method != want.Method || got.Target != want.Target || !bytes.Equal(got.Body, want.Body) {
		t.Errorf("got  %s %q, body %q\nwant %s %q, body %q", got.Method, got.Target, got.Body, want.Method, want.Target, want.Body)
	}
	if !slices.Equal(got.Fields, want.Fields) {
		t.Errorf("got  fields %q\nwant fields %q", got.Fields, want.Fields)
	}
}

// forCurl takes from what is wanted what curl cannot send, and the command
// says so.
func (w *sent) forCurl() {
	if w.Method == http.MethodHead {
		w.Body = nil
	}
}

// withRequest are the samples that have a request to send again.
func withRequest() []sample {
	return slices.DeleteFunc(samples(), func(s sample) bool { return s.x.Request.Head == "" })
}

// TestCurlInShell lets a shell read each command, with a function in the place
// of curl that prints its arguments: so the quoting is the shell's word, not
// ours.
func TestCurlInShell(t *testing.T) {
	t.Parallel()
	for _, s := range withRequest() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			holdCurl(t, &s, base)
		})
	}
}

// holdCurl has a shell read the command of a sample, and holds what curl is
// given.
func holdCurl(t *testing.T, s *sample, baseURL string) {
	t.Helper()
	const stub = `curl() {
	for arg in "$@"; do printf '%s\000' "$arg"; done
	for arg in "$@"; do if [ "$arg" = "@-" ]; then cat; fi; done
}
`
	url := newCall(s.x, baseURL).base + "/"
	out := run(t, s, sh(t), "-c", stub+Curl(s.x, baseURL))
	end := bytes.LastIndexByte(out, 0) + 1
	if i := bytes.Index(out, []byte("\x00--data-binary\x00@-\x00")); i >= 0 {
		// What follows the URL is the piped body, which may have a NUL.
		end = i + len("\x00--data-binary\x00@-\x00")
		for !bytes.HasPrefix(out[end:], []byte(url)) {
			end += bytes.IndexByte(out[end:], 0) + 1
		}
		end += bytes.IndexByte(out[end:], 0) + 1
	}
	got := curlArguments(t, strings.TrimSuffix(url, "/"), strings.Split(string(out[:end-1]), "\x00"), out[end:])
	want := s.wanted()
	want.forCurl()
	s.hold(t, got, want)
}

// curlArguments understands arguments as curl does.
func curlArguments(t *testing.T, base string, args []string, piped []byte) sent {
	t.Helper()
	got := sent{}
	for i := 0; i < len(args); i++ {
		next := func() string {
			if i++; i == len(args) {
				t.Fatalf("nothing follows %s", args[i-1])
			}
			return args[i]
		}
		switch args[i] {
		case "--include", "--http1.0":
		case "--head":
			got.Method = http.MethodHead
		case "--request":
			got.Method = next()
		case "--request-target":
			got.Target = next()
		case "--data-raw":
			got.Body = []byte(next())
		case "--data-binary":
			if next() != "@-" {
				t.Errorf("the body is read from %q", args[i])
			}
			got.Body = piped
		case "--header":
			field := next()
			name, value, ok := strings.Cut(field, ":")
			switch value = strings.TrimPrefix(value, " "); {
			case !ok && strings.HasSuffix(field, ";"):
				got.Fields = append(got.Fields, Field{strings.TrimSuffix(field, ";"), ""})
			case value != "" && !isFraming(name):
				got.Fields = append(got.Fields, Field{name, value})
			}
		default:
			target, ok := strings.CutPrefix(args[i], base)
			if !ok || i != len(args)-1 {
				t.Errorf("argument %d of %q is neither an option nor the last", i, args)
			}
			if got.Target == "" {
				got.Target = target
			}
		}
	}
	return got
}

// TestCurl lets the real curl send each request again and reads what comes
// over the wire.
func TestCurl(t *testing.T) {
	t.Parallel()
	tool(t, "curl", true)
	sh := tool(t, "sh", true)
	for _, s := range withRequest() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			url, requests := accept(t)
			run(t, &s, sh, "-c", "set -e\n"+strings.Replace(Curl(s.x, url), "curl ", "curl --silent --show-error --max-time 20 ", 1))
			want := s.wanted()
			want.forCurl()
			s.hold(t, <-requests, want)
		})
	}
}

func sh(t *testing.T) string { return tool(t, "sh", true) }

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// accept answers one request and hands over what it was.
func accept(t *testing.T) (url string, requests <-chan sent) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	out := make(chan sent, 1)
	go func() {
		defer close(out)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		out <- readSent(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	}()
	return "http://" + l.Addr().String(), out
}

// readSent reads a request as it comes over the wire.
func readSent(conn io.Reader) sent {
	var got sent
	r := bufio.NewReader(conn)
	read := func() string { line, _ := r.ReadString('\n'); return strings.TrimSuffix(line, "\r\n") }
	line := read()
	got.Method, line, _ = strings.Cut(line, " ")
	got.Target = line[:max(strings.LastIndexByte(line, ' '), 0)]
	framing := http.Header{}
	for line = read(); line != ""; line = read() {
		name, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if isFraming(name) {
			framing.Set(name, value)
		} else {
			got.Fields = append(got.Fields, Field{name, value})
		}
	}
	got.Body = readFramed(r, framing)
	return got
}
