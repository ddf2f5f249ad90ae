package app_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"
)

// gate holds requests back within the chain until it is opened.
type gate struct {
	entered chan struct{} // receives once for each request that is in
	open    chan struct{}
}

func newGate() *gate { return &gate{make(chan struct{}, 1000), make(chan struct{})} }

func (g *gate) around(_ *http.Request, _ *wire.Reply, perform func()) {
	g.entered <- struct{}{}
	<-g.open
	perform()
}

// refuses reports whether nobody listens at the address any more.
func refuses(address string) bool {
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
	}
	return err != nil
}

// TestShutdownAnswersRequestsInFlight stops the server while requests are
// being answered: no new client gets in, and those within get their answers.
func TestShutdownAnswersRequestsInFlight(t *testing.T) {
	t.Parallel()
	const clients = 50
	g := newGate()
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Around: g.around}})
	var all []*testkit.Conn
	for range clients {
		c := r.Connect(t)
		c.Send(t, testkit.Sample)
		all = append(all, c)
	}
	for range clients {
		<-g.entered
	}
	stopped := make(chan error, 1)
	go func() { stopped <- r.Shutdown(testkit.Within(t, testkit.Patience)) }()
	testkit.Eventually(t, "the server stops listening", func() bool { return refuses(r.Addr().String()) })
	select {
	case err := <-stopped:
		t.Fatalf("Shutdown returned %v while %d requests were in flight", err, clients)
	default:
	}
	close(g.open)
	for i, c := range all {
		a := c.Receive(t, http.MethodDelete)
		a.WantVendor(t, http.StatusOK)
		if rest, err := io.ReadAll(c.Answers); err != nil || len(rest) > 0 {
			t.Errorf("client %d: behind the answer comes %q, %v, want the end of the connection", i, rest, err)
		}
	}
	if err := <-stopped; err != nil {
		t.Errorf("Shutdown returned %v, want nil: every request was answered", err)
	}
	select {
	case <-r.Done():
	default:
		t.Error("Done is open after Shutdown")
	}
	if err := r.Err(); err != nil {
		t.Errorf("Err is %v after Shutdown, want nil: the server did not stop by itself", err)
	}
}

// TestShutdownWithStuckClients holds that nobody can keep the server from
// stopping when its time is up.
func TestShutdownWithStuckClients(t *testing.T) {
	t.Parallel()
	half := testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 10") + "{"
	for _, c := range []struct {
		name, sent string
		answers    int  // to what was sent
		inFlight   bool // a request is cut off
	}{
		{"idle after an answer", testkit.Sample, 1, false},
		{"in the head of the second request", testkit.Sample + "DELETE /cust", 1, false},
		{"in a body", half, 0, true},
		{"in the body of the second request", testkit.Sample + half, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, testkit.Settings{})
			client := r.Connect(t)
			client.Send(t, c.sent)
			for range c.answers {
				client.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
			}
			if c.inFlight {
				// Another client's answer comes after the server has begun to
				// read the body, or before: both are a stuck client.
				r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
			}
			limit := testkit.Patience
			if c.inFlight {
				limit = 500 * time.Millisecond // which passes
			}
			err := r.Shutdown(testkit.Within(t, limit))
			if !c.inFlight && err != nil {
				t.Errorf("Shutdown returned %v, want nil: no request was in flight", err)
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Shutdown returned %v, want it to say that the time was up", err)
			}
			if !refuses(r.Addr().String()) {
				t.Error("the server still listens")
			}
			var late net.Error
			if _, err := io.ReadAll(client.Answers); errors.As(err, &late) && late.Timeout() {
				t.Error("the connection of the stuck client is still open")
			}
		})
	}
}

// TestShutdownWithSilentClients holds that a client that connects and says
// nothing, as browsers do in advance, keeps nobody waiting and is no failure.
func TestShutdownWithSilentClients(t *testing.T) {
	t.Parallel()
	// By itself net/http waits for them for five seconds, always; that a busy
	// machine takes as long happens only now and then.
	testkit.Eventually(t, "a server with silent clients stops within less than five seconds", func() bool {
		r := testkit.Start(t, testkit.Settings{})
		for range 3 {
			r.Connect(t)
		}
		r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
		return r.Shutdown(testkit.Within(t, 4*time.Second)) == nil
	})
}

// TestShutdownTwice holds that a second call, and one after the server's end,
// return at once.
func TestShutdownTwice(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	for range 3 {
		if err := r.Shutdown(testkit.Within(t, testkit.Patience)); err != nil {
			t.Errorf("Shutdown returned %v, want nil", err)
		}
	}
}

// TestStartOnAPortInUse holds that a second server says so, and that the first
// is not disturbed.
func TestStartOnAPortInUse(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	second, err := app.New(r.Options)
	if err != nil {
		t.Fatal(err)
	}
	address := r.Addr().String()
	err = second.Start(address)
	if err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("got %v, want an error that names %s", err, address)
	}
	r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
	// A server that never started has nothing to stop.
	stopped := make(chan error, 1)
	go func() { stopped <- second.Shutdown(testkit.Within(t, testkit.Patience)) }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("Shutdown of a server that did not start returned %v, want nil", err)
		}
	case <-time.After(testkit.Patience):
		t.Error("Shutdown of a server that did not start never returns")
	}
}

// TestStartOnBadAddresses holds that each is refused with a reason.
func TestStartOnBadAddresses(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	for _, address := range []string{"127.0.0.1", "127.0.0.1:65536", "127.0.0.1:port", "127.0.0.1:-1", "256.0.0.1:0", "[::1:0"} {
		s, err := app.New(r.Options)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(address); err == nil {
			t.Errorf("Start(%q) has no error, at %s", address, s.Addr())
		}
	}
}

// TestShutdownWithoutRequests holds that a server whose time is up has cut
// nobody off where nobody has asked.
func TestShutdownWithoutRequests(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	for range 3 {
		r.Connect(t)
	}
	r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Shutdown(over); err != nil {
		t.Errorf("Shutdown returned %v, want nil: no request was in flight", err)
	}
}
