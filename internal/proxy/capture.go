package proxy

import (
	"errors"
	"io"
	"sync"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// maxValidated is the length of the longest body of an answer that is kept to be
// validated; a longer one passes all the same.
const maxValidated = 1 << 20

// capture keeps the first bytes of a body.
type capture struct {
	bytes []byte
	size  int64
}

func (c *capture) take(p []byte, limit int) {
	c.size += int64(len(p))
	c.bytes = append(c.bytes, p[:min(len(p), limit-len(c.bytes))]...)
}

func (c *capture) whole() bool { return c.size == int64(len(c.bytes)) }

// short returns what a record keeps of a body, which must not hold the memory
// of a long one.
func (c *capture) short() []byte {
	if len(c.bytes) <= exchange.MaxBody && cap(c.bytes) <= 2*len(c.bytes) {
		return c.bytes
	}
	return append([]byte(nil), c.bytes[:min(len(c.bytes), exchange.MaxBody)]...)
}

// upload is the body of a request on its way. It is read beside the answer,
// which may come before its end.
type upload struct {
	io.ReadCloser
	way  *passage
	end  error
	mu   sync.Mutex
	left bool // the handler is over, and the connection another request's
	// sent is closed when sending the body has ended; nil where it has not begun.
	// Abort closes the link on which the body is sent.
	sent  chan struct{}
	abort func() error
	capture
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	if u.end != nil {
		// Who reads once more to see the end may be later than the answer, and
		// net/http has closed the body by then.
		return 0, u.end
	}
	u.limit(time.Now().Add(stall))
	n, err := u.ReadCloser.Read(p)
	if u.end = err; err != nil {
		// net/http goes on to read, to see whether the client leaves.
		u.limit(time.Time{})
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.take(p[:n], exchange.MaxBody)
	return n, err
}

// limit sets the time until which a piece may come.
func (u *upload) limit(t time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.left {
		_ = u.way.client.SetReadDeadline(t)
	}
}

// sendTime is how long a body may go on behind the end of its answer.
const sendTime = time.Second

// leave waits until the body is not read any more, after which the connection is
// another request's.
func (u *upload) leave() {
	u.settle()
	u.drain()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left = true
}

// settle waits until the body is not read any more: net/http allows one reader
// alone, and only while the handler runs.
func (u *upload) settle() {
	if u.sent == nil {
		return
	}
	_ = u.way.client.Flush() // the answer need not wait
	patience := time.NewTimer(sendTime)
	defer patience.Stop()
	select {
	case <-u.sent:
	case <-patience.C:
		wire.EndAfter(u.way.in)
		_ = u.abort() // an error is of no use
		u.mu.Lock()
		u.left = true
		_ = u.way.client.SetReadDeadline(time.Unix(1, 0)) // wakes who reads
		u.mu.Unlock()
		<-u.sent
	}
}

// maxRest is how much of an unwanted body is read.
const maxRest = 256 << 10

// drain reads what is left of the body. net/http panics where its end is first
// seen behind the handler of a full-duplex response.
func (u *upload) drain() {
	if u.end != nil || u.size == 0 && u.way.in.Header.Get("Expect") != "" { // the client was not asked to send it
		return
	}
	_ = u.way.client.Flush() // the answer need not wait
	u.limit(time.Now().Add(sendTime))
	if _, err := io.CopyN(io.Discard, u.ReadCloser, maxRest); errors.Is(err, io.EOF) {
		u.limit(time.Time{})
		return
	}
	wire.EndAfter(u.way.in)
	u.limit(time.Unix(1, 0)) // net/http reads no further
}

// taken returns what has passed so far; of a request without a body that is
// nothing.
func (u *upload) taken() (first []byte, size int64) {
	if u == nil {
		return nil, 0
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.short(), u.size
}
