package wire

import (
	"bytes"
	"net/http"
)

// Relay holds a head that came from another server, from behind the protocol
// version of its status line and without the empty line at its end: the
// response that net/http writes next to the request has it in the place of its
// own. The head must have no fields about the connection; net/http's stand in
// their place. It reports false where the connection did not come from Attach.
func Relay(r *http.Request, head []byte) bool {
	c, ok := r.Context().Value(connKey{}).(*Conn)
	if !ok {
		return false
	}
	c.head = append(append(c.head[:0], head...), "\r\n"...)
	c.length, c.relayed = r.ContentLength, true
	c.state = held
	return true
}

// appendConnection carries over a field in which net/http says what it decided
// about the connection.
func appendConnection(dst, head []byte, name string) []byte {
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
