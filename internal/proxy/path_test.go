package proxy_test

import (
	"strings"
	"testing"
)

// TestPathOfTheTarget holds that no request leaves the path of --target, in
// whatever way a server may read it, and that others pass as they are spelt.
func TestPathOfTheTarget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, base, sent, want string }{
		{"below", "/base", "/a/../b", "/base/a/../b"},
		{"dots that are a name", "/base", "/...", "/base/..."},
		{"dots in a query", "/base", "/a?../../..", "/base/a?../../.."},
		{"two slashes", "/base", "//other.example/a", "/base//other.example/a"},
		{"nothing to leave", "", "/../../a", "/../../a"},
		{"another host", "/base", "http://other.example/a", "/base/a"},
		{"another host in two slashes", "/base", "http://a//other.example/a", "/base//other.example/a"},
		{"no path", "/base", "http://other.example", "/base/"},
		{"no path and a query", "/base", "http://other.example?a", "/base/?a"},
		{"above", "/base", "/..", ""},
		{"above before a fragment", "/base", "/..#", ""},
		{"a fragment", "", "/a#b", ""},
		{"far above", "/base", "/../../a", ""},
		{"above by a way round", "/base", "/a/../../b", ""},
		{"above behind a query's sign", "/base", "/a%3f/../../b", ""},
		{"above of another host", "/base", "http://other.example/../a", ""},
		{"encoded dots", "/base", "/%2e%2E/a", ""},
		{"a dot encoded", "/base", "/.%2e/a", ""},
		{"encoded twice", "/base", "/%252e%252e/a", ""},
		{"encoded many times", "/base", "/%2525252525252e./a", ""},
		{"an encoded slash", "/base", "/..%2fa", ""},
		{"above by encoded slashes", "/base", "/a%2f..%2f../b", ""},
		{"backslashes", "/base", "/..\\a", ""},
		{"an encoded backslash", "/base", "/..%5ca", ""},
		{"slashes that are merged", "/base", "/a///../../b", ""},
		{"dots that are nothing", "/base", "/a/././../../b", ""},
		{"parameters of a segment", "/base", "/..;a=b/c", ""},
		{"a zero byte", "/base", "/..%00/c", ""},
		{"no slash", "", "http:other.example/x", ""},
		{"no slash, and one later", "", "http:other://x/y", ""},
		{"a scheme alone", "", "http:", ""},
		{"a scheme and a query", "", "http:?a", ""},
		{"an asterisk", "/base", "*", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, got := script(t, ok, ok)
			p := before(t, url+c.base)
			client := p.connect(t)
			client.send(t, "GET "+c.sent+" HTTP/1.1\r\nHost: a\r\n\r\n")
			if c.want != "" {
				client.expect(t, ok)
				if head := receive(t, got); !strings.HasPrefix(head, "GET "+c.want+" HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n") {
					t.Errorf("the target got %q, want the path %q", head, c.want)
				}
				return
			}
			head, err := client.head()
			if err != nil || !strings.HasPrefix(head, "HTTP/1.1 400 Dispatchmock proxy: Bad Request\r\n") {
				t.Fatalf("got %q, %v, want 400", head, err)
			}
			if body, err := bodyOf(client, head); err != nil || !strings.Contains(body, "may not leave the path of --target") {
				t.Errorf("got the body %q, %v", body, err)
			}
			if x := p.next(t); x.Status != 400 || x.Err != nil || !hasFinding(x.Problems, "path", "stay below the path of the target") {
				t.Errorf("the record has the status %d, the error %v and the problems %v", x.Status, x.Err, x.Problems)
			}
			// The connection goes on, and the target has seen nothing.
			client.send(t, "GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
			client.expect(t, ok)
			if head := receive(t, got); !strings.HasPrefix(head, "GET "+c.base+"/good ") {
				t.Errorf("the target got %q", head)
			}
		})
	}
}
