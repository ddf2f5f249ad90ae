package admin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"dispatchmock/internal/app"
)

// Bounds on what one request may cost. They are far above what any costs that
// is read as it should be.
const (
	fuzzAnswer = 80 << 20 // a bundle or an archive of all that is kept
	fuzzHeap   = 1 << 30
)

// FuzzAdmin asks the admin API anything: no answer is a 5xx, what says that it
// is JSON is, the heap stays within its bound, and the mocked API goes on.
func FuzzAdmin(f *testing.F) {
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	for _, s := range []struct {
		method uint8
		path   string
		body   string
	}{
		{1, "/sessions", `{"id":"a","ttl":"1m","clock":{"mode":"frozen","at":"2022-08-20T01:38:16Z"},"request_ids":{"mode":"seed","seed":1},"scenarios":["error-401"],"seed":1,"allowed":["invalid"],"fixtures":{"choices":{"repeated_delete":409}}}`},
		{2, "/sessions/default/clock", `{"mode":"step","at":"2022-08-20T01:38:16Z","step":"1s"}`},
		{2, "/sessions/default/clock", `{"mode":"frozen","at":"9999-12-31T23:59:59Z"}`},
		{2, "/sessions/default/clock", `{"mode":"offset","offset":"-24h"}`},
		{2, "/sessions/default/request-ids", `{"mode":"seed","seed":1}`},
		{2, "/sessions/default/pins", `{"pins":{"web-app":"2023/04/19"}}`},
		{3, "/sessions/default/records/1/1/1", `{"is_active":true,"name":"x"}`},
		{2, "/sessions/default/records/1/1/1?api_version=2023/04/19", `{"id":1}`},
		{1, "/sessions/default/records/1/1/1/check", `{"id":1}`},
		{1, "/sessions/default/records/1/1/1/revert", ``},
		{4, "/sessions/default/records/1/1/1", ``},
		{3, "/sessions/default/choices", `{"repeated_delete":409}`},
		{1, "/sessions/default/snapshots", `{"name":"a"}`},
		{1, "/sessions/default/snapshots/a/restore", ``},
		{4, "/sessions/default/snapshots/a", ``},
		{1, "/sessions/default/scenarios", `{"name":"error-401","times":2,"until":"2022-08-20T02:00:00Z"}`},
		{1, "/sessions/default/scenarios", `{"definition":{"name":"q","description":"Q.","when":{"method":"PUT","headers":{"x-a":{"matches":"^a"}}},"then":{"patch":[{"op":"remove","path":"/name"}]}}}`},
		{1, "/sessions/default/scenario-check", `{"definition":{"name":"q","description":"Q.","then":{"sequence":{"steps":[{"error":{"code":"internal"}},{"pass":true,"times":2}],"after":"repeat"}}}}`},
		{4, "/sessions/default/scenarios/q", ``},
		{1, "/sessions/default/reset", `{}`},
		{1, "/journal/verify?session=default", `{"request":{"method":"DELETE","path":"/customers/*","header":{"a":{"matches":"x"}},"body":{"contains":{"a":1}}},"times":{"exactly":1},"nothing_else":true}`},
		{1, "/journal/verify", `{"order":[{"status":"2xx"},{"verdict": "ok"}],"between":"nothing"}`},
		{0, "/journal?limit=10&status=2xx&method=GET&path=/c&text=x&verdict=ok&since=2022-08-20T01:38:16Z&after=1&before=5&admin=true", ``},
		{0, "/journal/har?session=default", ``}, {0, "/journal/x", ``}, {0, "/exchanges/1", ``}, {0, "/exchanges/1/snippets", ``}, {4, "/coverage?session=default", ``},
		{0, "/coverage", ``}, {0, "/contract?api_version=2019/02/08", ``}, {0, "/clients", ``}, {0, "/openapi.json", ``}, {0, "/health", ``}, {0, "/ui/main.js", ``}, {0, "", ``},
		{0, "/sessions/default/bundle", ``}, {0, "/sessions/default/diff", ``}, {0, "/sessions/default/records?search=x&limit=3&after=1,1,1", ``},
		{0, "/sessions/default/records?sort=name&order=desc&offset=2", ``}, {0, "/api/openapi.json?api_version=2021/04/07&openapi=3.0", ``},
		{1, "/send", `{"method":"GET","path":"/customers/1/locations/1","headers":[{"name":"x-tenant-id","value":"1"}],"body":"x"}`},
	} {
		f.Add(s.method, s.path, []byte(s.body))
	}
	r := launch(f, settings{admin: app.Admin{Rate: 1e9}})
	c := &http.Client{Timeout: patience, Transport: client.Transport, CheckRedirect: client.CheckRedirect}
	f.Fuzz(func(t *testing.T, m uint8, path string, body []byte) {
		method := methods[int(m)%len(methods)]
		u, err := url.ParseRequestURI("/_mock" + path)
		if err != nil || path != "" && path[0] != '/' || strings.Contains(path, " ") || slow(u.Path, body) {
			return
		}
		var reader io.Reader
		if len(body) > 0 && method != http.MethodGet && method != http.MethodHead {
			reader = bytes.NewReader(body)
		}
		q, err := http.NewRequestWithContext(t.Context(), method, r.url+u.RequestURI(), reader)
		if err != nil {
			return
		}
		if reader != nil {
			q.Header.Set("Content-Type", "application/json")
		}
		a, err := c.Do(q)
		if err != nil {
			t.Fatalf("%s %q %q: %v", method, path, body, err)
		}
		text, err := io.ReadAll(io.LimitReader(a.Body, fuzzAnswer+1))
		a.Body.Close()
		switch {
		case err != nil:
			t.Fatalf("%s %q %q: %v", method, path, body, err)
		case a.StatusCode >= 500:
			t.Fatalf("%s %q %q: %d %.2000s", method, path, body, a.StatusCode, text)
		case len(text) > fuzzAnswer:
			t.Fatalf("%s %q: the answer has more than %d bytes", method, path, fuzzAnswer)
		case strings.Contains(a.Header.Get("Content-Type"), "json") && method != http.MethodHead && !json.Valid(text):
			t.Fatalf("%s %q %q: %d answers no JSON: %.2000q", method, path, body, a.StatusCode, text)
		case a.StatusCode >= 400 && method != http.MethodHead && !strings.HasPrefix(u.Path, "/_mock/ui/") && strings.Trim(u.Path, "/") != "_mock" && a.Header.Get("Content-Type") != "application/problem+json":
			t.Fatalf("%s %q: %d is no problem, but %s", method, path, a.StatusCode, a.Header.Get("Content-Type"))
		}
		var memory runtime.MemStats
		if runtime.ReadMemStats(&memory); memory.HeapAlloc > fuzzHeap {
			t.Fatalf("%s %q: the heap has %d bytes", method, path, memory.HeapAlloc)
		}
		goesOn(t, r)
	})
}

// slow reports what takes long because it is asked to: a stream that stays
// open, or an answer that a scenario delays or never gives.
func slow(path string, body []byte) bool {
	if strings.HasSuffix(path, "/stream") {
		return true
	}
	for _, word := range []string{"delay", "latency", "connection", "slow", "never", "stall", "cenario", "900", "901", "902", "903"} {
		if bytes.Contains(body, []byte(word)) && (strings.HasPrefix(path, "/_mock/send") || word == "delay" || word == "connection" || word == "latency") {
			return true
		}
	}
	return false
}

// goesOn holds that the mocked API answers, or breaks off where a scenario has
// it do so.
func goesOn(t *testing.T, r *running) {
	t.Helper()
	for _, method := range []string{"GET", "DELETE"} {
		p, err := send(r.url+resource, method, "", dispatcher...)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%s of the mocked API: %v", method, err)
		}
		if err == nil && p.status == 0 {
			t.Fatalf("%s of the mocked API got no status", method)
		}
	}
}
