package proxy

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// outbound returns the head that the target gets: the client's own, in its
// spelling and order, with the target's path before the client's, the target's
// host, and without what concerns the connection. Of the fields that say how
// long the body is only the one by which net/http reads it is passed on.
func (p *Proxy) outbound(head []byte, r *http.Request) ([]byte, error) {
	path, err := p.path(r)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+64)
	out = append(out, r.Method...)
	out = append(out, ' ')
	out = append(out, path...)
	out = append(out, " HTTP/1.1"...)
	chunked, hadHost, hadCoding, hadLength := len(r.TransferEncoding) > 0, false, false, false
	for f := range endToEnd(head) {
		line := f.line
		switch {
		case is(f.name, "host"):
			hadHost = true
			if !p.KeepHost {
				line = append(append(bytes.Clone(f.name), ": "...), p.Target.Host...)
			}
		case is(f.name, "transfer-encoding"):
			if !chunked || hadCoding {
				continue
			}
			hadCoding = true
		case is(f.name, "content-length"):
			if chunked || hadLength {
				continue
			}
			hadLength = true
		}
		out = append(out, crlf...)
		out = append(out, line...)
	}
	if !hadHost {
		// HTTP/1.0 asks for none, and HTTP/1.1 does.
		out = append(append(out, "\r\nHost: "...), p.Target.Host...)
	}
	if chunked && !hadCoding {
		out = append(out, "\r\nTransfer-Encoding: chunked"...)
	}
	return append(out, "\r\n\r\n"...), nil
}

var errOutside = errors.New("a request asks for a path, and may not leave the path of --target by .. or by another form of its target (RFC 9112, 3.2)")

// path returns the path in the request line that the target gets: as the client
// spelt it, behind the path of --target.
func (p *Proxy) path(r *http.Request) (string, error) {
	target := r.RequestURI
	if target == "*" && r.Method == http.MethodOptions {
		return target, nil
	}
	if r.URL.Scheme != "" && r.URL.Host != "" && r.URL.Opaque == "" {
		// The absolute form names a server, and it is ours.
		_, target, _ = strings.Cut(target, "://")
		if i := strings.IndexAny(target, "/?"); i < 0 {
			target = "/"
		} else if target = target[i:]; target[0] == '?' {
			target = "/" + target
		}
	}
	if !strings.HasPrefix(target, "/") || strings.ContainsRune(target, '#') { // a fragment, with which servers end the path
		return "", errOutside
	}
	base := strings.TrimSuffix(p.Target.EscapedPath(), "/")
	if path, _, _ := strings.Cut(target, "?"); base != "" && climbs(path) {
		return "", errOutside
	}
	return base + target, nil
}

// climbs reports a path that some server takes for one above its beginning:
// servers differ in what they decode, how often, and what divides segments. So
// only a segment that all take for one makes up for a step upwards.
func climbs(path string) bool {
	depth := 0
	for segment := range strings.SplitSeq(path, "/") {
		steps, name := 0, false
		for part := range strings.FieldsFuncSeq(decoded(segment), func(c rune) bool { return c == '/' || c == '\\' }) {
			switch part, _, _ = strings.Cut(part, ";"); strings.TrimRight(part, " \t\x00") {
			case "..":
				steps++
			case ".", "":
			default:
				name = true
			}
		}
		if steps == 0 && name {
			steps = -1
		}
		if depth -= steps; depth < 0 {
			return true
		}
	}
	return false
}

// decoded returns a segment without percent-encoding, though it was encoded
// several times. One that was more often is up to no good.
func decoded(segment string) string {
	for range 4 {
		plain, err := url.PathUnescape(segment)
		if err != nil || plain == segment {
			return segment
		}
		segment = plain
	}
	return ".."
}
