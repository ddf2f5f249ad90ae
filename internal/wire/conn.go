package wire

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// net/http prints header names in its own spelling and has no way to give a
// reason phrase. A Conn stands between it and the socket: a handler leaves its
// reply with the Conn and lets net/http write a response of the same status
// and length; the Conn puts the reply's head in the place of the head that
// net/http printed. Parsing, keep-alive, limits and timeouts stay net/http's.
// CONTRIBUTING.md has the reasons.

// Refusal makes the reply to a request that net/http refuses before any
// handler sees it (a malformed request line, a header section past its limit).
// Text is what net/http says of it.
type Refusal func(status int, text string) *Reply

// Conn is a connection whose responses are printed in the vendor's form.
type Conn struct {
	net.Conn
	listener *Listener
	spoke    atomic.Bool // the client has sent something
	intake   intake

	// An interim response may be written beside the handler, by whoever reads
	// the request's body.
	mu      sync.Mutex
	length  int64  // of the body of the request at hand, -1 where it is not known
	relayed bool   // the head held came from another server
	framed  bool   // and says itself that its body is chunked
	interim []byte // the head to print in the place of the next interim one
	printed []byte // what net/http has printed of a head that is not yet whole
	state   state
	last    bool   // no request comes behind the one at hand
	head    []byte // the head to print, when state is held
}

type state uint8

const (
	fresh   state = iota // nothing was written for the request at hand
	held                 // a reply is held, its response not yet begun
	inBody               // the head is out
	refused              // net/http has refused the request, and we have answered
)

const (
	// maxKept is the size above which a buffer is not kept for the next reply.
	maxKept = 16 << 10
	// maxPrinted is how long a head may be that net/http prints.
	maxPrinted = 1 << 20
)

var errLongHead = errors.New("wire: the head of a response is longer than " + strconv.Itoa(maxPrinted) + " bytes")

// Write sends what net/http has printed, with the heads replaced. net/http
// prints a head in as many pieces as it likes.
func (c *Conn) Write(p []byte) (int, error) {
	out, refusal, err := c.replace(p)
	switch {
	case err != nil:
		return 0, err
	case refusal != nil:
		return len(p), c.writeRefusal(refusal)
	case len(out) == 0: // a head is not yet whole
		return len(p), nil
	}
	if n, err := c.Conn.Write(out); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}

// replace returns what is to be sent in the place of p, or a refusal.
func (c *Conn) replace(p []byte) (out, refusal []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch c.state {
	case inBody:
		return p, nil, nil
	case refused:
		return nil, nil, nil
	}
	if len(c.printed) > 0 {
		c.printed = append(c.printed, p...)
		p, c.printed = c.printed, nil
	}
	for len(p) > 0 {
		end := bytes.Index(p, headEnd)
		if end < 0 {
			if len(p) > maxPrinted {
				return nil, nil, errLongHead
			}
			c.printed = bytes.Clone(p)
			break
		}
		head := p[:end+len(headEnd)]
		if isInterim(head) {
			out = c.appendInterim(out, head)
			p = p[len(head):]
			continue
		}
		if c.state == fresh {
			c.state = refused
			return nil, p, nil
		}
		c.state = inBody
		if out == nil {
			out = make([]byte, 0, len(c.head)+len(p))
		}
		out = append(c.appendFinal(out, head), p[len(head):]...)
		break
	}
	return out, nil, nil
}

// appendFinal appends the head held, and what net/http has decided in the head
// that it printed.
func (c *Conn) appendFinal(dst, printed []byte) []byte {
	dst = append(dst, printed[:len("HTTP/1.1")]...)
	dst = append(dst, c.head...)
	dst = appendFieldOf(dst, printed, "\r\nConnection: ")
	if c.relayed {
		dst = c.appendFraming(dst, printed)
	}
	return append(dst, "\r\n"...)
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.listener.forget(c)
	return c.Conn.Close()
}

// CloseWrite lets net/http close its half of the connection, so that a client
// can read a refusal before the connection is reset.
func (c *Conn) CloseWrite() error {
	if t, ok := c.Conn.(*tls.Conn); ok {
		if err := t.CloseWrite(); err != nil {
			return err
		}
	}
	if half, ok := c.socket().(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// writeRefusal answers in the place of net/http, which has printed p.
func (c *Conn) writeRefusal(p []byte) error {
	status, _ := strconv.Atoi(string(p[9:12]))
	text := ""
	if _, body, ok := bytes.Cut(p, headEnd); ok {
		text = string(body)
	}
	reply := c.listener.refuse(status, text)
	out := reply.appendHead(append([]byte(nil), p[:len("HTTP/1.1")]...))
	out = append(out, "Connection: close\r\n\r\n"...)
	if !c.intake.isHead() {
		out = append(out, reply.Body.Bytes...)
	}
	_, err := c.Conn.Write(out)
	return err
}

var headEnd = []byte("\r\n\r\n")

// isInterim reports the head of an interim response, of either version.
func isInterim(head []byte) bool {
	return bytes.HasPrefix(head, []byte("HTTP/1.")) && bytes.HasPrefix(head[len("HTTP/1.1"):], []byte(" 1"))
}

type connKey struct{}

// connOf returns the connection of a request, or nil where it did not come from
// Attach.
func connOf(r *http.Request) *Conn {
	c, _ := r.Context().Value(connKey{}).(*Conn)
	return c
}

var errNoConn = errors.New("wire: the request's connection did not come from wire.Attach")

// Send prints the reply in the vendor's form. The server's listener must have
// been wrapped by Attach.
func Send(w http.ResponseWriter, r *http.Request, reply *Reply) error {
	c := connOf(r)
	if c == nil {
		return errNoConn
	}
	if reply.Break != nil {
		return c.sendBroken(w, r, reply)
	}
	c.hold(r, reply)
	h := w.Header()
	// nil keeps net/http from adding fields whose bytes would be thrown away.
	h["Date"], h["Content-Type"] = nil, nil
	h["Content-Length"] = []string{reply.Body.Length}
	w.WriteHeader(reply.Status)
	if len(reply.Body.Bytes) == 0 || r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(reply.Body.Bytes)
	return err
}

// EndAfter closes the connection of a request behind its response, which may be
// under way: what is left of the request cannot be distinguished from a next one.
func EndAfter(r *http.Request) {
	if c := connOf(r); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.last = true
	}
}

// hold keeps the head of a reply until net/http prints its own.
func (c *Conn) hold(r *http.Request, reply *Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.length, c.relayed = r.ContentLength, false
	c.head = reply.appendHead(c.head[:0])
	c.state = held
}
