package proxy

import (
	"bytes"
	"net/http"
	"net/http/httputil"
	"strings"
)

// rewrite makes of a request what net/http needs to send it: where it goes and
// how its body is framed. The head that the target gets is the tap's to write.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = p.Target.Scheme, p.Target.Host
	r.Out.URL.Path, r.Out.URL.RawPath, r.Out.URL.RawQuery = "/", "", ""
	r.Out.Host = p.Target.Host
	// Trailers come behind the body, into the map of the incoming request.
	r.Out.Trailer = r.In.Trailer
	header := http.Header{"User-Agent": nil}
	for _, name := range []string{"Expect", "Idempotency-Key", "X-Idempotency-Key"} {
		if values := r.In.Header[name]; values != nil {
			header[name] = values
		}
	}
	r.Out.Header = header
}

// outbound returns the head that the target gets, but for what net/http decides
// of its framing: the client's own, in its spelling and order, with the
// target's path before the client's, the target's host, and without what
// concerns the connection.
func (p *Proxy) outbound(head []byte, r *http.Request) []byte {
	_, rest, _ := bytes.Cut(head, crlf)
	out := make([]byte, 0, len(head)+64)
	out = append(out, r.Method...)
	out = append(out, ' ')
	out = p.appendTarget(out, r)
	out = append(out, " HTTP/1.1"...)
	named := nominated(rest)
	for line := range bytes.SplitSeq(rest, crlf) {
		name, value, ok := bytes.Cut(line, colon)
		if !ok || hop(name, value, named) {
			continue
		}
		out = append(out, crlf...)
		if !p.KeepHost && is(name, "host") {
			out = append(out, name...)
			out = append(out, ": "...)
			out = append(out, p.Target.Host...)
			continue
		}
		out = append(out, line...)
	}
	if !hasField(out, "host") {
		// HTTP/1.0 asks for none, and HTTP/1.1 does.
		out = append(append(out, "\r\nHost: "...), p.Target.Host...)
	}
	return out
}

// appendTarget appends the request's target as the client spelt it, behind the
// path of the proxy's own target.
func (p *Proxy) appendTarget(dst []byte, r *http.Request) []byte {
	target := r.RequestURI
	if scheme := strings.Index(target, "://"); scheme > 0 && target[0] != '/' {
		// The absolute form names a server, and it is ours.
		target = target[scheme+len("://"):]
		i := strings.IndexAny(target, "/?")
		switch {
		case i < 0:
			target = "/"
		case target[i] == '?':
			target = "/" + target[i:]
		default:
			target = target[i:]
		}
	}
	if strings.HasPrefix(target, "/") {
		dst = append(dst, strings.TrimSuffix(p.Target.EscapedPath(), "/")...)
	}
	return append(dst, target...)
}

var (
	crlf  = []byte("\r\n")
	colon = []byte(":")
)

// framed returns a head whose fields about the length of the body say what
// net/http has decided; printed is the head in which it says it.
func framed(head, printed []byte) []byte {
	chunked, length := value(printed, "transfer-encoding"), value(printed, "content-length")
	out := make([]byte, 0, len(head)+64)
	var hadCoding, hadLength bool
	for line := range bytes.SplitSeq(head, crlf) {
		name, v, _ := bytes.Cut(line, colon)
		switch {
		case len(out) == 0: // the request line
			out = append(out, line...)
			continue
		case is(name, "transfer-encoding"):
			if chunked == nil || hadCoding {
				continue
			}
			hadCoding = true
		case is(name, "content-length"):
			// 0 is said of a body that is none, for which net/http says nothing.
			none := length == nil && string(bytes.TrimSpace(v)) == "0"
			if chunked != nil || length == nil && !none || hadLength {
				continue
			}
			hadLength = true
		}
		out = append(out, crlf...)
		out = append(out, line...)
	}
	if chunked != nil && !hadCoding {
		out = append(out, "\r\nTransfer-Encoding: chunked"...)
	}
	if length != nil && !hadLength {
		out = append(append(out, "\r\nContent-Length: "...), length...)
	}
	return append(out, "\r\n\r\n"...)
}
