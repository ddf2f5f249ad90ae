package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/wire"
)

// places are few, of which the one client of a test may have 7.
func places() wire.Limits {
	return wire.Limits{Places: 8, Reserve: 8, Wait: patience, Calm: time.Hour}
}

const ownPlaces = 7

// machineClock is a clock that a test moves.
type machineClock struct{ past atomic.Int64 }

func (c *machineClock) now() time.Time          { return time.Unix(0, c.past.Load()) }
func (c *machineClock) advance(d time.Duration) { c.past.Add(int64(d)) }

// counts asks for the health of a server, whose connections it returns.
func (r *running) counts(t testing.TB) wire.Connections {
	t.Helper()
	a := r.ask(t, http.MethodGet, "/_mock/health")
	var health struct {
		Status      string
		Connections wire.Connections
	}
	if err := json.Unmarshal([]byte(a.body), &health); err != nil || a.status != http.StatusOK || health.Status != "ready" {
		t.Fatalf("got the health %d %s, %v, want 200 and ready", a.status, a.body, err)
	}
	if head := r.ask(t, http.MethodHead, "/_mock/health"); head.status != http.StatusOK {
		t.Errorf("got %d for HEAD /_mock/health, want 200", head.status)
	}
	return health.Connections
}

// ended reports whether the server ends a connection on which it has nothing
// more to say.
func (c *wireClient) ended(t testing.TB) bool {
	t.Helper()
	_, err := c.read.ReadByte()
	var late net.Error
	if err == nil || errors.As(err, &late) && late.Timeout() {
		t.Errorf("the connection is still open: %v", err)
		return false
	}
	return true
}

// TestIdleConnectionsMakeRoom holds that kept connections keep nobody out: the
// one that is idle for longest is closed, and no other.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	clock := &machineClock{}
	o := places()
	o.Now = clock.now
	r := launch(t, settings{connections: o})
	var kept []*wireClient
	for range ownPlaces {
		c := r.connect(t)
		c.send(t, sample)
		wantVendor(t, c.receive(t, http.MethodDelete), http.StatusOK)
		kept = append(kept, c)
		eventually(t, "the connection is idle", func() bool { return r.ConnectionCounts().Idle == len(kept) })
		clock.advance(time.Second)
	}
	// The first is used again, so the second is idle for longest.
	kept[0].send(t, sample)
	wantVendor(t, kept[0].receive(t, http.MethodDelete), http.StatusOK)
	eventually(t, "all are idle", func() bool { return r.ConnectionCounts().Idle == ownPlaces })
	wantVendor(t, r.ask(t, http.MethodGet, resource, dispatcher...), http.StatusOK)
	kept[1].ended(t)
	for i, c := range kept {
		if i != 1 {
			c.send(t, sample)
			wantVendor(t, c.receive(t, http.MethodDelete), http.StatusOK)
		}
	}
	if got := r.counts(t); got.Closed != 1 || got.Refused != 0 || got.Limit != 8 {
		t.Errorf("got the counts %+v, want 1 closed, none refused, of 8", got)
	}
	eventually(t, "the log tells", func() bool { return strings.Contains(r.log.String(), "connections are at their limit") })
	if n := strings.Count(r.log.String(), "connections are at their limit"); n != 1 {
		t.Errorf("the log says %d times that connections are at their limit, want 1", n)
	}
}

// stuck are connections that take a place and never come to an end.
var stuck = map[string]string{
	"silent":        "",
	"half a head":   "DELETE /customers",
	"unsent body":   message(http.MethodDelete, resource, append([]string{"Content-Length: 2"}, dispatcher...)...) + "{",
	"event stream":  message(http.MethodGet, "/_mock/journal/stream"),
	"never answers": message(http.MethodDelete, resource, append([]string{"X-Mock-Scenario: never-answers"}, dispatcher...)...),
	"long pause":    message(http.MethodDelete, resource, append([]string{"X-Mock-Scenario: held"}, dispatcher...)...),
}

// fill opens connections that are stuck until nobody has a place for more, and
// waits until the server knows.
func (r *running) fill(t testing.TB, sent string) {
	t.Helper()
	for range ownPlaces {
		r.connect(t).send(t, sent)
	}
	eventually(t, "the places are taken", func() bool { return r.ConnectionCounts().Open >= ownPlaces })
}

const heldScenario = `{"scenarios": [{"name": "held", "description": "Waits.", "then": {"delay": {"fixed": "5m"}}}]}`

