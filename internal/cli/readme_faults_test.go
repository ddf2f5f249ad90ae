package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/testwait"
)

var patience = testwait.Patience

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
// answer; a field of "" is no error.
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

// faultRequests has what the README says brings about each fault.
func faultRequests() map[string]string {
	return map[string]string{
		"path_unknown":           sample("DELETE", "/customer/1/location/1"),
		"method_not_implemented": sample("POST", resource),
		"method_not_allowed":     sample("PUT", resource),
		"authorization_invalid":  sample("DELETE", resource, "Authorization", "Bearer {your-auth-token}"),
		"tenant_id_invalid":      sample("DELETE", resource, "x-tenant-id", "one"),
		"api_version_invalid":    sample("DELETE", resource, "x-api-version", "2019-02-08"),
		"request_id_invalid":     sample("DELETE", resource, "x-request-id", "1"),
		"content_type_invalid":   sample("DELETE", resource, "content-type", "text/plain"),
		"not_acceptable":         sample("DELETE", resource, "accept", "text/html"),
		"path_parameter_invalid": sample("DELETE", "/customers/abc/locations/1"),
		"token_unknown":          sample("DELETE", resource, "Authorization", "Bearer no-such-token"),
		"role_missing":           sample("DELETE", resource, "Authorization", "Bearer driver-token"),
		"tenant_foreign":         sample("DELETE", resource, "x-tenant-id", "2"),
		"tenant_unknown":         sample("DELETE", resource, "x-tenant-id", "99"),
		"record_unknown":         sample("DELETE", "/customers/1/locations/2"),
		"repeated_delete":        sample("DELETE", "/customers/5/locations/1"), // inactive from the start
		"session_unknown":        sample("DELETE", "/_s/none/customers/1/locations/1"),
		"scenario_unknown":       sample("DELETE", resource, "X-Mock-Scenario", "no-such"),
		"request_malformed":      "nonsense\r\n\r\n",
		"header_too_large":       sample("DELETE", resource, "x", strings.Repeat("a", 80<<10)),
		"body_too_large":         sample("DELETE", resource, "Content-Length", "1048577"),
		"body_unreadable":        sample("DELETE", resource, "Content-Length", "2"),
		"expectation_failed":     sample("DELETE", resource, "Expect", "a miracle"),
		"contract_violated":      sample("DELETE", resource), // of a server with another contract
	}
}

// TestReadmeHasEveryFault brings about each fault as the README's table says,
// and holds the answer against the row.
func TestReadmeHasEveryFault(t *testing.T) {
	t.Parallel()
	rows := rowsUnder(t, readReadme(t), "## Faults")
	source, err := os.ReadFile(moduleDir + "/internal/dispatch/fault.go")
	if err != nil {
		t.Fatal(err)
	}
	address, other := serveHere(t), serveHere(t, "--schemas", otherContract(t))
	requests := faultRequests()
	codes := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bCode += "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		code := m[1]
		codes[code] = true
		t.Run(code, func(t *testing.T) {
			row := rows[code]
			if len(row) != 4 || row[3] == "" {
				t.Fatalf("README.md has no row of %s", code)
			}
			// No request brings these about; tests of the server do.
			if want := map[string]string{"internal": "500", "scenario_misfit": "500", "header_invalid": "400"}[code]; want != "" {
				if row[1] != want {
					t.Errorf("got the status %s, want %s", row[1], want)
				}
				return
			}
			request, ok := requests[code]
			if !ok {
				t.Fatalf("no request of this test brings about %s", code)
			}
			at := address
			if code == "contract_violated" {
				at = other
			}
			status, field := ask(t, at, request)
			if got := strings.TrimSuffix(row[1], "*"); got != strconv.Itoa(status) {
				t.Errorf("README.md says the status %s, and the answer has %d", row[1], status)
			}
			if want := strings.Trim(row[2], "`–"); want != field && code != "contract_violated" {
				t.Errorf("README.md says the field %s, and the answer has %q", row[2], field)
			}
			_, choice := rowsUnder(t, readReadme(t), "### Choices")[code]
			if starred := strings.HasSuffix(row[1], "*"); starred != choice {
				t.Errorf("README.md has the status %s; a star means a choice, and it is one: %v", row[1], choice)
			}
		})
	}
	if len(codes) < 20 {
		t.Errorf("found %d codes in dispatch/fault.go, want all", len(codes))
	}
	for code := range rows {
		if !codes[code] {
			t.Errorf("README.md has the fault %s, which there is not", code)
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
