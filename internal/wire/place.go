package wire

import (
	"context"
	"net"
	"net/http"
)

type placeKey struct{}

// Track has a server report to the listener what its connections are doing. Call
// it after Attach.
func (l *Limited) Track(s *http.Server) {
	inContext, inState := s.ConnContext, s.ConnState
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if inContext != nil {
			ctx = inContext(ctx, c)
		}
		if lc := limitedOf(c); lc != nil {
			ctx = context.WithValue(ctx, placeKey{}, lc)
		}
		return ctx
	}
	s.ConnState = func(c net.Conn, to http.ConnState) {
		if inState != nil {
			inState(c, to)
		}
		switch lc := limitedOf(c); {
		case lc == nil:
		case to == http.StateActive:
			lc.enter(inRequest)
		case to == http.StateIdle:
			lc.enter(between)
		}
	}
}

// limitedOf returns the connection of a Limited listener beneath another, or
// nil.
func limitedOf(c net.Conn) *limitedConn {
	for {
		switch inner := c.(type) {
		case *limitedConn:
			return inner
		case *Conn:
			c = inner.Conn
		case interface{ NetConn() net.Conn }:
			c = inner.NetConn()
		default:
			return nil
		}
	}
}

// HasPlace reports whether the connection of a request has a place, or takes
// one that is free.
func HasPlace(r *http.Request) bool {
	c, ok := r.Context().Value(placeKey{}).(*limitedConn)
	if !ok || c.placed.Load() {
		return true
	}
	c.list.mu.Lock()
	defer c.list.mu.Unlock()
	return c.list.take(c)
}

// WaitForPlace is HasPlace, but makes room and waits for a place.
func WaitForPlace(r *http.Request) bool {
	if HasPlace(r) {
		return true
	}
	c := r.Context().Value(placeKey{}).(*limitedConn)
	return c.list.wait(r.Context(), c)
}
