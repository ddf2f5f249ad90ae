package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxHead is the length of the longest head of a response that is kept.
const maxHead = 64 << 10

// tap is a connection to the target that keeps the head of the response at
// hand as it came: net/http keeps neither spelling nor order of its fields.
type tap struct {
	net.Conn
	mu   sync.Mutex
	seen []byte
	done bool // the head is whole, or longer than is kept
}

// begin is told that a request begins on the connection.
func (t *tap) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen, t.done = t.seen[:0], false
}

// Read implements net.Conn.
func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 {
		t.keep(p[:n])
	}
	return n, err
}

func (t *tap) keep(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	t.seen = append(t.seen, p[:min(len(p), maxHead-len(t.seen))]...)
	t.done = len(t.seen) == maxHead || final(t.seen) != nil
}

// head returns the head of the final response without the empty line at its
// end; nil where it is not known.
func (t *tap) head() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(final(t.seen))
}

// final finds the head behind those of interim responses.
func final(b []byte) []byte {
	for {
		head, rest, ok := bytes.Cut(b, []byte("\r\n\r\n"))
		if !ok {
			return nil
		}
		if len(head) > 9 && head[9] == '1' && bytes.HasPrefix(head, []byte("HTTP/1.")) {
			b = rest
			continue
		}
		return head
	}
}

// newTransport returns a transport of HTTP/1.1 whose connections are tapped.
func newTransport(o *Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Timeout}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &tap{Conn: c}, nil
	}
	return &http.Transport{
		DialContext: dial,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			config := &tls.Config{ServerName: host, RootCAs: o.CAs, MinVersion: tls.VersionTLS12}
			secure := tls.Client(c, config)
			shake, cancel := context.WithTimeout(ctx, o.Timeout)
			defer cancel()
			if err := secure.HandshakeContext(shake); err != nil {
				_ = c.Close() // the handshake's error is the one to tell
				return nil, err
			}
			return &tap{Conn: secure}, nil
		},
		DisableCompression:    true, // the client's own wish is passed on
		MaxIdleConnsPerHost:   128,
		IdleConnTimeout:       time.Minute,
		ResponseHeaderTimeout: o.Timeout,
		ExpectContinueTimeout: time.Second,
	}
}
