package verify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// client speaks HTTP/1.1 over a connection of its own: net/http would hide the
// spelling of header names, the reason phrase, and what follows a body.
type client struct {
	target  *url.URL
	tls     *tls.Config // nil for http
	timeout time.Duration

	conn   net.Conn
	reader *bufio.Reader
}

// Limits of a response; what is longer is an error.
const (
	maxHead = 64 << 10
	maxBody = 8 << 20
)

// reply is a response as it came.
type reply struct {
	head   string // without the empty line that ends it
	body   []byte
	excess bool // bytes followed the body
	took   time.Duration
}

// ErrNetwork marks what kept an answer from coming; such requests are tried
// again.
type ErrNetwork struct{ error }

// Unwrap returns the cause.
func (e ErrNetwork) Unwrap() error { return e.error }

func (c *client) close() {
	if c.conn != nil {
		// The connection is of no use any more, so its error is of none.
		_ = c.conn.Close()
		c.conn, c.reader = nil, nil
	}
}

// do sends a request and reads the answer. A kept connection that the server
// has closed meanwhile is replaced, as RFC 9112, 9.3.1 wants.
func (c *client) do(ctx context.Context, method string, request []byte) (*reply, error) {
	kept := c.conn != nil
	r, sent, err := c.once(ctx, method, request)
	if err != nil && kept && !sent && ctx.Err() == nil {
		r, _, err = c.once(ctx, method, request)
	}
	return r, err
}

// once tries one time; answered reports that the server had begun to answer.
func (c *client) once(ctx context.Context, method string, request []byte) (r *reply, answered bool, err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if c.conn == nil {
		if err := c.dial(ctx); err != nil {
			return nil, false, ErrNetwork{err}
		}
	}
	deadline, _ := ctx.Deadline()
	if err := c.conn.SetDeadline(deadline); err != nil {
		return nil, false, ErrNetwork{err}
	}
	conn := c.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write(request); err != nil {
		c.close()
		return nil, false, ErrNetwork{err}
	}
	_, err = c.reader.Peek(1)
	if err != nil {
		c.close()
		return nil, false, ErrNetwork{fmt.Errorf("no answer within %s: %w", time.Since(start).Round(time.Millisecond), err)}
	}
	r, keep, err := readReply(c.reader, method)
	if err != nil || !keep || r.excess {
		c.close()
	}
	if r != nil {
		r.took = time.Since(start)
	}
	return r, true, err
}

func (c *client) dial(ctx context.Context) error {
	host := c.target.Host
	if c.target.Port() == "" {
		host = net.JoinHostPort(c.target.Hostname(), map[bool]string{true: "443", false: "80"}[c.target.Scheme == "https"])
	}
	var conn net.Conn
	var err error
	if c.tls != nil {
		config := c.tls.Clone()
		config.ServerName = c.target.Hostname()
		// HTTP/2 has no reason phrase, so this client does not offer it.
		config.NextProtos = []string{"http/1.1"}
		conn, err = (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", host)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", host)
	}
	if err != nil {
		return err
	}
	c.conn, c.reader = conn, bufio.NewReaderSize(conn, 16<<10)
	return nil
}

var errTooLong = errors.New("the response is longer than this client reads")

// readHead reads a status line and a header section.
func readHead(r *bufio.Reader) (string, error) {
	var head bytes.Buffer
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", ErrNetwork{fmt.Errorf("the answer ended within its head: %w", err)}
		}
		if head.Len()+len(line) > maxHead {
			return "", fmt.Errorf("%w: its head has more than %d bytes", errTooLong, maxHead)
		}
		if s := string(line); s == "\r\n" || s == "\n" {
			return string(bytes.TrimSuffix(bytes.TrimSuffix(head.Bytes(), []byte("\n")), []byte("\r"))), nil
		}
		head.Write(line)
	}
}
