package wire

import (
	"crypto/tls"
	"errors"
	"io"
)

// plainRefusal answers a client that speaks HTTP to a listener of HTTPS.
const plainRefusal = "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
	"dispatchmock: this address speaks HTTPS: begin the URL with https://.\n"

// shakeHands ends the TLS handshake before the first read. A client that does
// not trust the server, or speaks no TLS, has sent no request: net/http sees
// that the client left.
func (c *Conn) shakeHands() error {
	t, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	err := t.Handshake() //nolint:noctx // The deadlines of the connection end the handshake.
	var other tls.RecordHeaderError
	if errors.As(err, &other) && other.Conn != nil {
		// Whoever speaks no TLS may be gone.
		_, _ = io.WriteString(other.Conn, plainRefusal)
	}
	if err != nil {
		return io.EOF
	}
	return nil
}
