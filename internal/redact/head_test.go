package redact

import (
	"fmt"
	"strings"
	"testing"
)

// TestHead holds that no secret stays in a head, and that all else does.
func TestHead(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-Token"
	shown := Hash(secret)
	for _, c := range []struct{ in, want string }{
		{"GET / HTTP/1.1\r\nHost: a", "GET / HTTP/1.1\r\nHost: a"},
		{"GET / HTTP/1.1", "GET / HTTP/1.1"},
		{"GET / HTTP/1.1\r\naUTHorization: Bearer " + secret + "\r\nX: y", "GET / HTTP/1.1\r\naUTHorization: Bearer " + shown + "\r\nX: y"},
		{"GET / HTTP/1.1\r\nAuthorization:\t" + secret + " ", "GET / HTTP/1.1\r\nAuthorization: " + shown},
		{"GET / HTTP/1.1\r\nProxy-Authorization: Bearer " + secret, "GET / HTTP/1.1\r\nProxy-Authorization: Bearer " + shown},
		{"GET / HTTP/1.1\r\nCookie: " + secret, "GET / HTTP/1.1\r\nCookie: " + shown},
		{"GET / HTTP/1.1\r\nX-Auth-Token: " + secret, "GET / HTTP/1.1\r\nX-Auth-Token: " + shown},
		{"HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=a\r\nProxy-Authenticate: Basic", "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=a\r\nProxy-Authenticate: Basic"},
		{"HTTP/1.1 200 OK\r\nset-cookie: " + secret, "HTTP/1.1 200 OK\r\nset-cookie: " + shown},
		{"GET / HTTP/1.1\r\nX-OTP: " + secret, "GET / HTTP/1.1\r\nX-OTP: " + shown},
		{"GET / HTTP/1.1\r\nPin: " + secret, "GET / HTTP/1.1\r\nPin: " + shown},
		{"GET / HTTP/1.1\r\nX-Sid: " + secret, "GET / HTTP/1.1\r\nX-Sid: " + shown},
		{"GET / HTTP/1.1\r\nDPoP: " + secret, "GET / HTTP/1.1\r\nDPoP: " + shown},
		{"GET / HTTP/1.1\r\nX-XSRF: " + secret, "GET / HTTP/1.1\r\nX-XSRF: " + shown},
		{"GET / HTTP/1.1\r\nX-Bearer: " + secret, "GET / HTTP/1.1\r\nX-Bearer: " + shown},
		{"GET / HTTP/1.1\r\nX-API-KEY: " + secret, "GET / HTTP/1.1\r\nX-API-KEY: " + shown},
		{"GET /a?access_token=" + secret + "&b=1 HTTP/1.1", "GET /a?access_token=" + shown + "&b=1 HTTP/1.1"},
		{"GET /a?b=1&Password=" + secret + " HTTP/1.1", "GET /a?b=1&Password=" + shown + " HTTP/1.1"},
		{"GET /a?b=1;token=" + secret + " HTTP/1.1", "GET /a?b=1;token=" + shown + " HTTP/1.1"},
		{"GET /a?%74oken=" + secret + "&&=x&c HTTP/1.1", "GET /a?%74oken=" + shown + "&&=x&c HTTP/1.1"},
		{"GET /a?x=Bearer%20" + secret + " HTTP/1.1", "GET /a?x=" + Hash("Bearer%20"+secret) + " HTTP/1.1"},
		{"GET /a?token=" + secret + " x HTTP/1.1", "GET /a?token=" + Hash(secret+" x") + " HTTP/1.1"},
		{"GET /a?token=" + secret, "GET /a?token=" + shown},
		{"GET http://" + secret + "@a/b?c=1 HTTP/1.1", "GET http://" + shown + "@a/b?c=1 HTTP/1.1"},
		{"GET http://a/b@c HTTP/1.1", "GET http://a/b@c HTTP/1.1"},
		{"GET /a?token=" + secret + "&u=http://b@c HTTP/1.1", "GET /a?token=" + shown + "&u=http://b@c HTTP/1.1"},
		{"GET / HTTP/1.1\r\nX-Authorization: " + secret, "GET / HTTP/1.1\r\nX-Authorization: " + shown},
		{"GET / HTTP/1.1\r\nAutorisation: " + secret, "GET / HTTP/1.1\r\nAutorisation: " + shown},
		{"GET / HTTP/1.1\r\nX-User: BEARER " + secret, "GET / HTTP/1.1\r\nX-User: BEARER " + Mask(secret)},
		{"GET /a?JWT=" + secret + "&sig=" + secret + "&x=1 HTTP/1.1", "GET /a?JWT=" + shown + "&sig=" + shown + "&x=1 HTTP/1.1"},
		{"GET /a/Bearer HTTP/1.1", "GET /a/Bearer HTTP/1.1"},
		{"GET /a/Bearer%20" + secret + "/b HTTP/1.1", "GET /a/Bearer%20" + Mask(secret) + "/b HTTP/1.1"},
		{"GET / HTTP/1.1\r\nX-Tenant-Id: Bearer {" + secret + "}", "GET / HTTP/1.1\r\nX-Tenant-Id: Bearer " + Mask("{"+secret+"}")},
		{"GET / HTTP/1.1\r\nReferer: http://a/?b=1&access_token=" + secret + "&c", "GET / HTTP/1.1\r\nReferer: http://a/?b=1&access_token=" + Mask(secret) + "&c"},
		{"HTTP/1.1 302 OK\r\nLocation: /a?id_token=" + secret, "HTTP/1.1 302 OK\r\nLocation: /a?id_token=" + Mask(secret)},
		{"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Credentials: true", "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Credentials: true"},
		{"GET / HTTP/1.1\r\nAccept: a\r\nUser-Agent: curl/8\r\nContent-Type: b", "GET / HTTP/1.1\r\nAccept: a\r\nUser-Agent: curl/8\r\nContent-Type: b"},
		{"GET /a?b=1 HTTP/1.1\r\nx-tenant-id: 1", "GET /a?b=1 HTTP/1.1\r\nx-tenant-id: 1"},
	} {
		t.Run(fmt.Sprintf("%.60q", c.in), func(t *testing.T) {
			t.Parallel()
			b := New()
			for range 2 { // the second time it remembers
				if got, _ := b.Secrets().Head([]byte(c.in)); got != c.want {
					t.Errorf("got  %q\nwant %q", got, c.want)
				}
			}
		})
	}
}

