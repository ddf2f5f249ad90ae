package proxy

import (
	"bytes"
	"net/http"
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
	_, rest, _ := bytes.Cut(head, crlf)
	out := make([]byte, 0, len(head)+64)
	out = append(out, r.Method...)
	out = append(out, ' ')
	out = append(out, path...)
	out = append(out, " HTTP/1.1"...)
	named := nominated(rest)
	chunked, hadHost, hadCoding, hadLength := len(r.TransferEncoding) > 0, false, false, false
	for line := range bytes.SplitSeq(rest, crlf) {
		name, value, ok := bytes.Cut(line, colon)
		if !ok || hop(name, value, named) {
			continue
		}
		switch {
		case is(name, "host"):
			hadHost = true
			if !p.KeepHost {
				line = append(append(bytes.Clone(name), ": "...), p.Target.Host...)
			}
		case is(name, "transfer-encoding"):
			if !chunked || hadCoding {
				continue
			}
			hadCoding = true
		case is(name, "content-length"):
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

var (
	crlf  = []byte("\r\n")
	colon = []byte(":")
)
