package wire_test

import (
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/wire"
)

// TestLimit holds that a broken connection gives its place back, and that no
// more than the limit are accepted.
func TestLimit(t *testing.T) {
	t.Parallel()
	for _, kind := range []wire.BreakKind{wire.BreakReset, wire.BreakInBody, wire.BreakTruncated, wire.BreakGarbage, wire.BreakEmpty} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := launch(t, &wire.Break{Kind: kind}, func(l net.Listener) net.Listener { return wire.Limit(l, wire.Limits{Places: 1}) })
			for range 5 {
				conn := s.connect(t, ask)
				_, _ = io.ReadAll(conn) // TestBreaks holds what comes
				conn.Close()
			}
			s.whole(t)
		})
	}
}

// TestLimitHolds holds that no more connections than the limit are open.
func TestLimitHolds(t *testing.T) {
	t.Parallel()
	const limit, clients, each = 2, 8, 200
	inner := &counting{}
	l := wire.Limit(inner, wire.Limits{Places: limit})
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for range each {
				c, err := l.Accept()
				if err != nil {
					t.Error(err)
					return
				}
				if n := inner.open.Load(); n > limit {
					t.Errorf("%d connections are open, want %d at most", n, limit)
				}
				runtime.Gosched()
				inner.open.Add(-1)
				c.Close()
				c.Close() // gives back one place only
			}
		})
	}
	all.Wait()
	for range limit {
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	// The next one waits for a place, and then for nothing.
	ended := make(chan error)
	go func() { _, err := l.Accept(); ended <- err }()
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept returned %v when the listener was closed, want net.ErrClosed", err)
	}
}

// counting is a listener that always has a connection.
type counting struct {
	net.Listener
	open atomic.Int32
}

func (c *counting) Accept() (net.Conn, error) {
	c.open.Add(1)
	conn, _ := net.Pipe()
	return conn, nil
}

func (c *counting) Close() error { return nil }
