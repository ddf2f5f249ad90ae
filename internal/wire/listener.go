package wire

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Attach prepares the server to print replies in the vendor's form, and
// returns the listener that it must serve.
func Attach(s *http.Server, l net.Listener, refuse Refusal) *Listener {
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	next := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := connOf(r); c != nil && c.intake.ambiguous(r) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
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
			conn.state, conn.interim, conn.printed = fresh, nil, nil
			length, last := conn.length, conn.last
			conn.mu.Unlock()
			conn.intake.done(length)
			if last {
				conn.linger()
				_ = conn.Close() // an error is of no use
			}
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
			_ = c.Conn.Close() // an error is of no use
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
