package wire

import (
	"bytes"
	"net/http"
	"sync"
)

// intake keeps what a client sends until its request is done, so that the
// request's head can be recorded as it came: net/http keeps neither the spelling
// nor the order of header fields. net/http reads ahead in a goroutine of its
// own, hence the lock.
type intake struct {
	mu    sync.Mutex
	bytes []byte // begins with the head of the request at hand
	total int    // how many bytes were read since it began
	lost  bool   // the place of the request at hand is not known
}

// maxIntake is how many bytes of one request are kept: more than a head that
// the server admits.
const maxIntake = 72 << 10

func (i *intake) add(p []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lost {
		return
	}
	i.total += len(p)
	if len(i.bytes) == 0 {
		// Empty lines before a request line are none of its lines.
		n := len(p) - len(bytes.TrimLeft(p, "\r\n"))
		p, i.total = p[n:], i.total-n
	}
	i.bytes = append(i.bytes, p[:min(len(p), maxIntake-len(i.bytes))]...)
}

// CutHead returns the head that b begins with, without the empty line that
// ends it, and its length with that line, or 0 where b has no end of it. Like
// net/http it takes a line feed alone for the end of a line. A head is plain
// if each of its lines ends as HTTP says and holds one whole field.
func CutHead(b []byte) (head []byte, length int, plain bool) {
	plain = true
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return nil, 0, false
		}
		end := i + n
		plain = plain && end > 0 && b[end-1] == '\r'
		i = end + 1
		switch rest := b[i:]; {
		case bytes.HasPrefix(rest, []byte("\r\n")):
			length = i + 2
		case bytes.HasPrefix(rest, []byte("\n")):
			length, plain = i+1, false
		case len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t'):
			plain = false // the field goes on
		}
		if length > 0 {
			return bytes.TrimSuffix(b[:end], []byte("\r")), length, plain
		}
	}
}

// head returns the head of the request at hand without the line that ends it,
// or nil where it is not known, or not plain: who redacts secrets in a head
// goes by its lines. The bytes are good until done.
func (i *intake) head() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	if head, length, plain := CutHead(i.bytes); length > 0 && plain && !i.lost {
		return head
	}
	return nil
}

// ambiguous reports a request that says in two ways where it ends, or in one
// that its version does not have: the connection must be closed behind it
// (RFC 9112, 6.1).
func (i *intake) ambiguous(r *http.Request) bool {
	if len(r.TransferEncoding) == 0 && r.ProtoAtLeast(1, 1) {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	head, _, _ := CutHead(i.bytes)
	var coding, length bool
	for line := range bytes.Lines(head) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		coding = coding || bytes.EqualFold(name, []byte("Transfer-Encoding"))
		length = length || bytes.EqualFold(name, []byte(ContentLength))
	}
	return coding && (length || !r.ProtoAtLeast(1, 1))
}

// isHead reports that the request at hand begins as one of the method HEAD,
// whose answer has no body.
func (i *intake) isHead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return bytes.HasPrefix(i.bytes, []byte("HEAD "))
}

// done goes on to the next request; length is that of the body at hand, or -1
// where it is not known.
func (i *intake) done(length int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, end, _ := CutHead(i.bytes)
	if end == 0 || length < 0 {
		i.lost, i.bytes = true, nil
		return
	}
	used := int64(end) + length
	switch {
	case int64(i.total) == used:
		i.bytes, i.total = i.bytes[:0], 0
		if cap(i.bytes) > maxKept {
			i.bytes = nil
		}
	case int64(i.total) > used && len(i.bytes) == i.total:
		i.bytes = append(i.bytes[:0], bytes.TrimLeft(i.bytes[used:], "\r\n")...)
		i.total = len(i.bytes)
	default:
		i.lost, i.bytes = true, nil
	}
}

// Read reads for net/http and keeps a copy.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.shakeHands(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.intake.add(p[:n])
	}
	return n, err
}

// RequestHead returns the head of a request as it came on its connection,
// without the empty line that ends it, or as net/http prints it where that is
// not known (behind a chunked body) or not plain.
func RequestHead(r *http.Request) []byte {
	if c := connOf(r); c != nil {
		if head := c.intake.head(); head != nil {
			return head
		}
	}
	return printedHead(r)
}

func printedHead(r *http.Request) []byte {
	var b bytes.Buffer
	b.WriteString(r.Method + " " + r.RequestURI + " " + r.Proto + "\r\nHost: " + r.Host + "\r\n")
	// A buffer takes everything.
	_ = r.Header.Write(&b)
	return bytes.TrimSuffix(b.Bytes(), []byte("\r\n"))
}

// PassThrough lets the response to a request be printed by net/http alone.
func PassThrough(r *http.Request) {
	if c := connOf(r); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state, c.length = inBody, r.ContentLength
	}
}

// HeadSize returns how many bytes the head of a request has: the request line,
// the header fields, and the empty line that ends them. The limit of
// net/http is approximate. Behind a chunked body, where a head is not kept
// as it came, the size is that of the same head without needless spaces.
func HeadSize(r *http.Request) int {
	if c := connOf(r); c != nil {
		if n := c.intake.headSize(); n > 0 {
			return n
		}
	}
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n\r\n")
	if r.Host != "" {
		n += len("Host: \r\n") + len(r.Host)
	}
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(": \r\n") + len(v)
		}
	}
	if len(r.TransferEncoding) > 0 {
		n += len("Transfer-Encoding: chunked\r\n")
	}
	return n
}

// headSize returns the size of the head at hand, or 0 where it is not known.
func (i *intake) headSize() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lost {
		return 0
	}
	_, length, _ := CutHead(i.bytes)
	return length
}
