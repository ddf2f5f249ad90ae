package wire

import (
	"bytes"
	"context"
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
// CONTRIBUTING.md tells why.

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
	out      []byte // room for a head and what follows it

	// An interim response may be written beside the handler, by whoever reads
	// the request's body.
	mu      sync.Mutex
	length  int64  // of the body of the request at hand, -1 where it is not known
	relayed bool   // the head held came from another server
	framed  bool   // and says itself that its body is chunked
	interim []byte // the head to print in the place of the next interim one
	state   state
	head    []byte // the head to print, when state is held
}

type state uint8

const (
	fresh  state = iota // nothing was written for the request at hand
	held                // a reply is held, its response not yet begun
	inBody              // the head is out
)

// maxKept is the size above which a buffer is not kept for the next reply.
const maxKept = 16 << 10

// Write sends what net/http has printed, with the head replaced.
func (c *Conn) Write(p []byte) (int, error) {
	out, refused := c.replace(p)
	if refused {
		return len(p), c.writeRefusal(p)
	}
	if n, err := c.Conn.Write(out); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}

// replace returns what is to be sent in the place of p, unless p is a refusal.
func (c *Conn) replace(p []byte) (out []byte, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == inBody {
		return p, false
	}
	if isInterim(p) {
		return c.replaceInterim(p), false
	}
	proto, rest, ok := splitHead(p)
	if !ok {
		return p, false
	}
	refused = c.state == fresh
	c.state = inBody
	if refused {
		return nil, true
	}
	out = append(c.out[:0], proto...)
	out = append(out, c.head...)
	printed := p[:len(p)-len(rest)]
	out = appendConnection(out, printed, "\r\nConnection: ")
	if c.relayed {
		out = c.appendFraming(out, printed)
	}
	out = append(out, "\r\n"...)
	out = append(out, rest...)
	if cap(out) <= maxKept {
		c.out = out
	}
	return out, false
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.listener.forget(c)
	return c.Conn.Close()
}

// CloseWrite lets net/http close its half of the connection, so that a client
// can read a refusal before the connection is reset.
func (c *Conn) CloseWrite() error {
	if half, ok := c.socket().(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// writeRefusal answers in the place of net/http, which has printed p.
func (c *Conn) writeRefusal(p []byte) error {
	status, _ := strconv.Atoi(string(p[9:12]))
	text := ""
	if _, body, ok := bytes.Cut(p, []byte("\r\n\r\n")); ok {
		text = string(body)
	}
	reply := c.listener.refuse(status, text)
	out := reply.appendHead(append(c.out[:0], p[:len("HTTP/1.1")]...))
	out = append(out, "Connection: close\r\n\r\n"...)
	if !c.intake.isHead() {
		out = append(out, reply.Body.Bytes...)
	}
	_, err := c.Conn.Write(out)
	return err
}

func isInterim(p []byte) bool { return bytes.HasPrefix(p, []byte("HTTP/1.1 1")) }

// splitHead returns the protocol version with which p begins, and what follows
// the header section.
func splitHead(p []byte) (proto, rest []byte, ok bool) {
	const shortest = len("HTTP/1.1 200")
	if len(p) < shortest || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return nil, nil, false
	}
	_, rest, ok = bytes.Cut(p, []byte("\r\n\r\n"))
	return p[:len("HTTP/1.1")], rest, ok
}

type connKey struct{}

var errNoConn = errors.New("wire: the request's connection did not come from wire.Attach")

// Send prints the reply in the vendor's form. The server's listener must have
// been wrapped by Attach.
func Send(w http.ResponseWriter, r *http.Request, reply *Reply) error {
	c, ok := r.Context().Value(connKey{}).(*Conn)
	if !ok {
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

// hold keeps the head of a reply until net/http prints its own.
func (c *Conn) hold(r *http.Request, reply *Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.length, c.relayed = r.ContentLength, false
	c.head = reply.appendHead(c.head[:0])
	c.state = held
}

// Attach prepares the server to print replies in the vendor's form, and
// returns the listener that it must serve.
func Attach(s *http.Server, l net.Listener, refuse Refusal) *Listener {
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	s.ConnState = func(c net.Conn, to http.ConnState) {
		conn, ok := c.(*Conn)
		if !ok {
			return
		}
		switch to {
		case http.StateActive:
			conn.spoke.Store(true)
		case http.StateIdle:
			// net/http enters StateIdle behind each response, whether or not
			// the next request has come already.
			conn.mu.Lock()
			conn.state, conn.interim = fresh, nil
			length := conn.length
			conn.mu.Unlock()
			conn.intake.done(length)
		}
	}
	return &Listener{Listener: l, refuse: refuse, conns: map[*Conn]struct{}{}, stopping: make(chan struct{})}
}

// Listener accepts connections whose responses are printed in the vendor's
// form.
type Listener struct {
	net.Listener
	refuse Refusal
	once   sync.Once
	err    error
	// stopping is closed with the listener: the server stops.
	stopping chan struct{}

	mu    sync.Mutex
	conns map[*Conn]struct{} // the open ones
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &Conn{Conn: inner, listener: l}
	l.mu.Lock()
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	return c, nil
}

func (l *Listener) forget(c *Conn) {
	l.mu.Lock()
	delete(l.conns, c)
	l.mu.Unlock()
}

// CloseSilent closes the connections whose clients have sent nothing.
func (l *Listener) CloseSilent() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		if !c.spoke.Load() {
			// Of no use to anybody, so its error is of none.
			_ = c.Conn.Close()
		}
	}
}

// Close closes the listener once; the server and its owner may both call it.
func (l *Listener) Close() error {
	l.once.Do(func() {
		close(l.stopping)
		l.err = l.Listener.Close()
	})
	return l.err
}
