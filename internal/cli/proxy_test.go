package cli

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"dispatchmock/internal/redact"
)

// sampleTime is the time of the page's sample response.
const sampleTime = "2022-08-20T01:38:16Z"

// pass starts a proxy before a target, and returns its URL.
func pass(t *testing.T, target string, args ...string) (url string, stdout, stderr *liveText, stop func() int) {
	t.Helper()
	stdout, stderr, stop = beside(t, append([]string{"proxy", "--target", target, "--listen", "127.0.0.1:0"}, args...)...)
	greeting := stdout.await(t, `(?s)^.*(Ctrl-C|http://\S+)\.?\n`)
	_, rest, _ := strings.Cut(greeting, "http://")
	address, _, _ := strings.Cut(rest, "\n")
	return "http://" + address, stdout, stderr, stop
}

// rawly sends bytes on a connection of their own and returns all that comes
// back until the server closes.
func rawly(t *testing.T, url, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// story is what clients ask, in order. Each asks in a way of its own, so that
// answers depend on what was asked before: pins, changed records, refusals.
func story() []string {
	at := func(customer, location int) string {
		return fmt.Sprintf("/customers/%d/locations/%d", customer, location)
	}
	const dispatcher, second, driver, foreign = "dispatcher-token", "second-dispatcher-token", "driver-token", "tenant2-token"
	var all []string
	for customer := 2; customer <= 15; customer++ { // every edge of the model
		all = append(all, asking("GET", at(customer, 1), driver, "1"))
	}
	return append(all,
		asking("DELETE", at(1, 1)+"/", dispatcher, "1", "Content-Type: application/json"),
		asking("GET", at(1, 1), dispatcher, "1"),
		asking("GET", at(2, 1), second, "1", "x-api-version: 2023/04/19"),
		asking("DELETE", at(2, 1), second, "1"), // in the version that was named
		asking("DELETE", at(2, 1), second, "1"), // again
		asking("GET", at(2, 1), driver, "1"),
		asking("DELETE", at(3, 1), driver, "1"), // has not the role
		asking("GET", at(3, 1), "admin-token", "1"),
		asking("DELETE", at(3, 1), "admin-token", "1"),
		asking("GET", at(3, 1), "readonly-token", "1"),
		asking("GET", at(3, 1), "no-such-token", "1"),
		asking("GET", at(3, 1), dispatcher, "2"), // another's tenant
		asking("GET", at(1, 1), foreign, "2", "x-api-version: 2021/04/07"),
		asking("DELETE", at(200, 1), foreign, "2"),
		asking("GET", at(200, 1), foreign, "2"),
		asking("GET", at(999, 1), dispatcher, "1"), // no such record
		asking("GET", at(12, 2), dispatcher, "1", "x-api-version: 2019/02/08"),
		asking("GET", at(12, 3), dispatcher, "1", "Accept: text/html"), // not to be had
		asking("PUT", at(1, 1), dispatcher, "1"),
		asking("OPTIONS", at(1, 1), dispatcher, "1", "Origin: http://b.example", "Access-Control-Request-Method: DELETE"),
		asking("DELETE", at(6, 1), dispatcher, "1", "Content-Length: 2")+"{}",
		"GET /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f\r\n\r\n",
	)
}

// TestRecordAndServe records what one mock answers, serves the recording, and
// asks the same: every answer is the same to the byte. Where the tokens are
// recorded by placeholders, those are what is sent, and what answers name.
func TestRecordAndServe(t *testing.T) {
	t.Parallel()
	tokens := []string{"second-dispatcher-token", "dispatcher-token", "driver-token", "admin-token", "readonly-token", "tenant2-token"}
	same, stand := []string{}, []string{}
	var flags []string
	for _, token := range tokens {
		flags = append(flags, "--placeholder", token+"="+token)
		stand = append(stand, token, strings.TrimPrefix(redact.NewMark("Bearer "+token).Stand, "Bearer "))
		same = append(same, token, token)
	}
	for _, c := range []struct {
		name  string
		flags []string
		words []string // old, new
	}{{"tokens that stand for themselves", flags, same}, {"placeholders", nil, stand}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "seen")
			origin := serve(t, "--clock", sampleTime)
			proxy, stdout, stderr, stop := pass(t, origin, append(c.flags, "--record", dir)...)
			var answers []string
			for _, request := range story() {
				answers = append(answers, rawly(t, proxy, request))
			}
			if code := stop(); code != 0 || !strings.Contains(stdout.String(), "Recorded 18 records, 6 clients and 35 exchanges in ") {
				t.Errorf("got the exit code %d and\n%s%.2000s", code, stdout, stderr)
			}
			again := serve(t, "--clock", sampleTime, "--fixtures", filepath.Join(dir, "fixtures"))
			words := strings.NewReplacer(c.words...)
			for i, request := range story() {
				got, want := rawly(t, again, words.Replace(request)), words.Replace(answers[i])
				if got != want {
					t.Errorf("request %d\n%s\nis answered by the recording\n%s\nwant as seen\n%s", i, request, got, want)
				}
			}
			replayGolden(t, dir)
			if len(c.flags) == 0 {
				hasNone(t, dir, tokens)
			}
		})
	}
}

// replayGolden sends the requests of each golden exchange to a mock of its own
// that serves the recording; the answers must be as recorded.
func replayGolden(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "exchanges", "*.txtar"))
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d golden exchanges, %v, want at least 30", len(files), err)
	}
	url := serve(t, "--clock", sampleTime, "--fixtures", filepath.Join(dir, "fixtures"))
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(archive.Files); n < 2 || n%2 != 0 {
			t.Fatalf("%s has %d sections, want requests and responses", file, n)
		}
		if !strings.Contains(string(archive.Comment), "\nclock: "+sampleTime+"\n") {
			t.Errorf("%s begins with %q, want the clock of its answer", file, archive.Comment)
		}
		if o := run(t, "ctl", "reset", "--url", url); o.code != 0 {
			t.Fatalf("resetting: %+v", o)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			head, body, _ := strings.Cut(string(archive.Files[i].Data), "\n\n")
			line, rest, _ := strings.Cut(head, "\n")
			request := strings.ReplaceAll(line+"\nConnection: close\n"+rest, "\n", "\r\n") + "\r\n\r\n" + strings.TrimSuffix(body, "\n")
			answer := rawly(t, url, request)
			head, body, _ = strings.Cut(strings.Replace(answer, "Connection: close\r\n", "", 1), "\r\n\r\n")
			if body != "" {
				body += "\n"
			}
			if got, want := strings.ReplaceAll(head, "\r\n", "\n")+"\n\n"+body, string(archive.Files[i+1].Data); got != want {
				t.Errorf("%s, section %d: got\n%s\nwant\n%s", file, i+2, got, want)
			}
		}
	}
}

// hasNone holds that no file of a folder has one of the words.
func hasNone(t *testing.T, dir string, words []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for _, word := range words {
			if strings.Contains(string(text), word) {
				t.Errorf("%s has %q", name, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
