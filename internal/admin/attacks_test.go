package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/app"
)

const drop = `{"name": "made by an attacker"}`

// TestAttacks sends what a page of another web site can make a browser send,
// or a name that was rebound to this machine: each is refused before anything
// is done, and nothing lets the page read the refusal.
func TestAttacks(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	port := r.host[strings.LastIndexByte(r.host, ':'):]
	form := "multipart/form-data; boundary=x"
	for _, c := range []struct {
		name   string
		header []string
		body   string
		status int
		want   string
	}{
		{"rebound host", []string{"Host: evil.example" + port}, drop, 403, "is not this server's"},
		{"rebound host without port", []string{"Host: evil.example"}, drop, 403, "is not this server's"},
		{"host like localhost", []string{"Host: localhost.evil.example"}, drop, 403, "is not this server's"},
		{"host that ends so", []string{"Host: evillocalhost" + port}, drop, 403, "is not this server's"},
		{"host that begins so", []string{"Host: 127.0.0.1.evil.example"}, drop, 403, "is not this server's"},
		{"host with a dot behind", []string{"Host: evil.example." + port}, drop, 403, "is not this server's"},
		{"rebound host, page's own origin", []string{"Host: evil.example" + port, "Origin: http://evil.example" + port, "Sec-Fetch-Site: same-origin"}, drop, 403, "is not this server's"},
		{"other origin", []string{"Origin: https://evil.example"}, drop, 403, "A page of the origin"},
		{"origin null", []string{"Origin: null"}, drop, 403, "A page of the origin"},
		{"origin of another port", []string{"Origin: http://127.0.0.1:1"}, drop, 403, "A page of the origin"},
		{"origin of another scheme", []string{"Origin: https://" + r.host}, drop, 403, "A page of the origin"},
		{"origin that contains ours", []string{"Origin: http://" + r.host + ".evil.example"}, drop, 403, "A page of the origin"},
		{"origin with our user part", []string{"Origin: http://" + r.host + "@evil.example"}, drop, 403, "A page of the origin"},
		{"origin of localhost", []string{"Origin: http://localhost" + port}, drop, 403, "A page of the origin"},
		{"cross-site fetch", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}, drop, 403, "A page of another site"},
		{"same-site fetch", []string{"Sec-Fetch-Site: same-site"}, drop, 403, "A page of another site"},
		{"cross-site navigation", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, drop, 403, "A page of another site"},
		{"form", []string{"Content-Type: application/x-www-form-urlencoded"}, "name=x", 415, "takes JSON only"},
		{"form with JSON in it", []string{"Content-Type: text/plain"}, drop, 415, "takes JSON only"},
		{"multipart form", []string{"Content-Type: " + form}, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--x--\r\n", 415, "takes JSON only"},
		{"no type", []string{"Content-Type: "}, drop, 415, "takes JSON only"},
		{"type that contains JSON's", []string{"Content-Type: text/plain; application/json"}, drop, 415, "takes JSON only"},
		{"type that begins so", []string{"Content-Type: application/jsonp"}, drop, 415, "takes JSON only"},
		{"form without a body", []string{"Content-Type: text/plain"}, "", 415, "takes JSON only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, call := range []string{"POST /sessions", "POST /sessions/default/reset", "PUT /sessions/default/pins", "DELETE /journal"} {
				method, path, _ := strings.Cut(call, " ")
				got := r.do(t, method, "/_mock"+path, c.body, c.header...)
				if got.status != c.status || !strings.Contains(got.problem.Detail, c.want) {
					t.Errorf("%s: got %d %s, want %d and %q", call, got.status, got.body, c.status, c.want)
				}
				silent(t, got)
			}
			if c.status == 415 {
				return
			}
			// Reading is refused as well: what a session holds is nobody's.
			for _, path := range []string{"/health", "/sessions", "/journal", "/nowhere", "/journal/stream"} {
				if t.Failed() {
					break // a stream that is not refused does not end
				}
				got := r.do(t, "GET", "/_mock"+path, "", c.header...)
				if got.status != c.status {
					t.Errorf("GET %s: got %d %s, want %d", path, got.status, got.body, c.status)
				}
				silent(t, got)
			}
		})
	}
	var list struct{ Sessions []any }
	r.must(t, "GET", "/sessions", "", &list)
	if len(list.Sessions) != 1 {
		t.Errorf("an attack made a session: %v", list)
	}
}

// silent holds that an answer of the admin API has nothing that lets another origin
// read it.
func silent(t *testing.T, p reply) {
	t.Helper()
	for name := range p.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("the admin API answers with %s: %s", name, p.header.Get(name))
		}
	}
	if p.header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("the admin API's answer can be embedded elsewhere: %v", p.header)
	}
}

// TestPreflightsOfTheAdminAPI holds that none is granted, while those of the API
// are, so that no page of another origin can send JSON to the admin API.
func TestPreflightsOfTheAdminAPI(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "GET"} {
		for _, origin := range []string{"https://evil.example", "null", r.url} {
			got := r.do(t, "OPTIONS", "/_mock/sessions", "", "Origin: "+origin, "Access-Control-Request-Method: "+method, "Access-Control-Request-Headers: content-type")
			if got.status < 400 {
				t.Errorf("%s from %s: got %d, want a refusal", method, origin, got.status)
			}
			silent(t, got)
		}
	}
	for _, path := range []string{resource, "/_s/default" + resource} {
		got := r.do(t, "OPTIONS", path, "", "Origin: https://app.example", "Access-Control-Request-Method: DELETE")
		if got.status != http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("OPTIONS %s: got %d %v, want the documented CORS headers", path, got.status, got.header)
		}
	}
}

