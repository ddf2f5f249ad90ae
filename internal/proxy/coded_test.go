package proxy_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"dispatchmock/internal/proxy"
)

// coded returns a text in a content coding.
func coded(t *testing.T, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "flate":
		w, err = flate.NewWriter(&b, 5)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b)
	default:
		t.Fatalf("no coding %q", coding)
	}
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestContentCodings holds that a body is validated in each content coding, in
// any spelling, and that the coding alone is no violation.
func TestContentCodings(t *testing.T) {
	t.Parallel()
	bad := strings.Replace(record, `"George"`, `""`, 1)
	for _, c := range []struct{ names, made string }{{"gzip", "gzip"}, {"GZIP", "gzip"}, {"x-gzip", "gzip"}, {"deflate", "zlib"}, {"Deflate", "flate"}, {"br", "br"}, {"BR", "br"},
		{"zstd", "zstd"}, {"zStd", "zstd"}, {"gzip, identity", "gzip"}, {"br, gzip", "br gzip"}, {"br\r\nContent-Encoding: gzip", "br gzip"}} {
		t.Run(c.names, func(t *testing.T) {
			t.Parallel()
			for text, want := range map[string][]string{record: nil, bad: {"body/name"}} {
				body := text
				for made := range strings.FieldsSeq(c.made) {
					body = coded(t, made, body)
				}
				answer := vendor(200, body, "Date:", "Content-Encoding: "+c.names+"\r\nDate:")
				url, _ := script(t, answer)
				p := before(t, url)
				client := p.connect(t)
				client.send(t, asked+"\r\n")
				client.expect(t, answer)
				if x := p.next(t); x.Unvalidated != "" || !slices.Equal(places(x.Violations), want) {
					t.Errorf("got the violations %q and %q, want %q", places(x.Violations), x.Unvalidated, want)
				}
			}
		})
	}
}

// TestUnvalidated holds that an answer whose body could not be validated says
// why, and that no other does.
func TestUnvalidated(t *testing.T) {
	t.Parallel()
	head := strings.Replace(asked, "DELETE", "HEAD", 1)
	for _, c := range []struct {
		name, request, coding, body string
		ignore                      []string
		want                        string
	}{
		{"no coding", asked, "", record, nil, ""},
		{"an unknown coding", asked, "compress", "x", nil, "its Content-Encoding is none of gzip, "},
		{"not what its head says", asked, "gzip", record, nil, "invalid header"},
		{"not in br", asked, "br", record, nil, "brotli"},
		{"not in zstd", asked, "zstd", record, nil, "magic number mismatch"},
		{"not to its end", asked, "gzip", coded(t, "gzip", record)[:30], nil, "unexpected EOF"},
		{"more behind it", asked, "deflate", coded(t, "zlib", record) + "x", nil, "behind the end"},
		{"a bomb", asked, "br", coded(t, "br", strings.Repeat(" ", 8<<20)+record), nil, "longer than 1048576 bytes"},
		{"a bomb in a bomb", asked, "gzip, gzip", coded(t, "gzip", coded(t, "gzip", strings.Repeat(" ", 64<<20))), nil, "longer than 1048576 bytes"},
		{"many codings", asked, "gzip, gzip, gzip, gzip", "x", nil, "more than 3"},
		{"too long", asked, "", strings.Repeat(" ", 1<<20) + record, nil, "longer than 1048576 bytes"},
		{"bodies are ignored", asked, "compress", "x", []string{"/body"}, ""},
		{"a part is ignored", asked, "compress", "x", []string{"/body/name"}, "its Content-Encoding"},
		{"no operation", "GET /drivers HTTP/1.1\r\nHost: a\r\n", "compress", "x", nil, ""},
		{"no body", head, "compress", "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var change []string
			if c.coding != "" {
				change = []string{"Date:", "Content-Encoding: " + c.coding + "\r\nDate:"}
			}
			url, _ := script(t, vendor(200, c.body, change...))
			p := before(t, url, func(o *proxy.Options) { o.Ignore = c.ignore })
			client := p.connect(t)
			client.send(t, c.request+"\r\n")
			x := p.next(t)
			if (x.Unvalidated == "") != (c.want == "") || !strings.Contains(x.Unvalidated, c.want) {
				t.Errorf("got %q, want %q", x.Unvalidated, c.want)
			}
			if logged := strings.Contains(p.log.String(), "the body is not validated"); logged != (c.want != "") {
				t.Errorf("the log says so: %v\n%s", logged, p.log)
			}
		})
	}
}
