package mock_test

import (
	"net/http"
	"testing"

	"dispatchmock/internal/testkit"
)

const (
	resource   = "/customers/1/locations/1"
	pageAllow  = "GET,POST,PATCH,DELETE" // the page's Allow
	authorized = "authorized"
	anonymous  = "anonymous"
)

// methods are all of HTTP's, some of nobody's, and known ones misspelt, with
// the status that the resource answers to a dispatcher and to a stranger.
var methods = []struct {
	name             string
	status, stranger int
}{
	{http.MethodGet, 200, 401},
	{http.MethodDelete, 200, 401},
	{http.MethodOptions, 200, 200}, // a preflight carries no credentials
	{http.MethodPost, 501, 501},
	{http.MethodPatch, 501, 501},
	{http.MethodHead, 405, 405},
	{http.MethodPut, 405, 405},
	{http.MethodTrace, 405, 405},
	{http.MethodConnect, 405, 405},
	{"PURGE", 405, 405},
	{"M-SEARCH", 405, 405},
	{"X", 405, 405},
	{"DELETED", 405, 405},
	{"get", 405, 405},
	{"delete", 405, 405},
	{"options", 405, 405},
	{"post", 405, 405},
	{"Delete", 405, 405},
}

// TestMethods tries every method on every path: gorilla/mux answers 404 or
// redirects where a route is registered slightly otherwise.
func TestMethods(t *testing.T) {
	t.Parallel()
	paths := []struct {
		path  string
		known bool
	}{
		{testkit.Resource, true},
		{testkit.Resource + "/", true},
		{testkit.Resource + "?page=1", true},
		{testkit.Resource + "/?page=1", true},
		{"/", false},
		{"/nowhere", false},
		{"/nowhere/", false},
		{"/customers", false},
		{"/customers/1", false},
		{"/customers/1/locations", false},
		{"/customers/1/locations/", false},
		{testkit.Resource + "/more", false},
		{testkit.Resource + "//", false},
		{"/" + testkit.Resource, false},
		{"/customers//locations/1", false},
		{"/customers/./1/locations/1", false},
		{"/x/.." + testkit.Resource, false},
		{"/Customers/1/Locations/1", false},
		{"/api" + testkit.Resource, false},
	}
	r := testkit.Start(t, testkit.Settings{})
	for _, p := range paths {
		for _, m := range methods {
			for _, who := range []string{authorized, anonymous} {
				t.Run(m.name+" "+p.path+" "+who, func(t *testing.T) {
					t.Parallel()
					want, header := m.status, testkit.Dispatcher
					if who == anonymous {
						want, header = m.stranger, nil
					}
					if !p.known {
						want = http.StatusNotFound
					}
					a := r.Ask(t, m.name, p.path, header...)
					a.WantVendor(t, want)
					if got := a.Value("Allow"); got != pageAllow {
						t.Errorf("got Allow: %s, want %s: the page's Allow stands in every answer, a 405 must have one (RFC 9110)", got, pageAllow)
					}
				})
			}
		}
	}
}

// TestSlashSpellings holds that both spellings of the path get the same answer,
// byte for byte.
func TestSlashSpellings(t *testing.T) {
	t.Parallel()
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			header := append([]string{"x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}, testkit.Dispatcher...)
			r := testkit.Start(t, testkit.Settings{})
			without := r.Raw(t, testkit.Message(m.name, testkit.Resource, header...))
			with := r.Raw(t, testkit.Message(m.name, testkit.Resource+"/", header...))
			if without != with {
				t.Errorf("got\n%s\nwith the slash, want what is answered without it\n%s", with, without)
			}
		})
	}
}

// TestWrongMethodsChangeNothing holds that only DELETE deactivates.
func TestWrongMethodsChangeNothing(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	before := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...)
	for _, m := range methods {
		if m.name == http.MethodDelete {
			continue
		}
		r.Ask(t, m.name, testkit.Resource, testkit.Dispatcher...)
		if after := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); after.Body != before.Body {
			t.Fatalf("after %s the record is\n%s\nwant as before\n%s", m.name, after.Body, before.Body)
		}
	}
	r.Ask(t, http.MethodDelete, testkit.Resource, testkit.Dispatcher...)
	if after := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); after.Body == before.Body {
		t.Errorf("after DELETE the record is as before: %s", after.Body)
	}
}

// TestStandardClient holds that net/http's client gets along with the answers,
// one connection for all of them.
func TestStandardClient(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	for _, m := range methods {
		if m.name == http.MethodConnect {
			continue // that is a proxy's client
		}
		for _, path := range []string{testkit.Resource, testkit.Resource + "/"} {
			response, body := r.Do(t, m.name, path, "", testkit.Dispatcher...)
			if response.StatusCode != m.status {
				t.Errorf("%s %s: got status %s, want %d", m.name, path, response.Status, m.status)
			}
			if m.name != http.MethodHead && int64(len(body)) != response.ContentLength {
				t.Errorf("%s %s: got %d bytes, want the %d of Content-Length", m.name, path, len(body), response.ContentLength)
			}
			if got := response.Header.Get("Server"); got != "WSGIServer/0.2 CPython/3.9.5" {
				t.Errorf("%s %s: got Server: %q, want the page's", m.name, path, got)
			}
		}
	}
}
