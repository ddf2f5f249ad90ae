package wire

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Limits bound the connections of a listener. A connection has a place, or it
// is in the reserve; Place says what a request in the reserve may do.
type Limits struct {
	// Places is how many connections have a place. One client address may have
	// seven of eight of them.
	Places int
	// Reserve is how many connections beyond them may be open.
	Reserve int
	// Wait is how long a request in the reserve waits for a place.
	Wait time.Duration
	// Calm is how long every connection must have found a place before the
	// shortage counts as over.
	Calm time.Duration
	// Now is the clock by which connections stand still; nil is the machine's.
	Now func() time.Time
	// Report is called when a shortage of places begins (short is true) and
	// when it ends; nil is not called.
	Report func(short bool, c Connections)
}

// Connections counts the connections of a listener.
type Connections struct {
	Open  int `json:"open"`
	Idle  int `json:"idle"` // kept open between two requests
	Limit int `json:"limit"`
	// Closed connections had to make room for others, refused ones found none;
	// both since the start, and in a report since the shortage began.
	Closed  int `json:"closed"`
	Refused int `json:"refused"`
}

// recheck is how often a request that waits looks for a connection that can be
// closed for it.
const recheck = 25 * time.Millisecond

// Limit returns a listener that keeps its connections within limits. Its Track
// must be called for the server. Unlike others of its kind the listener lets
// the socket be found beneath its connections, which a reset needs.
func Limit(l net.Listener, limits Limits) *Limited {
	if limits.Now == nil {
		limits.Now = time.Now
	}
	return &Limited{Listener: l, Limits: limits, share: limits.Places - limits.Places/8, start: limits.Now(), closed: make(chan struct{}),
		changed: make(chan struct{}), conns: map[*limitedConn]struct{}{}, held: map[netip.Prefix]int{}}
}

// Limited is a listener that keeps its connections within limits.
type Limited struct {
	net.Listener
	Limits
	share  int // of one client address
	start  time.Time
	once   sync.Once
	closed chan struct{}

	accepting sync.Mutex // one at a time
	mu        sync.Mutex
	changed   chan struct{}             // is closed, and another made, when a connection ends
	conns     map[*limitedConn]struct{} // the open ones
	placed    int
	held      map[netip.Prefix]int // places by client address
	waiting   []*limitedConn       // whose requests wait for a place
	total     Connections          // closed and refused since the start
	shortage  shortage
}

// Accept implements net.Listener.
func (l *Limited) Accept() (net.Conn, error) {
	l.accepting.Lock()
	defer l.accepting.Unlock()
	if !l.until(context.Background(), func() bool { return l.placed < l.Places || l.reserved() < l.Reserve }, nil) {
		return nil, net.ErrClosed
	}
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &limitedConn{Conn: inner, list: l, client: clientOf(inner), since: l.now()}
	l.mu.Lock()
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	if !l.until(context.Background(), func() bool { return l.take(c) || l.reserved() <= l.Reserve }, c) {
		_ = c.Close() // the server stops
		return nil, net.ErrClosed
	}
	return c, nil
}

// until waits for a condition, which is called with the lock held, and makes
// room for a connection meanwhile; c is nil where its client is not known yet.
// It returns false when the context ends or the listener is closed.
func (l *Limited) until(ctx context.Context, holds func() bool, c *limitedConn) bool {
	for {
		l.mu.Lock()
		if holds() {
			l.mu.Unlock()
			return true
		}
		l.makeRoom(c)
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(recheck):
		case <-ctx.Done():
			return false
		case <-l.closed:
			return false
		}
	}
}

// reserved returns how many connections have no place.
func (l *Limited) reserved() int { return len(l.conns) - l.placed }

// take gives a connection a place, where there is one for its client.
func (l *Limited) take(c *limitedConn) bool {
	if !c.placed.Load() {
		if l.placed >= l.Places || l.held[c.client] >= l.share {
			return false
		}
		l.placed++
		l.held[c.client]++
		c.placed.Store(true)
	}
	return true
}

// wait waits until a connection has a place, or reports that there is none.
// Where many wait, the others do so for a short time only: the reserve is not for
// them alone.
func (l *Limited) wait(ctx context.Context, c *limitedConn) bool {
	l.mu.Lock()
	limit := l.Wait
	if len(l.waiting) >= l.Reserve-l.Reserve/4 {
		limit /= 8
	}
	c.waiting = true
	l.waiting = append(l.waiting, c)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	l.until(ctx, func() bool { return l.take(c) }, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	c.waiting = false
	l.waiting = slices.DeleteFunc(l.waiting, func(w *limitedConn) bool { return w == c })
	if !c.placed.Load() {
		l.fallsShort()
		l.total.Refused++
	}
	return c.placed.Load()
}

// release takes back what a connection had, and hands its place on.
func (l *Limited) release(c *limitedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if c.leaves() {
		l.total.Closed++
	}
	if c.placed.Load() {
		l.placed--
		if l.held[c.client]--; l.held[c.client] == 0 {
			delete(l.held, c.client)
		}
	}
	for _, w := range l.waiting {
		if !w.placed.Load() && l.take(w) {
			break
		}
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// Connections counts the connections.
func (l *Limited) Connections() Connections {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count()
}

func (l *Limited) count() Connections {
	n := l.total
	n.Open, n.Limit = len(l.conns), l.Places
	for c := range l.conns {
		if c.isIdle() {
			n.Idle++
		}
	}
	return n
}

// Close implements net.Listener.
func (l *Limited) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.endShortage()
	})
	return l.Listener.Close()
}

func (l *Limited) now() time.Duration { return l.Now().Sub(l.start) }

// clientOf returns whom a connection counts for: an address, or the network
// that one client of IPv6 has to itself.
func clientOf(c net.Conn) netip.Prefix {
	a, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := a.AddrPort().Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, _ := ip.Prefix(bits)
	return p
}
