package app_test

import (
	"net/http"
	"testing"
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
		{resource, true},
		{resource + "/", true},
		{resource + "?page=1", true},
		{resource + "/?page=1", true},
		{"/", false},
		{"/nowhere", false},
		{"/nowhere/", false},
		{"/customers", false},
		{"/customers/1", false},
		{"/customers/1/locations", false},
		{"/customers/1/locations/", false},
		{resource + "/more", false},
		{resource + "//", false},
		{"/" + resource, false},
		{"/customers//locations/1", false},
		{"/customers/./1/locations/1", false},
		{"/x/.." + resource, false},
		{"/Customers/1/Locations/1", false},
		{"/api" + resource, false},
	}
	r := launch(t, settings{quiet: true})
	for _, p := range paths {
		for _, m := range methods {
			for _, who := range []string{authorized, anonymous} {
				t.Run(m.name+" "+p.path+" "+who, func(t *testing.T) {
					t.Parallel()
					want, header := m.status, dispatcher
					if who == anonymous {
						want, header = m.stranger, nil
					}
					if !p.known {
						want = http.StatusNotFound
					}
					a := r.ask(t, m.name, p.path, header...)
					wantVendor(t, a, want)
					if got := a.value("Allow"); got != pageAllow {
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
			header := append([]string{"x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}, dispatcher...)
			r := launch(t, settings{quiet: true})
			without := r.raw(t, message(m.name, resource, header...))
			with := r.raw(t, message(m.name, resource+"/", header...))
			if without != with {
				t.Errorf("got\n%s\nwith the slash, want what is answered without it\n%s", with, without)
			}
		})
	}
}

// TestWrongMethodsChangeNothing holds that only DELETE deactivates.
func TestWrongMethodsChangeNothing(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{quiet: true})
	before := r.ask(t, http.MethodGet, resource, dispatcher...)
	for _, m := range methods {
		if m.name == http.MethodDelete {
			continue
		}
		r.ask(t, m.name, resource, dispatcher...)
		if after := r.ask(t, http.MethodGet, resource, dispatcher...); after.body != before.body {
			t.Fatalf("after %s the record is\n%s\nwant as before\n%s", m.name, after.body, before.body)
		}
	}
	r.ask(t, http.MethodDelete, resource, dispatcher...)
	if after := r.ask(t, http.MethodGet, resource, dispatcher...); after.body == before.body {
		t.Errorf("after DELETE the record is as before: %s", after.body)
	}
}

// TestStandardClient holds that net/http's client gets along with the answers,
// one connection for all of them.
func TestStandardClient(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{quiet: true})
	for _, m := range methods {
		if m.name == http.MethodConnect {
			continue // that is a proxy's client
		}
		for _, path := range []string{resource, resource + "/"} {
			response, body := r.do(t, m.name, path, dispatcher...)
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
