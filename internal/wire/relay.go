package wire

import (
	"bytes"
	"net/http"
)

// Relay holds a head that came from another server, from behind the protocol
// version of its status line and without the empty line at its end: the
// response that net/http writes next to the request has it in the place of its
// own. The head must have no fields about the connection, in whose place
// net/http's stand; chunked is set where the head itself says that the body comes
// in chunks. Relay does nothing where the connection did not come from Attach.
func Relay(r *http.Request, head []byte, chunked bool) {
	c := connOf(r)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head = append(append(c.head[:0], head...), "\r\n"...)
	c.length, c.relayed, c.framed = r.ContentLength, true, chunked
	c.state = held
}

// RelayInterim has the next interim response of a request printed with a head
// that came from another server, in the form that Relay takes.
func RelayInterim(r *http.Request, head []byte) {
	if c := connOf(r); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.interim = append(append([]byte("HTTP/1.1"), head...), "\r\n\r\n"...)
	}
}

// appendInterim appends the head of an interim response. HTTP/1.0 has none
// (RFC 9110, 15.2).
func (c *Conn) appendInterim(dst, printed []byte) []byte {
	head := c.interim
	c.interim = nil
	switch {
	case bytes.HasPrefix(printed, []byte("HTTP/1.0")):
		return dst
	case head != nil:
		return append(dst, head...)
	}
	return append(dst, printed...)
}

// appendFraming appends how net/http has framed the body, where the relayed head
// does not say it.
func (c *Conn) appendFraming(dst, printed []byte) []byte {
	if c.framed {
		return dst
	}
	return appendFieldOf(dst, printed, "\r\nTransfer-Encoding: ")
}

// appendFieldOf appends a field of the head that net/http has printed.
func appendFieldOf(dst, head []byte, name string) []byte {
	i := bytes.Index(head, []byte(name))
	if i < 0 {
		return dst
	}
	line := head[i+len("\r\n"):]
	if end := bytes.IndexByte(line, '\r'); end >= 0 {
		line = line[:end]
	}
	return append(append(dst, line...), "\r\n"...)
}
