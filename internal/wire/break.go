package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// BreakKind names a way in which a response fails on its way.
type BreakKind string

// The kinds of Break. All but BreakChunked end the connection, and but for the
// resets as a program does that closes its socket.
const (
	BreakReset     BreakKind = "reset"               // a TCP reset in the place of the response
	BreakInBody    BreakKind = "reset_after_headers" // a TCP reset behind the header section
	BreakTruncated BreakKind = "truncated"           // the body ends before its announced length
	BreakChunked   BreakKind = "chunked"             // the whole response, its body in chunks with pauses between
	BreakGarbage   BreakKind = "garbage"             // bytes that are not HTTP
	BreakSilent    BreakKind = "never_answers"       // nothing, and the connection stays open
	BreakEmpty     BreakKind = "empty"               // the end of the connection in the place of the response
)

// Break is what a Reply suffers when it is printed.
type Break struct {
	Kind BreakKind
	// Bytes is how much of the body leaves before BreakTruncated ends it;
	// always at least one byte stays behind.
	Bytes int
	// Chunks is how many BreakChunked cuts the body into, as far as it has
	// bytes.
	Chunks int
	// Pause is the time between two chunks.
	Pause time.Duration
	// Garbage is sent as it stands.
	Garbage []byte
	// Limit is how long BreakSilent lasts at most; 0 is MaxPause.
	Limit time.Duration
}

// MaxPause is how long a connection is kept without a byte at most.
const MaxPause = 5 * time.Minute

const (
	// writeTime is how long a client has to take what is written behind a
	// pause; net/http began to count when the request came.
	writeTime = 30 * time.Second
	// settleTime lets a client read what it has before a reset throws it away.
	settleTime = 50 * time.Millisecond
	// lingerTime is how long a client has to close its half, because closing
	// with unread bytes is a reset, and would be one too early.
	lingerTime = 500 * time.Millisecond
)

var errNoReset = errors.New("wire: the connection cannot be reset, because its listener hides the socket (NetConn would show it); it was closed instead")

// sendBroken prints the reply as its Break wants it.
func (c *Conn) sendBroken(w http.ResponseWriter, r *http.Request, reply *Reply) error {
	b := reply.Break
	if b.Kind == BreakChunked {
		return c.sendChunks(w, r, reply)
	}
	if _, _, err := http.NewResponseController(w).Hijack(); err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	// net/http does not own the connection any more, and does not close it.
	var err error
	switch b.Kind {
	case BreakReset:
		return c.reset()
	case BreakInBody:
		if err = c.writeRaw(rawHead(r, reply)); err == nil {
			c.rest(nil, settleTime)
		}
		return errors.Join(err, c.reset())
	case BreakSilent:
		return c.silence(b.Limit)
	case BreakTruncated:
		out := rawHead(r, reply)
		if r.Method != http.MethodHead {
			out = append(out, reply.Body.Bytes[:b.kept(len(reply.Body.Bytes))]...)
		}
		err = c.writeRaw(out)
	case BreakGarbage:
		err = c.writeRaw(b.Garbage)
	case BreakEmpty:
	default:
		err = fmt.Errorf("wire: there is no break of kind %q", b.Kind)
	}
	c.linger()
	return errors.Join(err, c.Close())
}

// sendChunks lets net/http cut the body, so that the connection can go on.
func (c *Conn) sendChunks(w http.ResponseWriter, r *http.Request, reply *Reply) error {
	body, b := reply.Body.Bytes, reply.Break
	plain := *reply
	plain.Break = nil
	if !inChunks(r, reply) {
		return Send(w, r, &plain)
	}
	h := w.Header()
	h["Date"], h["Content-Type"] = nil, nil
	if r.ProtoAtLeast(1, 1) {
		plain.Fields = chunkedFields(reply.Fields)
	} else {
		// HTTP/1.0 has no chunks; the pieces come one by one all the same.
		h["Content-Length"] = []string{reply.Body.Length}
	}
	c.hold(r, &plain)
	w.WriteHeader(reply.Status)
	n := min(max(b.Chunks, 1), len(body))
	for i := range n {
		if i > 0 {
			Pause(r, b.Pause)
		}
		if _, err := w.Write(body[i*len(body)/n : (i+1)*len(body)/n]); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
	}
	return nil
}

// inChunks reports whether the reply to a request has a body to be cut.
func inChunks(r *http.Request, reply *Reply) bool {
	return reply.Break.Kind == BreakChunked && len(reply.Body.Bytes) > 0 && r.Method != http.MethodHead
}

// chunkedFields returns the fields of a reply that comes in chunks.
func chunkedFields(fields []Field) []Field {
	chunked := slices.Clone(fields)
	for i, f := range chunked {
		if f.Name == ContentLength {
			chunked[i] = Field{"Transfer-Encoding", "chunked"}
		}
	}
	return chunked
}

