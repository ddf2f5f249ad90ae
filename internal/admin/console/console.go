// Package console serves the page that shows what the mock sees. The page
// talks to the admin API only, so whatever it can do, a script can do.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed ui
var files embed.FS

// The paths of the page and of the files that it loads.
const (
	root   = "/_mock"
	page   = "/_mock/"
	assets = "/_mock/ui/"
)

// policy lets the page load and ask its own origin only, run no script but its
// files, and stand in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// asset is a file as it is sent.
type asset struct {
	plain     []byte
	zipped    func() []byte // when first asked for: a server need not wait for it
	kind, tag string
}

// Handler serves the page at /_mock/, its files below /_mock/ui/, and the manual
// at /_mock/help/. A file that cannot be read is an error.
func Handler() (http.Handler, error) {
	h := handler{}
	err := fs.WalkDir(files, "ui", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a, err := load(name)
		if err != nil {
			return fmt.Errorf("console: %w", err)
		}
		at := assets + strings.TrimPrefix(name, "ui/")
		if name == "ui/index.html" {
			at = page
		}
		h[at] = a
		return nil
	})
	return h, err
}

// kinds are the types of the files by their endings. Those of the system could
// be missing or wrong.
func kinds() map[string]string {
	return map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
		".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
}

func load(name string) (*asset, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	kind, ok := kinds()[path.Ext(name)]
	if !ok {
		return nil, fmt.Errorf("%s: no type is known for its ending", name)
	}
	sum := sha256.Sum256(text)
	zipped := sync.OnceValue(func() []byte { return zip(text) })
	return &asset{text, zipped, kind, base64.RawURLEncoding.EncodeToString(sum[:12])}, nil
}

// zip packs a text; a buffer takes everything.
func zip(text []byte) []byte {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(text)
	_ = z.Close()
	return zipped.Bytes()
}

// handler has the files by their paths.
type handler map[string]*asset

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "The page can be read only.", http.StatusMethodNotAllowed)
		return
	}
	if isHelp(r.URL.Path) {
		serveHelp(w, r)
		return
	}
	if r.URL.Path == root {
		http.Redirect(w, r, page, http.StatusMovedPermanently)
		return
	}
	a, ok := h[r.URL.Path]
	if !ok {
		http.Error(w, "The console has no such file.", http.StatusNotFound)
		return
	}
	// It is asked for each time, and sent when it is another.
	header.Set("Cache-Control", "no-cache")
	header.Set("Vary", "Accept-Encoding")
	header.Set("Content-Type", a.kind)
	body, tag := a.plain, a.tag
	if takesGzip(r) {
		body, tag = a.zipped(), a.tag+"-gz"
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("ETag", `"`+tag+`"`)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip reports a request whose answer may be compressed.
func takesGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight = strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return strings.Trim(weight, "0.") != "" || weight == ""
		}
	}
	return false
}
