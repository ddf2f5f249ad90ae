package proxy

import (
	"bytes"
	"net"
	"strconv"
	"sync"

	"dispatchmock/internal/wire"
)

// maxHead is the length of the longest head that is kept.
const maxHead = 64 << 10

// tap is a connection to the target on which heads pass as they came: net/http
// keeps neither the spelling nor the order of fields. It puts the client's head
// in the place of the one that net/http prints, and keeps the head of the
// response at hand.
type tap struct {
	net.Conn
	mu     sync.Mutex
	seen   []byte
	done   bool   // the head is whole, or longer than is kept
	beyond bool   // and more came with it
	out    []byte // the head to write, until it is written
	held   []byte // of the head that net/http prints, until it is whole
}

// begin is told that a request begins on the connection, and of its head.
func (t *tap) begin(head []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen, t.done, t.beyond, t.out, t.held = t.seen[:0], false, false, head, t.held[:0]
}

// Write implements net.Conn.
func (t *tap) Write(p []byte) (int, error) {
	out := t.replace(p)
	if out == nil { // the head is not yet whole
		return len(p), nil
	}
	if n, err := t.Conn.Write(out); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}

// replace returns what is to be written in the place of p.
func (t *tap) replace(p []byte) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil {
		return p
	}
	printed := p
	if len(t.held) > 0 {
		t.held = append(t.held, p...)
		printed = t.held
	}
	head, rest, whole := bytes.Cut(printed, headEnd)
	if !whole {
		if len(t.held) == 0 {
			t.held = append(t.held, p...)
		}
		return nil
	}
	out := append(framed(t.out, head), rest...)
	t.out = nil
	return out
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
		t.beyond = true
		return
	}
	t.seen = append(t.seen, p[:min(len(p), maxHead-len(t.seen))]...)
	_, end, _ := final(t.seen)
	t.done = len(t.seen) == maxHead || end > 0
	t.beyond = end > 0 && end < len(t.seen)
}

// head returns the head of the final response without the empty line at its
// end; nil where it is not known, or cannot be passed on as it is.
func (t *tap) head() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	head, _, plain := final(t.seen)
	return passable(head, plain)
}

// more reports whether something of the body came with the head.
func (t *tap) more() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.beyond
}

// interim returns a head of an interim response of a status, the first of which
// is 0; nil where it is not known.
func (t *tap) interim(status, n int) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	for b := t.seen; ; {
		head, length, plain := wire.CutHead(b)
		if length == 0 || !isInterim(head) {
			return nil
		}
		if string(head[9:min(12, len(head))]) == strconv.Itoa(status) {
			if n == 0 {
				return passable(head, plain)
			}
			n--
		}
		b = b[length:]
	}
}

var headEnd = []byte("\r\n\r\n")

// final finds the head behind those of interim responses, and where its empty
// line ends; 0 is nowhere.
func final(b []byte) (head []byte, end int, plain bool) {
	for {
		head, length, plain := wire.CutHead(b[end:])
		if length == 0 {
			return nil, 0, false
		}
		end += length
		if !isInterim(head) {
			return head, end, plain
		}
	}
}

func isInterim(head []byte) bool {
	return len(head) > 9 && head[9] == '1' && bytes.HasPrefix(head, []byte("HTTP/1."))
}

// passable returns a copy of a head that no reader takes for another one than
// net/http has read, else nil.
func passable(head []byte, plain bool) []byte {
	if !plain || len(head) == 0 || bytes.IndexByte(head, 0) >= 0 || bytes.Count(head, []byte("\r")) != bytes.Count(head, crlf) {
		return nil
	}
	return bytes.Clone(head)
}
