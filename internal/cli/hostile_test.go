package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// evil has what moves a cursor, rings, ends a line early, or turns the
// direction of a text: in UTF-8, and the same as JSON has it.
const (
	evil     = "X\x1b[2J\a\r\x7f\u0085\u009b31m\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u2028\U000e0001Y"
	evilJSON = `X\u001b[2J\u0007\r` + "\x7f\u0085\u009b31m\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u2028\U000e0001Y"
	// shown is of what evil is printed as.
	shown = `\u202e`
)

// harmless holds that nothing in a text steers a terminal.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s prints bytes that are not UTF-8", what)
	}
	for i, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Errorf("%s prints %U, in %q", what, r, text[max(0, i-40):min(len(text), i+40)])
			return
		}
	}
}

// spoilt appends evil to the texts of a JSON value that are not read further.
func spoilt(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			v[k] = spoilt(member)
		}
		if pins, ok := v["pins"].(map[string]any); ok {
			pins["id"+evil] = evil
		}
	case []any:
		for i := range v {
			v[i] = spoilt(v[i])
		}
	case string:
		if _, err := time.Parse(time.RFC3339Nano, v); err != nil && v != "ready" {
			return v + evil
		}
	}
	return v
}

// spoiling passes requests to a server, and spoils what its answers say; the
// last body that it sent is kept.
func spoiling(t *testing.T, base string) (url string, last *atomic.Pointer[[]byte]) {
	t.Helper()
	last = new(atomic.Pointer[[]byte])
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := http.DefaultTransport.RoundTrip(redirected(r, base))
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		if strings.HasSuffix(r.URL.Path, "/stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "event: exchange\nid: 1\ndata: {\"id\": 1, \"path\": \"%s\"}\n\n", strings.ReplaceAll(evilJSON, "\x7f", ""))
			return
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Error(err)
		}
		var v any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) == nil {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(spoilt(v)); err != nil {
				t.Error(err)
			}
			text = b.Bytes()
		}
		last.Store(&text)
		w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(text) // the client is there
	}))
	t.Cleanup(s.Close)
	return s.URL, last
}

// answering answers each connection with the same bytes.
func answering(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 64<<10)) // one request
				_, _ = io.WriteString(c, text)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func answer(head, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", head, len(body), body)
}

// ctlArguments gives each command of ctl its arguments.
func ctlArguments(t *testing.T, use string) []string {
	t.Helper()
	var args []string
	for _, word := range strings.Fields(use)[1:] {
		word = strings.Trim(word, "[]…")
		switch word {
		case "FILE":
			args = append(args, file(t, "document.json", "{}"))
		case "METHOD":
			args = append(args, "GET")
		case "PATH":
			args = append(args, "/customers/1/locations/1")
		case "SCENARIO", "NAME":
			args = append(args, "flaky")
		case "SETTING":
			args = append(args, "real")
		case "SOURCE":
			args = append(args, "random")
		case "ID":
			args = append(args, "default")
		default:
			if strings.Contains(word, "=") {
				word = "repeated_delete=409"
			} else {
				word = "1"
			}
			args = append(args, word)
		}
	}
	return args
}

