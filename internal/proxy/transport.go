package proxy

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport returns a transport of HTTP/1.1 whose connections are tapped.
func newTransport(o *Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Timeout}
	timeout, host := o.Timeout, o.Target.Hostname()
	config := &tls.Config{ServerName: host, RootCAs: o.CAs, MinVersion: tls.VersionTLS12}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &tap{Conn: c}, nil
		},
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			secure := tls.Client(c, config)
			shake, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			if err := secure.HandshakeContext(shake); err != nil {
				_ = c.Close() // the handshake's error is the one to tell
				return nil, err
			}
			return &tap{Conn: secure}, nil
		},
		DisableCompression:     true, // the client's own wish is passed on
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        time.Minute,
		ResponseHeaderTimeout:  timeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 4 * maxHead,
	}
}