// TestFullServer holds that a server whose places are all taken by what has
// not stood still for long says so to the next client, and tells its health.
func TestFullServer(t *testing.T) {
	t.Parallel()
	clock := &machineClock{}
	o := places()
	o.Now, o.Wait = clock.now, time.Millisecond
	r := launch(t, settings{connections: o})
	r.fill(t, stuck["unsent body"])
	a := r.ask(t, http.MethodDelete, resource, dispatcher...)
	if a.status != http.StatusServiceUnavailable || a.value("Connection") != "close" || a.value("Retry-After") == "" ||
		!strings.Contains(a.body, "all 8 places for connections are in use") {
		t.Errorf("got %d %v %q, want 503, the end of the connection, and a sentence", a.status, a.fields, a.body)
	}
	if head := r.ask(t, http.MethodHead, resource, dispatcher...); head.status != http.StatusServiceUnavailable {
		t.Errorf("got %d for HEAD, want 503", head.status)
	}
	// By a preflight the command health asks.
	wantVendor(t, r.ask(t, http.MethodOptions, resource), http.StatusOK)
	if got := r.counts(t); got.Open < ownPlaces || got.Closed != 0 || got.Refused != 2 {
		t.Errorf("got the counts %+v, want at least %d open, none closed, 2 refused", got, ownPlaces)
	}
	// Nobody who asks for its health has taken a place.
	if a := r.ask(t, http.MethodGet, resource, dispatcher...); a.status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503 again", a.status)
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
			r := launch(t, settings{connections: o, files: map[string]string{"held.json": heldScenario}})
			r.fill(t, sent)
			next := r.connect(t)
			next.send(t, message(http.MethodGet, resource, dispatcher...))
			eventually(t, "the log says that connections are at their limit", func() bool { return strings.Contains(r.log.String(), "connections are at their limit") })
			if n := r.counts(t).Closed; n != 0 {
				t.Fatalf("%d connections were closed that stood still for no time", n)
			}
			eventually(t, "a connection makes room", func() bool { clock.advance(time.Second); return r.ConnectionCounts().Closed > 0 })
			wantVendor(t, next.receive(t, http.MethodGet), http.StatusOK)
			if n := r.counts(t).Closed; n != 1 {
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
	r := launch(t, settings{connections: o, front: func(b app.Deps) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			entered <- struct{}{}
			b.Mock.ServeHTTP(w, r)
		})
	}})
	var all []*wireClient
	idle := 0
	for i, sent := range []string{stuck["never answers"], stuck["half a head"], sample, stuck["never answers"], stuck["silent"], sample, stuck["unsent body"]} {
		c := r.connect(t)
		c.send(t, sent)
		if strings.HasSuffix(sent, "\r\n\r\n") || strings.HasSuffix(sent, "{") {
			<-entered
		}
		if sent == sample {
			wantVendor(t, c.receive(t, http.MethodDelete), http.StatusOK)
			idle++
		}
		all = append(all, c)
		eventually(t, "the connection is known", func() bool { n := r.ConnectionCounts(); return n.Open == i+1 && n.Idle == idle })
		clock.advance(10 * time.Second)
	}
	for i, longest := range []int{2, 5, 1, 4, 0, 3, 6} {
		busy := r.connect(t)
		busy.send(t, message(http.MethodDelete, resource, append([]string{"Content-Length: 2"}, dispatcher...)...)+"{")
		eventually(t, "a connection makes room", func() bool { return r.ConnectionCounts().Closed == i+1 })
		if !all[longest].ended(t) {
			t.Fatalf("the connection %d was to make room as number %d", longest, i+1)
		}
	}
}

// TestFullEndsInTheLog holds that the log says when places are no longer short.
func TestFullEndsInTheLog(t *testing.T) {
	t.Parallel()
	o := places()
	o.Wait, o.Calm = time.Millisecond, time.Millisecond
	r := launch(t, settings{connections: o})
	r.fill(t, stuck["unsent body"])
	r.ask(t, http.MethodGet, resource, dispatcher...)
	eventually(t, "the log tells the end", func() bool {
		return strings.Contains(r.log.String(), "connections are no longer at their limit") && strings.Contains(r.log.String(), "refused=1")
	})
}

// TestFullAdminListener holds that a listener of the admin API's own is not
// starved either.
func TestFullAdminListener(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{connections: places(), admin: "127.0.0.1:0"})
	for range 40 {
		conn, err := net.Dial("tcp", r.AdminAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(conn, message(http.MethodGet, "/_mock/health")); err != nil {
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
	r := launch(t, settings{connections: o, front: func(b app.Deps) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			g.around(r, nil, func() { b.Mock.ServeHTTP(w, r) })
		})
	}})
	for range ownPlaces {
		r.connect(t).send(t, sample)
		<-g.entered
	}
	if a := r.ask(t, http.MethodGet, resource, dispatcher...); a.status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", a.status)
	}
	if got := r.counts(t); got.Refused != 1 {
		t.Errorf("got the counts %+v, want 1 refused", got)
	}
}
