package app_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"
)

// places are few, of which the one client of a test may have 7.
func places() wire.Limits {
	return wire.Limits{Places: 8, Reserve: 8, Wait: testkit.Patience, Calm: time.Hour}
}

const ownPlaces = 7

// machineClock is a clock that a test moves.
type machineClock struct{ past atomic.Int64 }

func (c *machineClock) now() time.Time          { return time.Unix(0, c.past.Load()) }
func (c *machineClock) advance(d time.Duration) { c.past.Add(int64(d)) }

// counts asks for the health of a server, whose connections it returns.
func counts(t testing.TB, r *testkit.Server) wire.Connections {
	t.Helper()
	a := r.Ask(t, http.MethodGet, "/_mock/health")
	var health struct {
		Status      string
		Connections wire.Connections
	}
	if err := json.Unmarshal([]byte(a.Body), &health); err != nil || a.Status != http.StatusOK || health.Status != "ready" {
		t.Fatalf("got the health %d %s, %v, want 200 and ready", a.Status, a.Body, err)
	}
	if head := r.Ask(t, http.MethodHead, "/_mock/health"); head.Status != http.StatusOK {
		t.Errorf("got %d for HEAD /_mock/health, want 200", head.Status)
	}
	return health.Connections
}

// TestIdleConnectionsMakeRoom holds that kept connections keep nobody out: the
// one that is idle for longest is closed, and no other.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	clock := &machineClock{}
	o := places()
	o.Now = clock.now
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o}})
	var kept []*testkit.Conn
	for range ownPlaces {
		c := r.Connect(t)
		c.Send(t, testkit.Sample)
		c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
		kept = append(kept, c)
		testkit.Eventually(t, "the connection is idle", func() bool { return r.ConnectionCounts().Idle == len(kept) })
		clock.advance(time.Second)
	}
	// The first is used again, so the second is idle for longest.
	kept[0].Send(t, testkit.Sample)
	kept[0].Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
	testkit.Eventually(t, "all are idle", func() bool { return r.ConnectionCounts().Idle == ownPlaces })
	r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...).WantVendor(t, http.StatusOK)
	kept[1].Ended(t)
	for i, c := range kept {
		if i != 1 {
			c.Send(t, testkit.Sample)
			c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
		}
	}
	if got := counts(t, r); got.Closed != 1 || got.Refused != 0 || got.Limit != 8 {
		t.Errorf("got the counts %+v, want 1 closed, none refused, of 8", got)
	}
	testkit.Eventually(t, "the log tells", func() bool { return strings.Contains(r.Logged.String(), "connections are at their limit") })
	if n := strings.Count(r.Logged.String(), "connections are at their limit"); n != 1 {
		t.Errorf("the log says %d times that connections are at their limit, want 1", n)
	}
}

// stuck are connections that take a place and never come to an end.
var stuck = map[string]string{
	"silent":        "",
	"half a head":   "DELETE /customers",
	"unsent body":   testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 2") + "{",
	"event stream":  testkit.Message(http.MethodGet, "/_mock/journal/stream"),
	"never answers": testkit.Authorized(http.MethodDelete, testkit.Resource, "X-Mock-Scenario: never-answers"),
	"long pause":    testkit.Authorized(http.MethodDelete, testkit.Resource, "X-Mock-Scenario: held"),
}

// fill opens connections that are stuck until nobody has a place for more, and
// waits until the server knows.
func fill(t testing.TB, r *testkit.Server, sent string) {
	t.Helper()
	for range ownPlaces {
		r.Connect(t).Send(t, sent)
	}
	testkit.Eventually(t, "the places are taken", func() bool { return r.ConnectionCounts().Open >= ownPlaces })
}

const heldScenario = `{"scenarios": [{"name": "held", "description": "Waits.", "then": {"delay": {"fixed": "5m"}}}]}`

// TestFullServer holds that a server whose places are all taken by what has
// not stood still for long says so to the next client, and tells its health.
func TestFullServer(t *testing.T) {
	t.Parallel()
	clock := &machineClock{}
	o := places()
	o.Now, o.Wait = clock.now, time.Millisecond
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o}})
	fill(t, r, stuck["unsent body"])
	a := r.Ask(t, http.MethodDelete, testkit.Resource, testkit.Dispatcher...)
	if a.Status != http.StatusServiceUnavailable || a.Value("Connection") != "close" || a.Value("Retry-After") == "" ||
		!strings.Contains(a.Body, "all 8 places for connections are in use") {
		t.Errorf("got %d %v %q, want 503, the end of the connection, and a sentence", a.Status, a.Fields, a.Body)
	}
	if head := r.Ask(t, http.MethodHead, testkit.Resource, testkit.Dispatcher...); head.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d for HEAD, want 503", head.Status)
	}
	// By a preflight the command health asks.
	r.Ask(t, http.MethodOptions, testkit.Resource).WantVendor(t, http.StatusOK)
	if got := counts(t, r); got.Open < ownPlaces || got.Closed != 0 || got.Refused != 2 {
		t.Errorf("got the counts %+v, want at least %d open, none closed, 2 refused", got, ownPlaces)
	}
	// Nobody who asks for its health has taken a place.
	if a := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); a.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503 again", a.Status)
	}
}

