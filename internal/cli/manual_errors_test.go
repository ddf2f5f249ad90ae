package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
)

var patience = testkit.Patience

// serveHere runs serve within the test, until the test ends, and returns the
// address.
func serveHere(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, append([]string{"serve", "--quiet", "--listen", "127.0.0.1:0"}, args...), nil, nil, in, &stderr)
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != exitDone && err == nil {
			t.Errorf("serve %q: got the exit code %d, want %d\n%s", args, code, exitDone, &stderr)
		}
	})
	if err != nil {
		t.Fatalf("serve %q ended: %v", args, err)
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "http://")
}

// answerOf sends a request of raw bytes and returns the status and the field of the
// answer; a field of "" is not an error.
func ask(t *testing.T, address, request string) (status int, field string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// The server may answer before it has read all of it.
	_, _ = io.WriteString(c, request)
	_ = c.(*net.TCPConn).CloseWrite()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%.80q: %v", request, err)
	}
	defer answer.Body.Close()
	var body struct{ Field string }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body.Field
}

// sample is the page's request with some header fields changed; "-" leaves one
// out.
func sample(method, path string, changed ...string) string {
	header := map[string]string{"Host": "a", "Authorization": "Bearer dispatcher-token", "x-tenant-id": "1"}
	for i := 0; i < len(changed); i += 2 {
		header[changed[i]] = changed[i+1]
	}
	text := method + " " + path + " HTTP/1.1\r\n"
	for name, value := range header {
		if value != "-" {
			text += name + ": " + value + "\r\n"
		}
	}
	return text + "\r\n"
}

const resource = "/customers/1/locations/1"

// exampleOf is the request by which the table of errors brings one about.
func exampleOf(e *model.Example) string {
	if e == nil {
		return ""
	}
	path := cmp.Or(e.Path, fmt.Sprintf("/customers/%s/locations/%s", cmp.Or(e.Customer, "1"), cmp.Or(e.Location, "1")))
	if e.Session != "" {
		path = "/_s/" + e.Session + path
	}
	var changed []string
	switch {
	case e.Header != "":
		changed = []string{e.Header, e.Value + strings.Repeat("0", e.Size)}
	case e.Size > 0:
		changed = []string{"Content-Length", strconv.Itoa(e.Size)}
	}
	return sample(cmp.Or(e.Method, "DELETE"), path, changed...)
}

// TestManualHasEveryError brings about each error as the manual's table says,
// and holds the answer against the row.
func TestManualHasEveryError(t *testing.T) {
	t.Parallel()
	rows := rowsUnder(t, readPage(t, "errors"), "# Errors")
	address, other := serveHere(t), serveHere(t, "--schemas", otherContract(t))
	codes, choices := map[string]bool{}, choiceRules(t)
	for _, k := range model.Kinds() {
		code := string(k.Code)
		codes[code] = true
		t.Run(code, func(t *testing.T) {
			row := rows[code]
			if len(row) != 4 || row[3] == "" {
				t.Fatalf("errors.md has no row of %s", code)
			}
			request, at := exampleOf(k.Example), address
			if code == "contract_violated" {
				request, at = sample("DELETE", resource), other
			}
			if request == "" { // tests of the server bring these about
				if row[1] != strconv.Itoa(k.Status) {
					t.Errorf("got the status %s, want %d", row[1], k.Status)
				}
				return
			}
			status, field := ask(t, at, request)
			if got := strings.TrimSuffix(row[1], "*"); got != strconv.Itoa(status) {
				t.Errorf("errors.md says the status %s, and the answer has %d", row[1], status)
			}
			if want := strings.Trim(row[2], "`–"); want != field {
				t.Errorf("errors.md says the field %s, and the answer has %q", row[2], field)
			}
			_, choice := choices[code]
			if starred := strings.HasSuffix(row[1], "*"); starred != choice {
				t.Errorf("errors.md has the status %s; a star means a choice, and it is one: %v", row[1], choice)
			}
		})
	}
	for code := range rows {
		if !codes[code] {
			t.Errorf("errors.md has the error %s, which there is not", code)
		}
	}
}

// otherContract writes the schemas, changed so that no answer keeps them.
func otherContract(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if code := Run(t.Context(), []string{"init", dir}, nil, nil, io.Discard, os.Stderr); code != exitDone {
		t.Fatalf("init: got the exit code %d", code)
	}
	file := filepath.Join(dir, "schemas", "2019-02-08", "StandardResponseHeadersModel.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte("CPython/3.9.5"), []byte("CPython/0"), 1)
	if bytes.Equal(text, changed) {
		t.Fatalf("%s does not name the server any more", file)
	}
	if err := os.WriteFile(file, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "schemas")
}
