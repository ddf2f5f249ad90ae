package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
)

// violation is what Prism reports.
type violation struct {
	Location []string
	Message  string
}

// prism is Prism as a validation proxy, with an address for each document, in
// front of a server that may change from one request to the next.
type prism struct {
	target atomic.Pointer[url.URL]
	hosts  map[openapi.Form]map[model.Version]string
}

var prismAddress = regexp.MustCompile(`Prism is listening on http://(\S+)`)

func newPrism(t *testing.T, tools string) *prism {
	t.Helper()
	p := &prism{hosts: map[openapi.Form]map[model.Version]string{}}
	relay := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(p.target.Load()) }})
	t.Cleanup(relay.Close)
	base, dir := serving(t), t.TempDir()
	args := []string{filepath.Join(tools, "prism.mjs"), relay.URL}
	for _, form := range openapi.Forms() {
		for i, v := range versions(t) {
			args = append(args, keep(t, dir, fmt.Sprintf("%s-%d.json", form, i), describe(t, base, form, v)))
		}
	}
	addresses := func(p *testkit.Process) []string {
		var list []string
		for _, m := range prismAddress.FindAllStringSubmatch(p.Stdout.Lines(), -1) {
			list = append(list, m[1])
		}
		return list
	}
	all := func(p *testkit.Process) bool { return len(addresses(p)) == len(args)-2 }
	proc, err := testkit.Launch(all, func(*exec.Cmd) {}, "node", args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proc.Kill)
	list := addresses(proc)
	for _, form := range openapi.Forms() {
		p.hosts[form] = map[model.Version]string{}
		for _, v := range versions(t) {
			p.hosts[form][v], list = list[0], list[1:]
		}
	}
	return p
}

// to chooses the server that Prism speaks to.
func (p *prism) to(t *testing.T, base string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	p.target.Store(u)
}

// ask sends a request as it is, by way of Prism with the document of a version,
// and returns the answer with what Prism has to say of request and answer.
func (p *prism) ask(t *testing.T, form openapi.Form, v model.Version, request string) (answer, map[string][]violation) {
	t.Helper()
	conn, err := net.Dial("tcp", p.hosts[form][v])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(testkit.Patience)); err != nil {
		t.Fatal(err)
	}
	line, rest, _ := strings.Cut(request, "\r\n")
	// The document has the path in the one of its two spellings.
	line = strings.Replace(line, "/ HTTP/1.1", " HTTP/1.1", 1)
	if _, err := io.WriteString(conn, line+"\r\nConnection: close\r\n"+rest); err != nil {
		t.Fatal(err)
	}
	a := readAnswer(t, conn, request)
	var list []violation
	if text := a.header.Get("Sl-Violations"); text != "" {
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	of := map[string][]violation{}
	for _, report := range list {
		of[report.Location[0]] = append(of[report.Location[0]], report)
	}
	return a, of
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// readAnswer reads the answer to a request.
func readAnswer(t *testing.T, r io.Reader, request string) answer {
	t.Helper()
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(r), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("no answer to %.80q: %v", request, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// servers are those that golden files need.
type servers struct {
	t      *testing.T
	shared map[bool]string // by whether any token will do
}

// begin returns the URL of the records that a golden file begins with: a session
// of a shared server, or a server of its own where it has further fixtures.
func (s *servers) begin(g golden) string {
	s.t.Helper()
	if len(g.settings.Files) > 0 {
		dir := filepath.Join(s.t.TempDir(), "mock")
		if text, err := exec.Command("dispatchmock", "init", dir).CombinedOutput(); err != nil {
			s.t.Fatalf("%v: %s", err, text)
		}
		for name, text := range g.settings.Files {
			keep(s.t, filepath.Join(dir, "fixtures"), name, text)
		}
		return serving(s.t, "--fixtures", filepath.Join(dir, "fixtures"), "--clock", goldenClock)
	}
	if s.shared[g.settings.AnyToken] == "" {
		s.shared[g.settings.AnyToken] = serving(s.t, "--auth", map[bool]string{false: "fixtures", true: "any"}[g.settings.AnyToken])
	}
	spec := `{"clock": {"mode": "frozen", "at": "` + goldenClock + `"}`
	if choices := g.settings.Choices; choices != "" {
		spec += `, "fixtures": {"choices": ` + choices + `}`
	}
	r, err := http.Post(s.shared[g.settings.AnyToken]+"/_mock/sessions", "application/json", strings.NewReader(spec+"}"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	var made struct {
		BaseURL string `json:"base_url"`
	}
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || r.StatusCode != http.StatusCreated {
		s.t.Fatalf("no session for %s: %s %v", g.name, r.Status, err)
	}
	return made.BaseURL
}

// goldenClock is the time of the golden exchanges.
const goldenClock = "2022-08-20T01:38:16Z"

// fault returns the code of the fault by which the mock refused a request; ""
// where it did not.
func fault(t *testing.T, base, requestID string) string {
	t.Helper()
	base, _, _ = strings.Cut(base, "/_s/")
	var entry struct {
		Fault string `json:"error_code"`
	}
	if err := json.Unmarshal([]byte(fetch(t, base+"/_mock/journal/"+requestID)), &entry); err != nil {
		t.Fatal(err)
	}
	return entry.Fault
}

// sameJSON compares bodies as JavaScript reads them: Prism prints them anew.
func sameJSON(a, b string) bool {
	if a == b {
		return true
	}
	var values [2]any
	for i, text := range []string{a, b} {
		if err := json.Unmarshal([]byte(text), &values[i]); err != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}
