package main

import (
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
	addresses := func(p *process) []string {
		var list []string
		for _, m := range prismAddress.FindAllStringSubmatch(p.stdout.lines(), -1) {
			list = append(list, m[1])
		}
		return list
	}
	all := func(p *process) bool { return len(addresses(p)) == len(args)-2 }
	proc, err := launch(all, func(*exec.Cmd) {}, "node", args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proc.kill)
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
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	line, rest, _ := strings.Cut(request, "\r\n")
	// The document has the path in the one of its two spellings.
	line = strings.Replace(line, "/ HTTP/1.1", " HTTP/1.1", 1)
	if _, err := io.WriteString(conn, line+"\r\nConnection: close\r\n"+rest); err != nil {
		t.Fatal(err)
	}
	a, err := readAnswer(conn, request)
	if err != nil {
		t.Fatalf("no answer by way of Prism: %v", err)
	}
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

// worlds are the servers that golden files need.
type worlds struct {
	t      *testing.T
	shared map[string]string // by the value of --auth
}

// begin returns the URL of a world as a golden file begins with: a session of a
// shared server, or a server of its own where it has further fixtures.
func (w *worlds) begin(g golden) string {
	w.t.Helper()
	if len(g.files) > 0 {
		dir := w.t.TempDir()
		if text, err := exec.Command("dispatchmock", "init", dir).CombinedOutput(); err != nil {
			w.t.Fatalf("%v: %s", err, text)
		}
		for name, text := range g.files {
			keep(w.t, filepath.Join(dir, "fixtures"), name, text)
		}
		return serving(w.t, "--fixtures", filepath.Join(dir, "fixtures"), "--clock", goldenClock)
	}
	auth := g.settings["auth"]
	if auth == "" {
		auth = "fixtures"
	}
	if w.shared[auth] == "" {
		w.shared[auth] = serving(w.t, "--auth", auth)
	}
	spec := `{"clock": {"mode": "frozen", "at": "` + goldenClock + `"}`
	if choices := g.settings["choices"]; choices != "" {
		spec += `, "fixtures": {"choices": ` + choices + `}`
	}
	r, err := http.Post(w.shared[auth]+"/_mock/sessions", "application/json", strings.NewReader(spec+"}"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	var made struct {
		BaseURL string `json:"base_url"`
	}
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || r.StatusCode != http.StatusCreated {
		w.t.Fatalf("no session for %s: %s %v", g.name, r.Status, err)
	}
	return made.BaseURL
}

// goldenClock is the time of the golden exchanges.
const goldenClock = "2022-08-20T01:38:16Z"

// fault returns the code of the fault by which the mock refused a request; ""
// where it did not.
func fault(t *testing.T, world, requestID string) string {
	t.Helper()
	base, _, _ := strings.Cut(world, "/_s/")
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
