package wire

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A standing says how well a connection can be closed where places are short:
// the last of these first, and in each the one that has stood still for
// longest.
type standing uint8

const (
	needed     standing = iota // is not closed
	unfinished                 // a request on which no byte has moved for quietTime
	headless                   // no whole head has come for headTime
	idle                       // between two requests
)

const (
	headTime  = time.Second
	quietTime = 5 * time.Second
	// lastChance is how long a request that is on its way may take to reach an
	// idle connection that is about to be closed.
	lastChance = 5 * time.Millisecond
)

type phase uint8

const (
	inHead    phase = iota // no head has come, or a part of one
	inRequest              // from the end of the head to the end of the answer
	between                // two requests
)

// limitedConn is a connection of a Limited listener.
type limitedConn struct {
	net.Conn
	list   *Limited
	once   sync.Once
	client netip.Prefix
	placed atomic.Bool  // is set with the list's lock held
	moved  atomic.Int64 // when the last byte came or went

	// Of the list's lock.
	waiting bool         // a request waits for a place
	victim  *limitedConn // makes room for this one

	mu       sync.Mutex
	phase    phase
	since    time.Duration // when the phase began
	reading  bool
	leaving  bool // is to be closed
	deadline time.Time
}

// Read implements net.Conn.
func (c *limitedConn) Read(p []byte) (int, error) {
	c.setReading(true)
	n, err := c.Conn.Read(p)
	if c.hasRead(n) && errors.Is(err, os.ErrDeadlineExceeded) {
		// The client may not know yet that its connection is to be closed.
		_ = c.Conn.SetReadDeadline(time.Now().Add(lastChance))
		n, err = c.Conn.Read(p)
		c.hasRead(n)
	}
	return n, err
}

func (c *limitedConn) setReading(is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = is
}

// hasRead notes what a Read has read; it returns true where the connection is
// idle and to be closed, and nothing has come.
func (c *limitedConn) hasRead(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = false
	if n == 0 {
		return c.leaving && c.phase == between
	}
	now := c.list.now()
	c.moved.Store(int64(now))
	if c.phase == between {
		c.phase, c.since = inHead, now
		if c.leaving {
			// A request has come; it is answered.
			c.leaving = false
			_ = c.Conn.SetReadDeadline(c.deadline)
		}
	}
	return false
}

// Write implements net.Conn.
func (c *limitedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if n > 0 {
		c.moved.Store(int64(c.list.now()))
	}
	return n, err
}

// SetReadDeadline implements net.Conn.
func (c *limitedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *limitedConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { c.list.release(c) })
	return err
}

// NetConn returns the connection beneath.
func (c *limitedConn) NetConn() net.Conn { return c.Conn }

func (c *limitedConn) enter(p phase) {
	now := c.list.now()
	c.moved.Store(int64(now))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.phase, c.since = p, now
}

func (c *limitedConn) isIdle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == between
}

func (c *limitedConn) leaves() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaving
}

// standing returns how well a connection can be closed, and since when.
func (c *limitedConn) standing(now time.Duration) (standing, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	moved := time.Duration(c.moved.Load())
	switch {
	case c.leaving:
	case c.phase == between && c.reading: // else the next request is here
		return idle, c.since
	case c.phase == inHead && now-c.since >= headTime:
		return headless, c.since
	case c.phase == inRequest && now-moved >= quietTime:
		return unfinished, moved
	}
	return needed, 0
}

// leave has a connection closed. An idle one is closed by whoever reads it, who
// knows whether a request has come.
func (c *limitedConn) leave(s standing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s != idle {
		c.leaving = true
		go c.Close() //nolint:errcheck // it is of no use any more
		return
	}
	if c.phase == between && c.reading {
		c.leaving = true
		_ = c.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// makeRoom closes a connection in favor of another, or of one whose client is
// not known yet.
func (l *Limited) makeRoom(c *limitedConn) {
	l.fallsShort()
	if c != nil && c.victim != nil {
		if _, open := l.conns[c.victim]; open && c.victim.leaves() {
			return // it has not gone yet
		}
	}
	v, s := l.choose(c)
	if v == nil {
		return
	}
	if c != nil {
		c.victim = v
	}
	v.leave(s)
}

// choose returns the connection that is best closed in favor of another. A
// client that has its share makes room for itself.
func (l *Limited) choose(c *limitedConn) (best *limitedConn, s standing) {
	now := l.now()
	var since time.Duration
	own := c != nil && l.held[c.client] >= l.share
	for v := range l.conns {
		if v == c || v.waiting || own && v.client != c.client || !v.placed.Load() && c != nil && c.waiting {
			continue
		}
		if of, at := v.standing(now); of > s || of == s && of != needed && at < since {
			best, s, since = v, of, at
		}
	}
	return best, s
}