// Seen returns what of the reply reaches the client of a request: the head
// without the empty line that ends it, and the body, free of chunks. The head
// is empty where no response begins.
func (r *Reply) Seen(q *http.Request) (head string, body []byte) {
	reply := *r
	if q.Method != http.MethodHead {
		body = r.Body.Bytes
	}
	if b := r.Break; b != nil {
		switch b.Kind {
		case BreakReset, BreakSilent, BreakEmpty:
			return "", nil
		case BreakGarbage:
			return "", b.Garbage
		case BreakInBody:
			body = nil
		case BreakTruncated:
			body = body[:b.kept(len(body))]
		case BreakChunked:
			if inChunks(q, r) && q.ProtoAtLeast(1, 1) {
				reply.Fields = chunkedFields(r.Fields)
			}
		}
	}
	if head = reply.Head(); !q.ProtoAtLeast(1, 1) {
		head = "HTTP/1.0" + head[len("HTTP/1.1"):]
	}
	return head, body
}

// kept returns how many of the n bytes of a body leave.
func (b *Break) kept(n int) int { return max(min(b.Bytes, n-1), 0) }

// Pause holds the answer to a request back, for MaxPause at most. It ends
// early, and returns false, when the client leaves or the server stops; the
// answer should be sent all the same.
func Pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	c := connOf(r)
	if c == nil {
		return false
	}
	d = min(d, MaxPause)
	// An error is that of a connection that is closed.
	_ = c.SetWriteDeadline(time.Now().Add(d + writeTime))
	return c.rest(r.Context().Done(), d)
}

// rest waits until the client has left, the server stops or the time is up;
// it reports whether the time was up.
func (c *Conn) rest(left <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-left:
	case <-c.listener.stopping:
	case <-timer.C:
		return true
	}
	return false
}

// silence keeps the connection without a byte, and then closes it.
func (c *Conn) silence(limit time.Duration) error {
	if limit <= 0 || limit > MaxPause {
		limit = MaxPause
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = io.Copy(io.Discard, c.Conn) // its end is all that matters
	}()
	c.rest(left, limit)
	return c.Close()
}

// rawHead prints the head in the place of net/http.
func rawHead(r *http.Request, reply *Reply) []byte {
	proto := "HTTP/1.1"
	if !r.ProtoAtLeast(1, 1) {
		proto = "HTTP/1.0"
	}
	return append(reply.appendHead([]byte(proto)), "\r\n"...)
}

func (c *Conn) writeRaw(p []byte) error {
	if err := c.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	_, err := c.Conn.Write(p)
	return err
}

// reset ends the connection with a TCP reset.
func (c *Conn) reset() error {
	s, ok := c.socket().(interface{ SetLinger(seconds int) error })
	if !ok {
		return errors.Join(errNoReset, c.Close())
	}
	err := s.SetLinger(0)
	if t, ok := c.Conn.(*tls.Conn); ok {
		// TLS would say goodbye first, and the client would see an orderly end.
		err = errors.Join(err, t.NetConn().Close())
	}
	return errors.Join(err, c.Close())
}

// linger closes our half and waits for the client to close its own.
func (c *Conn) linger() {
	if c.CloseWrite() != nil {
		return
	}
	if c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.Copy(io.Discard, c.Conn) // its end is all that matters
	}
}

// socket returns the connection beneath all that wraps it.
func (c *Conn) socket() net.Conn {
	inner := c.Conn
	for {
		wrapped, ok := inner.(interface{ NetConn() net.Conn })
		if !ok {
			return inner
		}
		inner = wrapped.NetConn()
	}
}

// Sentence says what a client sees of the reply to its request.
func (b *Break) Sentence(r *http.Request, reply *Reply) string {
	whole := len(reply.Body.Bytes)
	switch b.Kind {
	case BreakReset:
		return "the connection was reset before a byte of the answer was sent"
	case BreakInBody:
		return "the connection was reset behind the header section, before a byte of the body was sent"
	case BreakTruncated:
		if r.Method == http.MethodHead {
			return "the connection was closed behind the header section"
		}
		return fmt.Sprintf("the connection was closed behind %d of the %d bytes of the body that were announced", b.kept(whole), whole)
	case BreakChunked:
		if !inChunks(r, reply) {
			return "the answer was sent whole, because there is no body to cut"
		}
		return fmt.Sprintf("the body was sent in %d pieces, with pauses of %s between them", min(max(b.Chunks, 1), whole), b.Pause)
	case BreakGarbage:
		return fmt.Sprintf("%d bytes that are no HTTP were sent in the place of an answer", len(b.Garbage))
	case BreakSilent:
		return "nothing was sent, and the connection was kept open"
	case BreakEmpty:
		return "the connection was closed before a byte of the answer was sent"
	}
	return string(b.Kind)
}
