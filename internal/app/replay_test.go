package app_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
)

// mixed returns a request of a script that touches all sorts of things.
func mixed(random *rand.Rand, prefix string) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	method := pick("DELETE", "DELETE", "GET", "OPTIONS", "POST", "PUT", "HEAD")
	path := pick("/customers/1/locations/1", "/customers/1/locations/1/", "/customers/9/locations/1", "/customers/404/locations/1", "/customers/x/locations/1", "/nowhere?token=secret")
	fields := []string{
		pick("Authorization: Bearer dispatcher-token", "authorization: bearer second-dispatcher-token", "Authorization: Bearer driver-token",
			"Authorization: Bearer nobody-knows", "Authorization: nonsense", "Authorization: Bearer \xff\xfe", "X-None: 1"),
		pick("x-tenant-id: 1", "x-tenant-id: 1", "x-tenant-id: 2", "x-tenant-id: one"),
		pick("x-api-version: 2021/04/07", "x-api-version: 2023/04/19", "x-api-version: 2020/01/01", "X-None: 2", "X-None: 3"),
		pick("x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "x-request-id: 7", "X-None: 4", "X-None: 5"),
		pick("accept: text/html", "X-None: 6", "X-None: 7", "X-None: 8"),
	}
	body := pick("", "", "{}", strings.Repeat("x", 70_000))
	if body != "" {
		if random.IntN(3) == 0 {
			return testkit.Message(method, prefix+path, append(fields, "Transfer-Encoding: chunked")...) + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		}
		fields = append(fields, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return testkit.Message(method, prefix+path, fields...) + body
}

// played runs a script in a session and returns the bundle of it.
func played(t *testing.T, r *testkit.Server, id string, n int) string {
	t.Helper()
	prefix := ""
	if id != session.DefaultID {
		prefix = "/_s/" + id
	}
	random := rand.New(rand.NewPCG(5, 5))
	for i := range n {
		r.Raw(t, mixed(random, prefix))
		switch i {
		case 5:
			r.Admin(t, http.MethodPatch, "/sessions/"+id+"/records/1/1/1", `{"is_active": true, "name": "Changed"}`)
			r.Admin(t, http.MethodPost, "/sessions/"+id+"/snapshots", `{"name": "a"}`)
		case 10:
			r.Admin(t, http.MethodPut, "/sessions/"+id+"/pins", `{"pins": {"web-app": "2021/05/07", "mobile-app": null}}`)
			r.Admin(t, http.MethodPost, "/sessions/"+id+"/scenarios", `{"definition": {"name": "odd", "description": "Every other request fails.", "when": {"method": "DELETE", "every": 2}, "then": {"error": {"code": "record_unknown"}}}}`)
			r.Admin(t, http.MethodPost, "/sessions/"+id+"/scenarios", `{"definition": {"name": "dice", "description": "By chance.", "when": {"method": "GET", "probability": 0.5}, "then": {"patch": [{"op": "replace", "path": "/name", "value": "?"}]}}}`)
		case 15:
			r.Admin(t, http.MethodPatch, "/sessions/"+id+"/choices", `{"repeated_delete": 409}`)
			r.Admin(t, http.MethodPut, "/sessions/"+id+"/clock", `{"mode": "step", "at": "2023-01-01T00:00:00Z", "step": "1s"}`)
		case 20:
			r.Admin(t, http.MethodPost, "/sessions/"+id+"/snapshots/a/restore", "")
		case 25:
			r.Admin(t, http.MethodDelete, "/sessions/"+id+"/records/1/9/1", "")
		}
	}
	return r.Admin(t, http.MethodGet, "/sessions/"+id+"/bundle", "")
}

func read(t testing.TB, text string) *bundle.Bundle {
	t.Helper()
	b, err := testkit.ReadBundle(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReplay saves sessions of all sorts of requests and changes, and has
// every byte of them again on a fresh server.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, id, made string
		anyToken       bool
	}{
		{name: "default session, random IDs", id: session.DefaultID},
		{name: "seeded and frozen", id: "a", made: `{"id": "a", "request_ids": {"seed": 7}, "clock": {"mode": "frozen", "at": "2022-08-20T01:38:16Z"}}`},
		{name: "offset clock", id: "b", made: `{"id": "b", "clock": {"mode": "offset", "offset": "48h"}}`},
		{name: "fixtures and scenarios", id: "c", made: `{"id": "c", "seed": 3, "fixtures": {"choices": {"admin_is_dispatcher": true}}, "scenarios": [{"name": "x", "description": "Off the tenth.", "when": {"nth": 10}, "then": {"error": {"code": "tenant_foreign"}}}]}`},
		{name: "any token", id: "d", made: `{"id": "d"}`, anyToken: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{Options: app.Options{AnyToken: c.anyToken}})
			if c.made != "" {
				r.Admin(t, http.MethodPost, "/sessions", c.made)
			}
			text := played(t, r, c.id, 60)
			b := read(t, text)
			for _, x := range b.Exchanges {
				if head := string(x.Request.Head); strings.Contains(head, "-token") || strings.Contains(head, "secret") {
					t.Errorf("the bundle has a token: %s", head)
				}
			}
			done, err := r.Replay(t, b)
			if err != nil {
				t.Fatal(err)
			}
			if done.Same != len(b.Exchanges) || done.Skipped != 0 {
				t.Errorf("got %+v, want all %d", done, len(b.Exchanges))
			}
		})
	}
}

// TestReplayFinds changes one byte of what a bundle has recorded; the replay
// names the request and the place.
func TestReplayFinds(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	text := played(t, r, session.DefaultID, 30)
	random := rand.New(rand.NewPCG(9, 9))
	for range 12 {
		b := read(t, text)
		i := random.IntN(len(b.Exchanges))
		for b.Exchanges[i].Admin {
			i = random.IntN(len(b.Exchanges))
		}
		x := &b.Exchanges[i]
		at := random.IntN(len(x.Response.Head))
		x.Response.Head[at] ^= 0x01
		_, err := r.Replay(t, b)
		var d *app.Difference
		if !errors.As(err, &d) || d.Exchange.Sequence != x.Sequence || d.Offset != at {
			t.Errorf("byte %d of the answer to request %d is another; the replay says %v", at, x.Sequence, err)
		}
	}
	b := read(t, text)
	for i := range b.Exchanges {
		if x := &b.Exchanges[i]; len(x.Response.Body) > 0 && !x.Admin {
			at := len(x.Response.Body) - 1
			x.Response.Body[at] ^= 0x01
			var d *app.Difference
			if _, err := r.Replay(t, b); !errors.As(err, &d) || d.Offset != len(x.Response.Head)+4+at {
				t.Errorf("the last byte of a body is another; the replay says %v", err)
			}
			return
		}
	}
}

// TestReplayOfRefused holds that requests which net/http refuses, of which
// nothing is kept, do not put the rest out of step.
func TestReplayOfRefused(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	r.Admin(t, http.MethodPut, "/sessions/default/request-ids", `{"seed": 4}`)
	for range 3 {
		r.Raw(t, testkit.Sample)
		r.Raw(t, "GARBAGE\r\n\r\n")
		r.Raw(t, testkit.Authorized(http.MethodGet, testkit.Resource))
	}
	b := r.Bundle(t, session.DefaultID)
	done, err := r.Replay(t, b)
	if err != nil || done.Skipped != 3 || done.Same != len(b.Exchanges)-3 {
		t.Errorf("got %+v, %v, want 3 of %d skipped and the rest as recorded", done, err, len(b.Exchanges))
	}
}