// TestOurs holds which requests are no attack.
func TestOurs(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	port := r.host[strings.LastIndexByte(r.host, ':'):]
	for _, header := range [][]string{
		nil,
		{"Origin: " + r.url},
		{"Origin: HTTP://" + r.host, "Sec-Fetch-Site: same-origin"},
		{"Host: localhost" + port, "Origin: http://localhost" + port},
		{"Host: LOCALHOST" + port},
		{"Host: a.localhost" + port},
		{"Host: [::1]" + port},
		{"Host: [::1]"},
		{"Host: 192.168.1.5:1"},
		{"Sec-Fetch-Site: none"},
		{"Content-Type: application/json; charset=utf-8"},
		{"Content-Type: APPLICATION/JSON"},
	} {
		if got := r.do(t, "POST", "/_mock/sessions", `{}`, header...); got.status != http.StatusCreated {
			t.Errorf("%q: got %d %s, want 201", header, got.status, got.body)
		} else {
			silent(t, got)
		}
	}
}

// TestOversize holds that what is too long for the admin API is refused, not held.
func TestOversize(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	huge := `{"name": "` + strings.Repeat("a", 4<<20) + `"}`
	for _, call := range []string{"POST /sessions", "PUT /sessions/default/pins", "POST /journal/verify"} {
		method, path, _ := strings.Cut(call, " ")
		if got := r.do(t, method, "/_mock"+path, huge); got.status != http.StatusRequestEntityTooLarge || !strings.Contains(got.problem.Detail, "at most 4194304 bytes") {
			t.Errorf("%s: got %d %.200s, want 413", call, got.status, got.body)
		}
	}
	// A length that is promised alone, and one that is not.
	for _, promise := range []string{"Content-Length: 99999999999", "Transfer-Encoding: chunked"} {
		text := "POST /_mock/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + promise + "\r\n\r\n"
		if promise[0] == 'T' {
			text += fmt.Sprintf("%x\r\n%s", 5<<20, huge)
		} else {
			text += huge
		}
		if got := statusOf(t, raw(t, r.host, text)); got != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: got %d, want 413", promise, got)
		}
	}
	answer := raw(t, r.host, "GET /_mock/health?"+strings.Repeat("a", 80<<10)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if got := statusOf(t, answer); got != http.StatusRequestHeaderFieldsTooLarge && got != http.StatusRequestURITooLong {
		t.Errorf("a long request line: got %d, want 431 or 414", got)
	}
}

// TestToken holds that with a token nothing of the admin API opens without it, and
// that no answer has it in it.
func TestToken(t *testing.T) {
	t.Parallel()
	const token = "s3cr3t-of-the-admin-api"
	r := launch(t, settings{admin: app.Admin{Token: token, Wait: func(context.Context, time.Duration) {}}})
	for _, c := range []struct {
		name   string
		header []string
		status int
	}{
		{"none", nil, 401},
		{"wrong", []string{"Authorization: Bearer wrong"}, 401},
		{"a part", []string{"Authorization: Bearer s3cr3t"}, 401},
		{"more", []string{"Authorization: Bearer " + token + "x"}, 401},
		{"another scheme", []string{"Authorization: Basic " + token}, 401},
		{"no scheme", []string{"Authorization: " + token}, 401},
		{"empty", []string{"Authorization: Bearer ", "X-Mock-Token: "}, 401},
		{"in the query", []string{}, 401},
		{"bearer", []string{"Authorization: Bearer " + token}, 200},
		{"bearer in small letters", []string{"Authorization: bearer " + token}, 200},
		{"own header", []string{"X-Mock-Token: " + token}, 200},
		{"both, the own one wrong", []string{"X-Mock-Token: wrong", "Authorization: Bearer " + token}, 200},
		{"own header beside a client's token", []string{"X-Mock-Token: " + token, "Authorization: Bearer dispatcher-token"}, 200},
		{"by another name, which is no use to who rebinds it", []string{"Host: mock.test", "X-Mock-Token: " + token}, 200},
		{"good, but from another origin", []string{"Origin: https://evil.example", "X-Mock-Token: " + token}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, path := range []string{"/health", "/sessions", "/openapi.json", "/sessions/default/bundle", "/journal/har"} {
				if c.name == "in the query" {
					path += "?token=" + url.QueryEscape(token)
				}
				got := r.do(t, "GET", "/_mock"+path, "", c.header...)
				if got.status != c.status {
					t.Errorf("GET %s: got %d %s, want %d", path, got.status, got.body, c.status)
				}
				if (got.header.Get("WWW-Authenticate") == "Bearer") != (c.status == 401) {
					t.Errorf("GET %s: got WWW-Authenticate: %s with %d", path, got.header.Get("WWW-Authenticate"), got.status)
				}
				if strings.Contains(got.body, token) {
					t.Errorf("GET %s: the answer has the token in it: %s", path, got.body)
				}
				silent(t, got)
			}
		})
	}
	if got := r.api(t, "GET", resource); got.status != http.StatusOK {
		t.Errorf("the API wants the admin API's token: %d %s", got.status, got.body)
	}
}

// TestRate holds that changes beyond the rate are refused until there is room
// again, and that questions are not.
func TestRate(t *testing.T) {
	t.Parallel()
	const slow = 0.001 // a second change comes after a quarter of an hour
	r := launch(t, settings{admin: app.Admin{Rate: slow}})
	r.must(t, "POST", "/sessions", `{"id": "first"}`, nil)
	got := r.do(t, "POST", "/_mock/sessions", `{"id": "second"}`)
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" || !strings.Contains(got.body, "takes 0.001 changes a second: try again") {
		t.Errorf("got %d %v %s", got.status, got.header, got.body)
	}
	for range 3 {
		r.must(t, "GET", "/sessions/first", "", nil)
	}
}
