package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// maxHeads is how long the heads of an answer may be together, interim
	// ones included.
	maxHeads = 256 << 10
	maxIdle  = 128
	idleTime = time.Minute
	// bufferSize is how much of a body is read at once.
	bufferSize = 32 << 10
)

// link is a connection to the target.
type link struct {
	net.Conn
	in        *bufio.Reader // reads from the link
	listening bool
	kept      []byte    // what was read since the head at hand began
	total     int       // of the heads of an answer
	idle      chan bool // reports how being idle has ended
}

func newLink(c net.Conn) *link {
	l := &link{Conn: c}
	l.in = bufio.NewReader(l)
	return l
}

// Read implements io.Reader.
func (l *link) Read(p []byte) (int, error) {
	if !l.listening {
		return l.Conn.Read(p)
	}
	if l.total > maxHeads {
		return 0, errTooLong
	}
	n, err := l.Conn.Read(p)
	l.kept, l.total = append(l.kept, p[:n]...), l.total+n
	return n, err
}

var errTooLong = fmt.Errorf("the head of its answer exceeded %d bytes", maxHeads)

// listen keeps what is read until the function that it returns is called.
func (l *link) listen() (stop func()) {
	l.listening = true
	return func() { l.listening, l.kept, l.total = false, nil, 0 }
}

// heard reports whether something has come.
func (l *link) heard() bool { return l.total > 0 }

// head returns the head that was just read, as it came.
func (l *link) head() []byte {
	n := len(l.kept) - l.in.Buffered()
	head := l.kept[:n:n]
	l.kept = l.kept[n:]
	return head
}

// failure returns why a head could not be read.
func (l *link) failure(err error) error {
	if l.total > maxHeads {
		return errTooLong
	}
	return err
}

// writeBody writes a body as its request has it framed, each piece as soon as
// it has come.
func writeBody(to io.Writer, from io.Reader, r *http.Request) error {
	if r.ContentLength >= 0 {
		n, err := io.Copy(to, io.LimitReader(from, r.ContentLength))
		if err == nil && n < r.ContentLength {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	out := bufio.NewWriterSize(to, bufferSize)
	chunks := httputil.NewChunkedWriter(out)
	piece := make([]byte, bufferSize-32)
	for {
		n, err := from.Read(piece)
		_, _ = chunks.Write(piece[:n]) // nothing is written for nothing; flushing reports what is wrong
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			return err
		}
	}
	_ = chunks.Close()
	_ = r.Trailer.Write(out)
	_, _ = out.WriteString("\r\n")
	return out.Flush()
}

// pool has the links that no request uses.
type pool struct {
	mu     sync.Mutex
	idle   []*link
	closed bool
}

// put gives a link to the pool. A link on which something comes is dropped: it
// is the end, or what answers no request.
func (p *pool) put(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= maxIdle || l.SetReadDeadline(time.Now().Add(idleTime)) != nil {
		_ = l.Close() // an error is of no use
		return
	}
	p.idle = append(p.idle, l)
	idle := make(chan bool, 1)
	l.idle = idle
	go func() {
		_, err := l.in.Peek(1)
		p.drop(l)
		idle <- errors.Is(err, os.ErrDeadlineExceeded)
	}()
}

// take returns a link, or nil.
func (p *pool) take() *link {
	for {
		l := p.last()
		if l == nil {
			return nil
		}
		err := l.SetReadDeadline(time.Unix(1, 0)) // wakes who waits
		if <-l.idle && err == nil && l.SetReadDeadline(time.Time{}) == nil {
			return l
		}
		_ = l.Close() // an error is of no use
	}
}

func (p *pool) last() *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle) - 1
	if n < 0 {
		return nil
	}
	l := p.idle[n]
	p.idle = slices.Delete(p.idle, n, n+1)
	return l
}

// drop closes a link that was not taken.
func (p *pool) drop(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.idle, l); i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
		_ = l.Close()
	}
}

// close closes the links that no request uses, and those that come back.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, l := range p.idle {
		_ = l.Close()
	}
	p.idle = nil
}
