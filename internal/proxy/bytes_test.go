package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"dispatchmock/internal/proxy"
)

// lines joins lines of a message.
func lines(l ...string) string { return strings.Join(l, "\r\n") }

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// TestRequestBytes holds what of a request the target gets, byte by byte.
// {host} stands for the host of the target.
func TestRequestBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sent, want string
		keepHost         bool
		base             string
	}{
		{name: "spelling, order and spaces of fields",
			sent: lines("DELETE /customers/1/locations/1/ HTTP/1.1", "x-TENANT-id:1", "HOST: a.example", "zeta: Z", "Alpha:\t a  ", "x-api-version: 2021/04/07", "alpha: b", "", ""),
			want: lines("DELETE /customers/1/locations/1/ HTTP/1.1", "x-TENANT-id:1", "HOST: {host}", "zeta: Z", "Alpha:\t a  ", "x-api-version: 2021/04/07", "alpha: b", "", "")},
		{name: "keep host", keepHost: true,
			sent: lines("GET / HTTP/1.1", "host:a.example", "", ""),
			want: lines("GET / HTTP/1.1", "host:a.example", "", "")},
		{name: "target as spelt",
			sent: lines("GET /a%2Fb/../%7e//x?q=%zz&;=a+b%20 HTTP/1.1", "Host: a", "", ""),
			want: lines("GET /a%2Fb/../%7e//x?q=%zz&;=a+b%20 HTTP/1.1", "Host: {host}", "", "")},
		{name: "absolute form",
			sent: lines("GET http://elsewhere.example/a?b HTTP/1.1", "Host: a", "", ""),
			want: lines("GET /a?b HTTP/1.1", "Host: {host}", "", "")},
		{name: "absolute form without a path",
			sent: lines("GET http://elsewhere.example?b HTTP/1.1", "Host: a", "", ""),
			want: lines("GET /?b HTTP/1.1", "Host: {host}", "", "")},
		{name: "path of the target", base: "/base/",
			sent: lines("GET /a%20b HTTP/1.1", "Host: a", "", ""),
			want: lines("GET /base/a%20b HTTP/1.1", "Host: {host}", "", "")},
		{name: "asterisk", base: "/base",
			sent: lines("OPTIONS * HTTP/1.1", "Host: a", "", ""),
			want: lines("OPTIONS * HTTP/1.1", "Host: {host}", "", "")},
		{name: "fields that a proxy may not add or take away",
			sent: lines("GET / HTTP/1.1", "Host: a", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1", "Accept-Encoding: br", "User-Agent: x", "Trailer: y", "", ""),
			want: lines("GET / HTTP/1.1", "Host: {host}", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1", "Accept-Encoding: br", "User-Agent: x", "Trailer: y", "", "")},
		{name: "fields about the connection",
			sent: lines("GET / HTTP/1.1", "Host: a", "connection: X-Own, close, content-length", "x-own: 1", "Keep-Alive: 5", "Proxy-Authorization: b", "proxy-connection: c", "TE: gzip", "Upgrade: h2c", "x-other: 2", "", ""),
			want: lines("GET / HTTP/1.1", "Host: {host}", "x-other: 2", "", "")},
		{name: "te: trailers",
			sent: lines("GET / HTTP/1.1", "Host: a", "te: trailers", "", ""),
			want: lines("GET / HTTP/1.1", "Host: {host}", "te: trailers", "", "")},
		{name: "length", sent: lines("DELETE / HTTP/1.1", "content-LENGTH: 2", "Host: a", "", "{}"),
			want: lines("DELETE / HTTP/1.1", "content-LENGTH: 2", "Host: {host}", "", "{}")},
		{name: "length of nothing", sent: lines("DELETE / HTTP/1.1", "Content-Length: 0", "Host: a", "", ""),
			want: lines("DELETE / HTTP/1.1", "Content-Length: 0", "Host: {host}", "", "")},
		{name: "no length of nothing", sent: lines("POST / HTTP/1.1", "Host: a", "", ""), want: lines("POST / HTTP/1.1", "Host: {host}", "", "")},
		{name: "length said twice", sent: lines("PUT / HTTP/1.1", "Content-Length: 2", "Host: a", "Content-Length: 2", "", "{}"),
			want: lines("PUT / HTTP/1.1", "Content-Length: 2", "Host: {host}", "", "{}")},
		{name: "chunks", sent: lines("PATCH / HTTP/1.1", "Host: a", "transfer-encoding: chunked", "X: y", "", "2", "{}", "0", "", ""),
			want: lines("PATCH / HTTP/1.1", "Host: {host}", "transfer-encoding: chunked", "X: y", "", "2", "{}", "0", "", "")},
		{name: "chunks that a length contradicts", sent: lines("PATCH / HTTP/1.1", "Host: a", "Content-Length: 100", "transfer-encoding: chunked", "", "2", "{}", "0", "", ""),
			want: lines("PATCH / HTTP/1.1", "Host: {host}", "transfer-encoding: chunked", "", "2", "{}", "0", "", "")},
		{name: "chunks that no length contradicts", sent: lines("PATCH / HTTP/1.1", "Host: a", "Content-Length: 0", "transfer-encoding: chunked", "", "2", "{}", "0", "", ""),
			want: lines("PATCH / HTTP/1.1", "Host: {host}", "transfer-encoding: chunked", "", "2", "{}", "0", "", "")},
		{name: "what a message cannot do without", sent: lines("PUT / HTTP/1.1", "content-LENGTH: 2", "hOST: a", "Connection: content-length, host", "X: y", "", "{}"),
			want: lines("PUT / HTTP/1.1", "content-LENGTH: 2", "hOST: {host}", "X: y", "", "{}")},
		{name: "chunks of nothing in a DELETE", sent: lines("DELETE / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "0", "", ""),
			want: lines("DELETE / HTTP/1.1", "Host: {host}", "Transfer-Encoding: chunked", "", "0", "", "")},
		{name: "trailers", sent: lines("PATCH / HTTP/1.1", "Host: a", "Trailer: X-Sum", "Transfer-Encoding: chunked", "", "2", "{}", "0", "X-Sum: 7", "", ""),
			want: lines("PATCH / HTTP/1.1", "Host: {host}", "Trailer: X-Sum", "Transfer-Encoding: chunked", "", "2", "{}", "0", "X-Sum: 7", "", "")},
		{name: "HTTP/1.0", sent: lines("GET / HTTP/1.0", "", ""), want: lines("GET / HTTP/1.1", "Host: {host}", "", "")},
		{name: "bytes beyond ASCII", sent: lines("GET / HTTP/1.1", "Host: a", "X-Name: J\xf6rg", "", ""),
			want: lines("GET / HTTP/1.1", "Host: {host}", "X-Name: J\xf6rg", "", "")},
		{name: "a folded field is one line", sent: lines("GET / HTTP/1.1", "Host: a", "X-Long: b", " c", "", ""),
			want: lines("GET / HTTP/1.1", "Host: {host}", "X-Long: b c", "", "")},
		{name: "line feeds alone, and a head in the body", sent: "PUT / HTTP/1.1\nHost: a\nContent-Length: 7\n\nx:y\r\n\r\n",
			want: lines("PUT / HTTP/1.1", "Host: {host}", "Content-Length: 7", "", "x:y", "", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, got := script(t, ok)
			p := before(t, url+c.base, func(o *proxy.Options) { o.KeepHost = c.keepHost })
			p.connect(t).send(t, c.sent)
			want := strings.ReplaceAll(c.want, "{host}", strings.TrimPrefix(url, "http://"))
			if g := receive(t, got); g != want {
				t.Errorf("the target got\n%q\nwant\n%q", g, want)
			}
		})
	}
}

// TestResponseBytes holds what of an answer the client gets, byte by byte.
func TestResponseBytes(t *testing.T) {
	t.Parallel()
	const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	// More than net/http's buffer of 4096 bytes has room for.
	links := strings.Repeat("link: </a>; rel=preload\r\n", 1000)
	names := "trailer: X-A"
	for i := range 1000 {
		names += fmt.Sprint(",X-Trailer-", i)
	}
	for _, c := range []struct{ name, request, sent, want string }{
		{"reason, spelling, order, spaces", get,
			lines("HTTP/1.1 404 field: Not   here, \"sir\".", "x-REQUEST-id: 1", "Server: S", "content-length:3", "ALLOW:GET", "x-empty:", "date: yesterday", "Set-Cookie: a", "Set-Cookie: b", "", "abc"),
			lines("HTTP/1.1 404 field: Not   here, \"sir\".", "x-REQUEST-id: 1", "Server: S", "content-length:3", "ALLOW:GET", "x-empty:", "date: yesterday", "Set-Cookie: a", "Set-Cookie: b", "", "abc")},
		{"no reason", get, lines("HTTP/1.1 200 ", "Content-Length: 1", "", "a"), lines("HTTP/1.1 200 ", "Content-Length: 1", "", "a")},
		{"no reason and no space", get, lines("HTTP/1.1 200", "Content-Length: 1", "", "a"), lines("HTTP/1.1 200", "Content-Length: 1", "", "a")},
		{"an unknown status", get, lines("HTTP/1.1 799 Odd", "Content-Length: 1", "", "a"), lines("HTTP/1.1 799 Odd", "Content-Length: 1", "", "a")},
		{"HTTP/1.0 target", get, lines("HTTP/1.0 200 OK", "Content-Length: 1", "", "a"), lines("HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"HTTP/1.0 client", "GET / HTTP/1.0\r\n\r\n", lines("HTTP/1.1 200 OK", "Content-Length: 1", "X: y", "", "a"),
			lines("HTTP/1.0 200 OK", "Content-Length: 1", "X: y", "", "a")},
		{"binary body", get, lines("HTTP/1.1 200 OK", "Content-Length: 4", "", "\x00\r\n\xff"), lines("HTTP/1.1 200 OK", "Content-Length: 4", "", "\x00\r\n\xff")},
		{"compressed", get, lines("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 3", "", "\x1f\x8b\x00"),
			lines("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 3", "", "\x1f\x8b\x00")},
		{"chunks", get, lines("HTTP/1.1 200 OK", "transfer-ENCODING: chunked", "X: y", "", "3", "abc", "0", "", ""),
			lines("HTTP/1.1 200 OK", "transfer-ENCODING: chunked", "X: y", "", "3", "abc", "0", "", "")},
		{"chunks of nothing", get, lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "0", "", ""),
			lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "0", "", "")},
		{"chunks that a length contradicts", get, lines("HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", ""),
			lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", "")},
		{"chunks to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", ""),
			lines("HTTP/1.0 200 OK", "", "abc")},
		{"trailers", get, lines("HTTP/1.1 200 OK", "trailer: X-Sum", "Transfer-Encoding: chunked", "", "3", "abc", "0", "X-Sum: 7", "", ""),
			lines("HTTP/1.1 200 OK", "trailer: X-Sum", "Transfer-Encoding: chunked", "", "3", "abc", "0", "X-Sum: 7", "", "")},
		{"a body that the end of the connection ends", get, lines("HTTP/1.1 200 OK", "X: y", "", "abc") + closes,
			lines("HTTP/1.1 200 OK", "X: y", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", "")},
		{"the same to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", lines("HTTP/1.0 200 OK", "X: y", "", "abc") + closes,
			lines("HTTP/1.0 200 OK", "X: y", "", "abc")},
		{"HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", lines("HTTP/1.1 200 OK", "content-length: 1032", "X: y", "", ""),
			lines("HTTP/1.1 200 OK", "content-length: 1032", "X: y", "", "")},
		{"HEAD of chunks", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", lines("HTTP/1.1 200 OK", "X: y", "Transfer-Encoding: chunked", "", ""),
			lines("HTTP/1.1 200 OK", "X: y", "Transfer-Encoding: chunked", "", "")},
		{"204", get, lines("HTTP/1.1 204 No Content", "x: y", "", ""), lines("HTTP/1.1 204 No Content", "x: y", "", "")},
		{"304 with a length", get, lines("HTTP/1.1 304 Not Modified", "Content-Length: 1032", "etag: \"a\"", "", ""),
			lines("HTTP/1.1 304 Not Modified", "Content-Length: 1032", "etag: \"a\"", "", "")},
		{"interim responses", get, lines("HTTP/1.1 103 Early  Hints", "link: </a>", "X-b: c", "", "HTTP/1.1 102 Processing", "", "HTTP/1.1 103 ", "link: </b>", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			lines("HTTP/1.1 103 Early  Hints", "link: </a>", "X-b: c", "", "HTTP/1.1 102 Processing", "", "HTTP/1.1 103 ", "link: </b>", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"a long interim response", get, "HTTP/1.1 103 Hints\r\n" + links + lines("", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			"HTTP/1.1 103 Hints\r\n" + links + lines("", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"a long interim response that is not plain", get, "HTTP/1.1 103 Hints\r\nX: a\r\n b\r\n" + links + lines("", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			"HTTP/1.1 103 Hints\r\n" + strings.ReplaceAll(links, "link", "Link") + lines("X: a b", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"framing of an interim response", get, lines("HTTP/1.1 103 Hints", "Content-Length: 5", "Transfer-Encoding: chunked", "X: y", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			lines("HTTP/1.1 103 Hints", "X: y", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"HTTP/1.0 has no interim responses", "GET / HTTP/1.0\r\n\r\n", lines("HTTP/1.1 103 Early Hints", "link: </a>", "", "HTTP/1.1 100 Continue", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			lines("HTTP/1.0 200 OK", "Content-Length: 1", "", "a")},
		{"HTTP/1.0 that expects one", "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nb", lines("HTTP/1.1 100 Continue", "", "HTTP/1.1 200 OK", "Content-Length: 1", "", "a"),
			lines("HTTP/1.0 200 OK", "Content-Length: 1", "", "a")},
		{"trailers of long names", get, lines("HTTP/1.1 203 Mine", "X: y", names, "Transfer-Encoding: chunked", "", "3", "abc", "0", "X-A: 7", "", ""),
			lines("HTTP/1.1 203 Mine", "X: y", names, "Transfer-Encoding: chunked", "", "3", "abc", "0", "X-A: 7", "", "")},
		{"a long head", get, "HTTP/1.1 200 Mine\r\n" + links + lines("Content-Length: 1", "", "a"), "HTTP/1.1 200 Mine\r\n" + links + lines("Content-Length: 1", "", "a")},
		{"a length said twice", get, lines("HTTP/1.1 200 OK", "Content-Length: 1", "X: y", "content-length: 1", "", "a"), lines("HTTP/1.1 200 OK", "Content-Length: 1", "X: y", "", "a")},
		{"a length that not all read", get, lines("HTTP/1.1 204 No", "Content-Length : 5", "X: y", "", ""), lines("HTTP/1.1 204 No", "X: y", "", "")},
		{"a control in the phrase", get, lines("HTTP/1.1 204 N\x00o\x1b", "X: y", "", ""), lines("HTTP/1.1 204 N o ", "X: y", "", "")},
		{"spaces before the status", get, lines("HTTP/1.1   204 No", "X: y", "", ""), lines("HTTP/1.1 204 No", "X: y", "", "")},
		{"chunks of a 204", get, lines("HTTP/1.1 204 No", "Transfer-Encoding: chunked", "X: y", "", ""), lines("HTTP/1.1 204 No", "X: y", "", "")},
		{"fields about the connection", get, lines("HTTP/1.1 200 OK", "Connection: keep-alive, x-own", "Keep-Alive: timeout=5", "X-Own: 1", "Content-Length: 1", "", "a"),
			lines("HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"a length that Connection names", get, lines("HTTP/1.1 200 OK", "Connection: content-length", "Content-Length: 1", "", "a"),
			lines("HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"the target closes, the client goes on", get, lines("HTTP/1.1 200 OK", "Connection: close", "Content-Length: 1", "", "a") + closes,
			lines("HTTP/1.1 200 OK", "Content-Length: 1", "", "a")},
		{"a folded field is one line", get, lines("HTTP/1.1 200 OK", "X: a", "  b", "Content-Length: 1", "", "a"),
			lines("HTTP/1.1 200 OK", "Content-Length: 1", "X: a b", "", "a")},
		{"line feeds alone, and a head in the body", get, "HTTP/1.1 200 OK\nContent-Length: 7\n\nX:y\r\n\r\n",
			lines("HTTP/1.1 200 OK", "Content-Length: 7", "", "X:y", "", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, _ := script(t, c.sent, c.sent)
			p := before(t, url)
			client := p.connect(t)
			client.send(t, c.request)
			client.expect(t, c.want)
			if strings.Contains(c.request, "HTTP/1.0") {
				client.expectEnd(t)
				return
			}
			// The connection is as good as new.
			client.send(t, c.request)
			client.expect(t, c.want)
		})
	}
}
