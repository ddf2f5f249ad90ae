package exchange

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"testing"

	"github.com/andybalholm/brotli"

	"dispatchmock/internal/redact"
)

// TestCodedBodies holds that a body with a content coding is kept where it can
// be read and has no secret, and not else.
func TestCodedBodies(t *testing.T) {
	t.Parallel()
	gzipped := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.Bytes()
	}
	deflated := func(text string) []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.Bytes()
	}
	brotlied := func(text string) []byte {
		var b bytes.Buffer
		w := brotli.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.Bytes()
	}
	const secret, good = `{"token": "s3cret-Token"}`, `{"name": "George"}`
	for _, c := range []struct {
		name, coding string
		body         []byte
		kept         bool
	}{
		{"plain", "", []byte(good), true},
		{"gzip", "gzip", gzipped(good), true},
		{"gzip in capitals", "GZIP", gzipped(good), true},
		{"cut", "gzip", gzipped(good)[:20], true},
		{"deflate", "deflate", deflated(good), true},
		{"gzip, a secret", "gzip", gzipped(secret), false},
		{"deflate, a secret", "deflate", deflated(secret), false},
		{"a secret of the head", "x-gzip", gzipped("the a1b2c3d4e5 is"), false},
		{"no gzip", "gzip", []byte(secret), false},
		{"br", "br", brotlied(good), true},
		{"br, a secret", "BR", brotlied(secret), false},
		{"no br", "br", []byte("?"), false},
		{"a secret behind gzip", "gzip", append(gzipped(good), secret...), false},
		{"a secret behind deflate", "deflate", append(deflated(good), secret...), false},
		{"another coding", "compress", []byte("?"), false},
		{"two codings", "gzip, gzip", gzipped(good), false},
		{"a bomb", "gzip", gzipped(string(make([]byte, 2*maxPlain))), false},
	} {
		s := redact.New().Secrets()
		head, _ := s.Head([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: " + c.coding + "\r\nX-Auth-Token: a1b2c3d4e5"))
		x := &Exchange{Target: "http://target", Response: Message{Head: head, Body: c.body, Size: int64(len(c.body))}}
		x.Redact(s, true)
		if kept := bytes.Equal(x.Response.Body, c.body); kept != c.kept || kept == (x.Response.Error == Withheld) || !kept && len(x.Response.Body) > 0 {
			t.Errorf("%s: kept %v, error %q", c.name, kept, x.Response.Error)
		}
	}
}
