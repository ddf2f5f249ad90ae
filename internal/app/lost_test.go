package app_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"

	"github.com/google/uuid"
)

// TestNoRequestIsLostHalfWay keeps many more connections than there are places
// busy. A client whose connection was closed at the wrong moment finds that its
// request was not performed, so that it may send it again.
func TestNoRequestIsLostHalfWay(t *testing.T) {
	t.Parallel()
	const clients, each = 24, 60
	r := testkit.Start(t, testkit.Settings{Options: app.Options{Connections: places()}})
	var all sync.WaitGroup
	var lost sync.Map
	var failed atomic.Int64
	// Each has a connection before any goes on: there are not places for all.
	var begun sync.WaitGroup
	begun.Add(clients)
	for range clients {
		all.Go(func() {
			begin := sync.OnceFunc(begun.Done)
			defer begin()
			var c *testkit.Conn
			for i := range each {
				if i == 1 {
					begin()
					begun.Wait()
				}
				for done := false; !done; {
					if c == nil {
						conn, err := net.Dial("tcp", r.Addr().String())
						if err != nil {
							t.Error(err)
							return
						}
						_ = conn.SetDeadline(time.Now().Add(testkit.Patience))
						c = &testkit.Conn{TCPConn: conn.(*net.TCPConn), Answers: bufio.NewReader(conn)}
					}
					id := uuid.NewString()
					_, _ = io.WriteString(c, testkit.Authorized(http.MethodGet, testkit.Resource, "x-request-id: "+id))
					a, err := testkit.ReadAnswer(c.Answers, http.MethodGet)
					if done = err == nil; done {
						if a.Status != http.StatusOK || a.Value("X-REQUEST-ID") != id {
							t.Errorf("got %d of %s, want 200 of %s", a.Status, a.Value("X-REQUEST-ID"), id)
						}
						continue
					}
					var late net.Error
					if errors.As(err, &late) && late.Timeout() {
						t.Errorf("a client was kept out: %v", err)
						return
					}
					lost.Store(id, true)
					failed.Add(1)
					c.Close()
					c = nil
				}
			}
			c.Close()
		})
	}
	all.Wait()
	lost.Range(func(id, _ any) bool {
		if a, _ := r.Do(t, http.MethodGet, fmt.Sprint("/_mock/journal/", id), ""); a.StatusCode != http.StatusNotFound {
			t.Errorf("the request %s was performed, and its answer lost", id)
		}
		return true
	})
	if got := counts(t, r); got.Closed == 0 || got.Refused > 0 {
		t.Errorf("got the counts %+v, want some closed and none refused", got)
	}
	t.Logf("%d requests were sent again", failed.Load())
}
