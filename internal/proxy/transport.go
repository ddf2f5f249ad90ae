package proxy

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"
)

// transport sends requests to the target over HTTP/1.1. net/http's own gives a
// connection back before it hands an answer without a body over, and takes
// what a target sends beyond an answer for the answer to the next request.
// Here a request owns its connection until its answer has ended, and what was
// read of the answer belongs to the request.
type transport struct {
	dial    func(context.Context) (net.Conn, error)
	timeout time.Duration
	pool    pool
}

func newTransport(o *Options) *transport {
	dialer := &net.Dialer{Timeout: o.Timeout}
	address := hostPort(o.Target)
	config := &tls.Config{ServerName: o.Target.Hostname(), RootCAs: o.CAs, MinVersion: tls.VersionTLS12}
	dial := func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", address) }
	if o.Target.Scheme != "https" {
		return &transport{dial: dial, timeout: o.Timeout}
	}
	return &transport{timeout: o.Timeout, dial: func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		secure := tls.Client(c, config)
		shake, cancel := context.WithTimeout(ctx, o.Timeout)
		defer cancel()
		if err := secure.HandshakeContext(shake); err != nil {
			_ = c.Close() // the handshake's error is the one to report
			return nil, err
		}
		return secure, nil
	}}
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// send sends a request, and returns its answer.
func (t *transport) send(way *passage) (*http.Response, error) {
	for {
		l := t.pool.take()
		reused := l != nil
		if !reused {
			c, err := t.dial(way.in.Context())
			if err != nil {
				return nil, err
			}
			l = newLink(c)
		}
		turn := &turn{transport: t, link: l, way: way, over: make(chan struct{})}
		response, err := turn.run()
		if err == nil {
			return response, nil
		}
		turn.end(false)
		if !reused || !turn.repeatable(err) {
			return nil, err
		}
	}
}
