package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// timeouts are how long a client of ours waits for a server, which may be stuck
// or another than was meant.
type timeouts struct {
	answer  time.Duration // until the head of an answer is there
	silence time.Duration // between two bytes of it
}

// clientTimeouts are those of all commands; events have a heartbeat of 15 s.
var clientTimeouts = timeouts{answer: 30 * time.Second, silence: time.Minute}

// maxAnswerHead is how many bytes of header fields a client of ours reads.
const maxAnswerHead = 64 << 10

// client returns a client of a mock. No proxy stands between a mock and its
// tests, and a mock never redirects.
func (p timeouts) client() *http.Client {
	dialer := &net.Dialer{Timeout: p.answer}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &impatient{c, p.silence}, nil
			},
			TLSHandshakeTimeout:    p.answer,
			ResponseHeaderTimeout:  p.answer,
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
	if isLate(err) {
		err = fmt.Errorf("nothing came for %v: %w", c.silence, err)
	}
	return n, err
}

// isLate reports an error that says that time was up.
func isLate(err error) bool {
	var late net.Error
	return errors.As(err, &late) && late.Timeout()
}

// noAnswer says why a server has not answered within a time.
func noAnswer(base, host string, err error, limit time.Duration) error {
	if !dialled(err) {
		return unreachable(base, host, err)
	}
	why := fmt.Sprintf("%.300s", within(err))
	if isLate(err) {
		why = fmt.Sprintf("none came within %v", limit)
	}
	return errUnreachable{fmt.Errorf("no answer from %s as this mock gives it: %s; another server listens there, or the mock is stuck", base, why)}
}