// TestControlOfHostileServers holds that no command of ctl passes on what would
// steer a terminal, whatever the server says, and that JSON keeps its value.
func TestControlOfHostileServers(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for _, args := range []string{"scenario add flaky", "snapshot take flaky", "pins set client=2021/04/07", "send GET /customers/1/locations/1 -H Authorization:nobody"} {
		run(t, append([]string{"ctl", "--url", base}, strings.Fields(args)...)...)
	}
	problem := `{"type": "about:blank", "title": "` + evilJSON + `", "status": 409, "detail": "` + evilJSON + `", "errors": [{"pointer": "` + evilJSON + `", "value": "` + evilJSON + `", "rule": "` + evilJSON + `"}]}`
	refusing := answering(t, answer("409 "+evilHead+"\r\nContent-Type: application/problem+json", problem))
	strange := answering(t, answer("200 OK\r\nContent-Type: "+evilHead, "{"+evil+"}"))
	for _, c := range leaves(commands()["ctl"]) {
		path := strings.Fields(c.CommandPath())[1:]
		t.Run(strings.Join(path[1:], " "), func(t *testing.T) {
			t.Parallel()
			spoilt, last := spoiling(t, base)
			args := append(path, ctlArguments(t, c.Use)...)
			if c.Flags().Lookup("force") != nil {
				args = append(args, "--force") // the file is there
			}
			if c.Name() == "follow" {
				for _, more := range [][]string{{"--url", spoilt}, {"--url", spoilt, "--json"}} {
					stdout, stderr, stop := beside(t, append(args, more...)...)
					stdout.await(t, `\\u202e`)
					stop()
					harmless(t, "it", stdout.String()+stderr.String())
				}
				return
			}
			for _, url := range []string{spoilt, refusing, strange} {
				seen := ""
				for _, more := range [][]string{nil, {"--json"}} {
					o := run(t, append(append(args, "--url", url), more...)...)
					harmless(t, fmt.Sprintf("%q %v", args, more), o.stdout+o.stderr)
					seen += o.stdout + o.stderr
					if more != nil && url == spoilt && o.stdout != "" && o.stdout[0] == '{' {
						var got, want any
						if err := json.Unmarshal([]byte(o.stdout), &got); err != nil {
							t.Errorf("prints no JSON: %v", err)
						} else if err := json.Unmarshal(*last.Load(), &want); err != nil || !reflect.DeepEqual(got, want) {
							t.Errorf("the JSON has another value than was sent: %v\n%s\n%s", err, o.stdout, *last.Load())
						}
					}
				}
				if url == refusing && !strings.Contains(seen, shown) {
					t.Errorf("nothing that the server says is shown: %q", seen)
				}
			}
		})
	}
}

// evilHead is evil in the head of an answer, which a line feed or a carriage
// return would end.
var evilHead = strings.ReplaceAll(evil, "\r", "")

// TestCommandsOfHostileServers is the same of the commands that speak to a
// server, or have one speak to them.
func TestCommandsOfHostileServers(t *testing.T) {
	t.Parallel()
	server := answering(t, answer("200 "+evilHead+"\r\nContent-Type: "+evilHead+"\r\nX-REQUEST-ID: "+evilHead+"\r\nX-API-VERSION: "+evilHead, `{"field": "`+evilJSON+`", "`+evil+`": 1}`))
	for _, args := range [][]string{
		{"health", answering(t, answer("500 "+evilHead+"\r\nX-API-VERSION: "+evilHead, ""))},
		{"health", "http://" + evil},
		{"verify", "--target", server, "--token", "a.b", "--retries", "0", "--only", "1-40"},
		{"verify", "--target", server, "--token", "a.b", "--retries", "0", "--only", "1-40", "--format", "json"},
		{"help", evil}, {evil}, {"check", "--" + evil}, {"ctl", "--url", evil, "health"},
		{"exec", "--", evil},
	} {
		o := run(t, args...)
		harmless(t, fmt.Sprintf("%q", args), o.stdout+o.stderr)
		if !strings.Contains(o.stdout+o.stderr, "202e") {
			t.Errorf("%q: nothing of what was said is shown: %s%s", args, o.stdout, o.stderr)
		}
	}
	// No control character but those above U+007F passes net/http.
	const path = "\u0085\u009b31m\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u2028\U000e0001"
	request := "DELETE /customers/" + path + "/locations/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + path + "\r\nX-API-VERSION: " + path + "\r\n\r\n"
	for _, args := range [][]string{
		{"serve"}, {"serve", "--log", "json"}, {"proxy", "--target", server}, {"proxy", "--target", server, "--log", "json"},
	} {
		stdout, stderr, stop := beside(t, append(args, "--listen", "127.0.0.1:0")...)
		base := strings.TrimSpace(strings.TrimPrefix(stdout.await(t, `address +http://\S+`), "address"))
		if got := rawly(t, base, request); got == "" {
			t.Errorf("%q: no answer", args)
		}
		stderr.await(t, `202e`)
		stop()
		harmless(t, fmt.Sprintf("%q", args), stdout.String()+stderr.String())
	}
}
