package proxy_test

import (
	"bufio"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/proxy"
)

// nobody is the URL of a port at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// TestNoAnswer holds what a client gets, and what the record says, where the
// target gives no answer.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	answers := func(text string) func(*testing.T) string {
		return func(t *testing.T) string {
			url, _ := script(t, text+closes)
			return url
		}
	}
	for _, c := range []struct {
		name   string
		target func(*testing.T) string
		change func(*proxy.Options)
		status string
		says   string
	}{
		{"nobody listens", nobody, nil, "502 Dispatchmock proxy: Bad Gateway", "connection refused"},
		{"closes without a word", answers(""), nil, "502 Dispatchmock proxy: Bad Gateway", "EOF"},
		{"no HTTP", answers("What?\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "malformed HTTP"},
		{"a field that would split the answer", answers("HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "malformed"},
		{"switches protocols", answers("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "nobody has asked for"},
		{"a malformed field", answers("HTTP/1.1 200 OK\r\nSet-Cookie s=S3CRET\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "which are not shown"},
		{"a status of zeros", answers("HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "malformed HTTP"},
		{"a status with a sign", answers("HTTP/1.1 +20 Plus\r\nContent-Length: 0\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "malformed HTTP"},
		{"a status below 100", answers("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "malformed HTTP"},
		{"a head without end", answers("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 1<<19) + "\r\n\r\n"), nil, "502 Dispatchmock proxy: Bad Gateway", "exceeded"},
		{"is silent", func(t *testing.T) string { return target(t, func(p *peer) { _, _ = io.Copy(io.Discard, p) }) },
			func(o *proxy.Options) { o.Timeout = 2 * time.Second }, "504 Dispatchmock proxy: Gateway Timeout", "within 2s (--timeout)"},
		{"is silent, and the mock may not take over", func(t *testing.T) string { return target(t, func(p *peer) { _, _ = io.Copy(io.Discard, p) }) },
			func(o *proxy.Options) { withMock(o); o.Timeout = 2 * time.Second }, "504 Dispatchmock proxy: Gateway Timeout", "within 2s (--timeout)"},
		{"a certificate of nobody", func(t *testing.T) string { return secure(t).URL }, withMock, "502 Dispatchmock proxy: Bad Gateway", "--ca"},
		{"speaks no TLS", func(t *testing.T) string {
			return strings.Replace(target(t, func(p *peer) { _, _ = io.WriteString(p.Conn, ok); _, _ = io.Copy(io.Discard, p) }), "http:", "https:", 1)
		}, nil, "502 Dispatchmock proxy: Bad Gateway", "TLS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.change == nil {
				c.change = func(*proxy.Options) {}
			}
			p := before(t, c.target(t), c.change)
			client := p.connect(t)
			client.send(t, "DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\n\r\n")
			head, err := client.head()
			if err != nil || !strings.HasPrefix(head, "HTTP/1.1 "+c.status+"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ") {
				t.Fatalf("got %q, %v, want %s", head, err, c.status)
			}
			body, err := bodyOf(client, head)
			if err != nil || !strings.Contains(body, c.says) {
				t.Errorf("got the body %q, %v, want it to say %q", body, err, c.says)
			}
			x := p.next(t)
			if x.Err == nil || !strings.Contains(x.Err.Error(), c.says) || !strings.HasPrefix(c.status, http.StatusText(0)) || string(x.Response.Body) != body {
				t.Errorf("the record has the error %v and the body %q", x.Err, x.Response.Body)
			}
			if told := p.log.String(); !strings.Contains(told, c.says) {
				t.Errorf("the log does not say %q:\n%s", c.says, told)
			}
			// The proxy goes on, on the same connection.
			client.send(t, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
			if head, err := client.head(); err != nil || !strings.HasPrefix(head, "HTTP/1.1 50") {
				t.Errorf("the next request got %q, %v", head, err)
			}
		})
	}
}

// TestTunnel holds that CONNECT is refused.
func TestTunnel(t *testing.T) {
	t.Parallel()
	url, got := script(t, ok)
	client := before(t, url).connect(t)
	client.send(t, "CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n")
	if head, err := client.head(); err != nil || !strings.HasPrefix(head, "HTTP/1.1 501 ") {
		t.Errorf("got %q, %v, want 501", head, err)
	}
	if len(got) > 0 {
		t.Errorf("the target got %q", <-got)
	}
}

// TestFallback holds that the mock answers where the target is away, body and
// interim answer included, and that record and log tell so.
func TestFallback(t *testing.T) {
	t.Parallel()
	p := before(t, nobody(t), withMock)
	client := p.connect(t)
	for range 2 { // the connection goes on
		client.send(t, lines("DELETE /customers/1/locations/1 HTTP/1.1", "Host: a", "Authorization: Bearer dispatcher-token", "x-tenant-id: 1",
			"Expect: 100-continue", "Content-Length: 2", "", ""))
		client.expect(t, "HTTP/1.1 100 Continue\r\n\r\n")
		client.send(t, "{}")
		head, err := client.head()
		if err != nil || !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Headers: ") {
			t.Fatalf("got %q, %v, want the mock's answer", head, err)
		}
		if body, err := bodyOf(client, head); err != nil || !strings.Contains(body, `"is_active": false`) {
			t.Fatalf("got %q, %v, want the record", body, err)
		}
		x := p.next(t)
		if x.Status != 200 || !strings.Contains(x.Fallback, "no answer from the target") || x.ClientID != "web-app" || string(x.Request.Body) != "{}" || len(x.Violations) > 0 {
			t.Errorf("got the record %+v", x)
		}
	}
	if len(p.seen) > 0 {
		t.Errorf("there is another record: %+v", <-p.seen)
	}
	if told := p.log.String(); !strings.Contains(told, "the target cannot be reached, so the mock answers") {
		t.Errorf("the log says\n%s", told)
	}
}

// TestRefusedByUs holds that what is no HTTP never comes to the target.
func TestRefusedByUs(t *testing.T) {
	t.Parallel()
	url, got := script(t, ok)
	p := before(t, url)
	client := p.connect(t)
	client.send(t, "DELETE\r\n\r\n")
	if head, err := client.head(); err != nil || !strings.HasPrefix(head, "HTTP/1.1 400 request: ") {
		t.Errorf("got %q, %v, want 400", head, err)
	}
	if x := p.next(t); len(x.Problems) != 1 || len(got) > 0 {
		t.Errorf("got the problems %v, and the target %d requests", x.Problems, len(got))
	}
}

func secure(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["x-Proto"] = []string{r.Proto}
		_, _ = io.WriteString(w, r.Host)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are told
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// TestSecureTarget passes a request to a target whose authority is named, as
// HTTP/1.1, with the target's host.
func TestSecureTarget(t *testing.T) {
	t.Parallel()
	s := secure(t)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	p := before(t, s.URL, func(o *proxy.Options) { o.CAs = roots })
	client := p.connect(t)
	for range 2 {
		client.send(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(client), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		want, _ := url.Parse(s.URL)
		if err != nil || string(body) != want.Host || response.Header.Get("X-Proto") != "HTTP/1.1" {
			t.Errorf("got %q over %s, %v, want %q over HTTP/1.1", body, response.Header.Get("X-Proto"), err, want.Host)
		}
		if x := p.next(t); !strings.Contains(x.Response.Head, "\r\nx-Proto: HTTP/1.1") {
			t.Errorf("the record has the head %q", x.Response.Head)
		}
	}
}