// TestHeadMarks holds that only authorization fields have marks, in order,
// and that secrets of one slot of the memory are not mistaken for each other.
func TestHeadMarks(t *testing.T) {
	t.Parallel()
	b := New()
	for i := range 200 {
		one, two := fmt.Sprintf("Bearer a%d", i), fmt.Sprintf("bearer B%d", i)
		_, marks := b.Secrets().Head([]byte("GET / HTTP/1.1\r\nAuthorization: " + one + "\r\nCookie: c\r\nauthorization: " + two))
		if len(marks) != 2 || marks[0] != NewMark(one) || marks[1] != NewMark(two) {
			t.Fatalf("got %v, want the marks of %q and %q", marks, one, two)
		}
	}
	head, marks := b.Secrets().Head([]byte("GET / HTTP/1.1\r\nAuthorization: Bearer " + strings.Repeat("x", 5000)))
	if len(marks) != 1 || len(head) > 100 {
		t.Errorf("a long secret: got %d marks and a head of %d bytes", len(marks), len(head))
	}
}

// TestUnknownScheme holds that a secret behind a scheme that is not known is
// found by itself.
func TestUnknownScheme(t *testing.T) {
	t.Parallel()
	s := New().Secrets()
	s.Head([]byte("GET / HTTP/1.1\r\nAuthorization: ApiKey s3cret-Token"))
	if got := s.Text("bad s3cret-Token!"); strings.Contains(got, "s3cret") {
		t.Errorf("got %q", got)
	}
}

// TestNested holds that the texts of an array or an object with the name of a
// secret are found by themselves.
func TestNested(t *testing.T) {
	t.Parallel()
	s := New().Secrets()
	s.Body([]byte(`{"token": {"value": "s3cret-Token"}}`))
	if got := s.Text("bad s3cret-Token!"); strings.Contains(got, "s3cret") {
		t.Errorf("got %q", got)
	}
}
