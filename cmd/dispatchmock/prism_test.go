package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/openapi"
)

// violation is what Prism reports.
type violation struct {
	Location []string
	Message  string
}

// prism is Prism as a validation proxy, one process for each API version, in
// front of a server that may change from one request to the next.
type prism struct {
	t        *testing.T
	tools    string
	form     openapi.Form
	describe string // the server whose documents are asked for
	relay    *httptest.Server
	target   atomic.Pointer[url.URL]
	hosts    map[dispatch.Version]string
}

func newPrism(t *testing.T, tools string, form openapi.Form, base string) *prism {
	t.Helper()
	p := &prism{t: t, tools: tools, form: form, describe: base, hosts: map[dispatch.Version]string{}}
	p.to(base)
	p.relay = httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(p.target.Load()) }})
	t.Cleanup(p.relay.Close)
	return p
}

// to chooses the server that Prism speaks to.
func (p *prism) to(base string) {
	u, err := url.Parse(base)
	if err != nil {
		p.t.Fatal(err)
	}
	p.target.Store(u)
}

// host returns where Prism listens that has the document of a version.
func (p *prism) host(v dispatch.Version) string {
	p.t.Helper()
	if p.hosts[v] == "" {
		doc := keep(p.t, p.t.TempDir(), "openapi.json", describe(p.t, p.describe, p.form, v))
		port := freePort(p.t)
		listening := func(p *process) bool { return strings.Contains(p.stdout.lines(), "Prism is listening") }
		// Preflights are for the mock to answer. A busy machine takes long to
		// start Node.
		proc, err := launchWithin(6*patience, listening, func(*exec.Cmd) {}, "node", filepath.Join(p.tools, "node_modules/@stoplight/prism-cli/dist/index.js"), "proxy", doc, p.relay.URL, "--port", port, "--no-cors")
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(proc.kill)
		p.hosts[v] = net.JoinHostPort("127.0.0.1", port)
	}
	return p.hosts[v]
}

// ask sends a request as it is, by way of Prism, and returns the answer with
// what Prism has to say of request and answer.
func (p *prism) ask(v dispatch.Version, request string) (answer *http.Response, body string, of map[string][]violation) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.host(v))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	line, rest, _ := strings.Cut(request, "\r\n")
	// The document has the path in the one of its two spellings.
	line = strings.Replace(line, "/ HTTP/1.1", " HTTP/1.1", 1)
	if _, err := io.WriteString(conn, line+"\r\nConnection: close\r\n"+rest); err != nil {
		p.t.Fatal(err)
	}
	answer, body, err = readAnswer(conn, request)
	if err != nil {
		p.t.Fatalf("no answer by way of Prism: %v", err)
	}
	var list []violation
	if text := answer.Header.Get("Sl-Violations"); text != "" {
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			p.t.Fatalf("%v: %s", err, text)
		}
	}
	of = map[string][]violation{}
	for _, report := range list {
		of[report.Location[0]] = append(of[report.Location[0]], report)
	}
	return answer, body, of
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
		Fault string `json:"fault"`
	}
	if err := json.Unmarshal([]byte(fetch(t, base+"/_mock/journal/"+requestID)), &entry); err != nil {
		t.Fatal(err)
	}
	return entry.Fault
}

// sameJSON compares bodies as JavaScript reads them: Prism prints them anew.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
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
