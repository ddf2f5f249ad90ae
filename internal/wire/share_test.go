package wire_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/wire"
)

// addressed is a listener whose connections come from addresses that the test
// names.
type addressed struct {
	net.Listener
	from chan string
}

func (a *addressed) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &comingFrom{c, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(<-a.from))}, nil
}

type comingFrom struct {
	net.Conn
	address net.Addr
}

func (c *comingFrom) RemoteAddr() net.Addr { return c.address }

// town is a server with clients of many addresses. A request for /hold is
// answered when open is closed.
type town struct {
	*addressed
	limited *wire.Limited
	entered chan struct{} // receives when a request for /hold has a place
	open    chan struct{}
}

func newTown(t *testing.T, limits wire.Limits) *town {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{addressed: &addressed{l, make(chan string, 100)}, entered: make(chan struct{}, 100), open: make(chan struct{})}
	w.limited = wire.Limit(w.addressed, limits)
	s := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !wire.WaitForPlace(r) {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Path == "/hold" {
			w.entered <- struct{}{}
			<-w.open
		}
	})}
	w.limited.Track(s)
	served := make(chan error, 1)
	go func() { served <- s.Serve(w.limited) }()
	t.Cleanup(func() {
		close(w.open)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return w
}

// visitor is a client.
type visitor struct {
	net.Conn
	read *bufio.Reader
}

func (w *town) visit(t *testing.T, address string) *visitor {
	t.Helper()
	w.from <- address
	c, err := net.Dial("tcp", w.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &visitor{c, bufio.NewReader(c)}
}

func (v *visitor) send(t *testing.T, path string) {
	t.Helper()
	if _, err := io.WriteString(v, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

// wants asks for / and holds the status of the answer.
func (v *visitor) wants(t *testing.T, status int) {
	t.Helper()
	v.send(t, "/")
	response, err := http.ReadResponse(v.read, nil)
	if err != nil || response.StatusCode != status {
		t.Fatalf("got %v, %v, want %d", response, err, status)
	}
	response.Body.Close()
}

// TestShareOfOneClient holds that one client does not get the last places,
// however it spells its address, and that another has them at once.
func TestShareOfOneClient(t *testing.T) {
	t.Parallel()
	for name, address := range map[string][2]string{
		"IPv4": {"192.0.2.1:1", "[::ffff:192.0.2.1]:2"},
		"IPv6": {"[2001:db8::1]:1", "[2001:db8::2%eth0]:2"}, // of one network
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, wire.Limits{Places: 16, Reserve: 4, Wait: time.Millisecond, Calm: time.Hour})
			for i := range 14 {
				w.visit(t, address[i%2]).send(t, "/hold")
				<-w.entered
			}
			w.visit(t, address[0]).wants(t, http.StatusServiceUnavailable)
			w.visit(t, address[1]).wants(t, http.StatusServiceUnavailable)
			w.visit(t, "[2001:db8:1::1]:3").wants(t, http.StatusOK)
			w.visit(t, "192.0.2.2:3").wants(t, http.StatusOK)
		})
	}
}

// TestClientMakesRoomForItself holds that a client which has its share closes
// none of another's connections.
func TestClientMakesRoomForItself(t *testing.T) {
	t.Parallel()
	w := newTown(t, wire.Limits{Places: 8, Reserve: 4, Wait: patience, Calm: time.Hour})
	other := w.visit(t, "192.0.2.2:1")
	other.wants(t, http.StatusOK) // idle for longest
	own := w.visit(t, "192.0.2.1:1")
	own.wants(t, http.StatusOK)
	for range 6 {
		w.visit(t, "192.0.2.1:1").send(t, "/hold")
		<-w.entered
	}
	w.visit(t, "192.0.2.1:1").wants(t, http.StatusOK)
	if _, err := own.read.ReadByte(); err != io.EOF {
		t.Errorf("got %v on the client's idle connection, want its end", err)
	}
	other.wants(t, http.StatusOK)
	if n := w.limited.Connections(); n.Closed != 1 {
		t.Errorf("%d connections were closed, want 1", n.Closed)
	}
}

// TestReserveOfSilentConnections holds that connections which say nothing do
// not keep others from being accepted, nor close any that are in use.
func TestReserveOfSilentConnections(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	now := func() time.Time { return time.Unix(seconds.Load(), 0) }
	w := newTown(t, wire.Limits{Places: 2, Reserve: 2, Wait: patience, Calm: time.Hour, Now: now})
	held := w.visit(t, "192.0.2.1:1")
	held.send(t, "/hold")
	<-w.entered
	var silent []*visitor
	for range 5 {
		silent = append(silent, w.visit(t, "192.0.2.1:1"))
	}
	last := w.visit(t, "192.0.2.2:1")
	until(t, func(n wire.Connections) bool { return n.Open == 4 }, w)
	seconds.Store(1)
	until(t, func(n wire.Connections) bool { return n.Closed == 3 }, w) // all are accepted
	seconds.Store(2)
	last.wants(t, http.StatusOK)
	for _, v := range silent[:3] {
		if _, err := v.read.ReadByte(); err != io.EOF {
			t.Errorf("got %v on one of the first silent connections, want its end", err)
		}
	}
}

// until waits until the counts of a town are as they are to be.
func until(t *testing.T, holds func(wire.Connections) bool, w *town) {
	t.Helper()
	late := time.After(patience)
	for !holds(w.limited.Connections()) {
		select {
		case <-late:
			t.Fatalf("waited in vain; the counts are %+v", w.limited.Connections())
		case <-time.After(time.Millisecond):
		}
	}
}