// TestStuckConnectionsMakeRoom holds that what stands still is closed in the
// end, where places are short.
func TestStuckConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	for name, sent := range stuck {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &machineClock{}
			o := places()
			o.Now = clock.now
			r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o}, Data: testkit.Data{Files: map[string]string{"held.json": heldScenario}}})
			fill(t, r, sent)
			next := r.Connect(t)
			next.Send(t, testkit.Authorized(http.MethodGet, testkit.Resource))
			testkit.Eventually(t, "the log says that connections are at their limit", func() bool { return strings.Contains(r.Logged.String(), "connections are at their limit") })
			if n := counts(t, r).Closed; n != 0 {
				t.Fatalf("%d connections were closed that stood still for no time", n)
			}
			testkit.Eventually(t, "a connection makes room", func() bool { clock.advance(time.Second); return r.ConnectionCounts().Closed > 0 })
			next.Receive(t, http.MethodGet).WantVendor(t, http.StatusOK)
			if n := counts(t, r).Closed; n != 1 {
				t.Errorf("%d connections were closed, want 1: one wanted for a place", n)
			}
		})
	}
}

// TestOrderOfClosing holds which connection makes room: an idle one before one
// without a request before one that waits for an answer, however long they
// stand still.
func TestOrderOfClosing(t *testing.T) {
	t.Parallel()
	clock := &machineClock{}
	o := places()
	o.Now = clock.now
	entered := make(chan struct{}, 100) // receives when a head has come
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o, Handler: func(b app.Deps) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			entered <- struct{}{}
			b.Mock.ServeHTTP(w, r)
		})
	}}})
	var all []*testkit.Conn
	idle := 0
	for i, sent := range []string{stuck["never answers"], stuck["half a head"], testkit.Sample, stuck["never answers"], stuck["silent"], testkit.Sample, stuck["unsent body"]} {
		c := r.Connect(t)
		c.Send(t, sent)
		if strings.HasSuffix(sent, "\r\n\r\n") || strings.HasSuffix(sent, "{") {
			<-entered
		}
		if sent == testkit.Sample {
			c.Receive(t, http.MethodDelete).WantVendor(t, http.StatusOK)
			idle++
		}
		all = append(all, c)
		testkit.Eventually(t, "the connection is known", func() bool { n := r.ConnectionCounts(); return n.Open == i+1 && n.Idle == idle })
		clock.advance(10 * time.Second)
	}
	for i, longest := range []int{2, 5, 1, 4, 0, 3, 6} {
		busy := r.Connect(t)
		busy.Send(t, testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Length: 2")+"{")
		testkit.Eventually(t, "a connection makes room", func() bool { return r.ConnectionCounts().Closed == i+1 })
		if !all[longest].Ended(t) {
			t.Fatalf("the connection %d was to make room as number %d", longest, i+1)
		}
	}
}

// TestFullEndsInTheLog holds that the log says when places are no longer short.
func TestFullEndsInTheLog(t *testing.T) {
	t.Parallel()
	o := places()
	o.Wait, o.Calm = time.Millisecond, time.Millisecond
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o}})
	fill(t, r, stuck["unsent body"])
	r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...)
	testkit.Eventually(t, "the log tells the end", func() bool {
		return strings.Contains(r.Logged.String(), "connections are no longer at their limit") && strings.Contains(r.Logged.String(), "refused=1")
	})
}

// TestFullAdminListener holds that a listener of the admin API's own is not
// starved either.
func TestFullAdminListener(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: places(), Admin: app.Admin{Address: "127.0.0.1:0"}}})
	for range 40 {
		conn, err := net.Dial("tcp", r.AdminAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(testkit.Patience))
		if _, err := io.WriteString(conn, testkit.Message(http.MethodGet, "/_mock/health")); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("got %v, %v, want 200", response, err)
		}
		response.Body.Close()
	}
}

// TestFullFront holds that a proxy in the place of the mock is guarded alike.
func TestFullFront(t *testing.T) {
	t.Parallel()
	g := newGate()
	defer close(g.open)
	o := places()
	o.Wait = time.Millisecond
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: o, Handler: func(b app.Deps) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			g.around(r, nil, func() { b.Mock.ServeHTTP(w, r) })
		})
	}}})
	for range ownPlaces {
		r.Connect(t).Send(t, testkit.Sample)
		<-g.entered
	}
	if a := r.Ask(t, http.MethodGet, testkit.Resource, testkit.Dispatcher...); a.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", a.Status)
	}
	if got := counts(t, r); got.Refused != 1 {
		t.Errorf("got the counts %+v, want 1 refused", got)
	}
}
