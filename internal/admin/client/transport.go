package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"dispatchmock/internal/shell"
)

// Timeouts are how long a client waits for a server, which may be stuck or
// another than was meant.
type Timeouts struct {
	Answer  time.Duration // until the head of an answer is there
	Silence time.Duration // between two bytes of it
}

// Default are the timeouts of all commands; events have a heartbeat of 15 s.
var Default = Timeouts{Answer: 30 * time.Second, Silence: time.Minute}

// HealthTime is how long a server may take to show that it is there.
const HealthTime = 3 * time.Second

// maxAnswerHead is how many bytes of header fields are read.
const maxAnswerHead = 64 << 10

// HTTP returns a client of a mock, which trusts certificates of the authorities;
// nil is the system's. No proxy stands between a mock and its
// tests, and a mock never redirects.
func (t Timeouts) HTTP(roots *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: t.Answer}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &impatient{c, t.Silence}, nil
			},
			TLSClientConfig:        &tls.Config{RootCAs: roots},
			TLSHandshakeTimeout:    t.Answer,
			ResponseHeaderTimeout:  t.Answer,
			MaxResponseHeaderBytes: maxAnswerHead,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// impatient is a connection whose other end must not be silent for long.
type impatient struct {
	net.Conn
	silence time.Duration
}

// Read implements net.Conn.
func (c *impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if isTimeout(err) {
		err = fmt.Errorf("nothing came for %v: %w", c.silence, err)
	}
	return n, err
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// Unreachable is the error of a server that does not answer.
type Unreachable struct{ err error }

func (e Unreachable) Error() string { return e.err.Error() }
func (e Unreachable) Unwrap() error { return e.err }

// NoAnswer says why a server has not answered within a time, and how to start
// one where none listens.
func NoAnswer(base, host string, err error, limit time.Duration) error {
	var dial *net.OpError
	dialled := !errors.As(err, &dial) || dial.Op != "dial"
	// The URL of the error has a path that the user did not give.
	why := err
	var failed *url.Error
	if errors.As(err, &failed) {
		why = failed.Err
	}
	if !dialled {
		return Unreachable{fmt.Errorf("no answer from %s: %w\nis it running? start it with: dispatchmock serve --listen %s", base, why, shell.Word(host))}
	}
	text := fmt.Sprintf("%.300s", why)
	if isTimeout(err) {
		text = fmt.Sprintf("none came within %v", limit)
	}
	return Unreachable{fmt.Errorf("no answer from %s as this mock gives it: %s; another server listens there, or the mock is stuck", base, text)}
}
