package admin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// follower reads the events of one stream.
type follower struct {
	cancel context.CancelFunc
	body   io.Closer
	lines  *bufio.Reader
}

// event is one server-sent event.
type event struct{ kind, id, data string }

// follow opens a stream; last is the Last-Event-ID, or "".
func (r *running) follow(t testing.TB, query, last string) *follower {
	t.Helper()
	f, status, text := r.tryToFollow(t, query, last)
	if f == nil {
		t.Fatalf("the stream was refused: %d %s", status, text)
	}
	return f
}

func (r *running) tryToFollow(t testing.TB, query, last string) (f *follower, status int, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/_mock/journal/stream"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return nil, response.StatusCode, string(text)
	}
	f = &follower{cancel, response.Body, bufio.NewReader(response.Body)}
	if first, err := f.lines.ReadString('\n'); first != "retry: 1000\n" {
		t.Fatalf("the stream begins with %q, %v", first, err)
	}
	return f, response.StatusCode, ""
}

func (f *follower) leave() {
	f.cancel()
	f.body.Close()
}

// next returns the next event.
func (f *follower) next() (event, error) {
	var e event
	for {
		line, err := f.lines.ReadString('\n')
		if err != nil {
			return e, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			e.kind = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.kind != "" {
				return e, nil
			}
		}
	}
}

// TestStreamTellsAllOnce reads exchanges under load over many connections, each
// cut off somewhere, and finds each once, in order.
func TestStreamTellsAllOnce(t *testing.T) {
	t.Parallel()
	const clients, each = 8, 100
	r := launch(t, settings{})
	f := r.follow(t, "?session=default", "")
	var load sync.WaitGroup
	for range clients {
		load.Go(func() {
			for range each {
				if p, err := send(r.url+resource, "GET", "", dispatcher...); err != nil || p.status != 200 {
					t.Errorf("under load: got %d, %v", p.status, err)
					return
				}
			}
		})
	}
	last := 0
	for seen, connections := 0, 1; last < clients*each; seen++ {
		e, err := f.next()
		if err != nil {
			t.Fatalf("behind %d: %v", last, err)
		}
		if e.kind != "exchange" {
			t.Fatalf("behind %d: got %+v, want no reader dropped, and none that missed anything", last, e)
		}
		if id, err := strconv.Atoi(e.id); err != nil || id != last+1 || !strings.HasPrefix(e.data, fmt.Sprintf(`{"id":%d,`, id)) {
			t.Fatalf("behind %d comes %+v, want %d", last, e, last+1)
		}
		last++
		if seen == connections*7%50 { // somewhere, and within what is buffered
			f.leave()
			f = r.follow(t, "?session=default", strconv.Itoa(last))
			seen, connections = 0, connections+1
		}
	}
	load.Wait()
}

// TestStreamTellsItsSessionAlone holds that a filter of a stream is one.
func TestStreamTellsItsSessionAlone(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	r.must(t, "POST", "/sessions", `{"id": "a"}`, nil)
	f := r.follow(t, "?session=a&status=4xx", "")
	r.api(t, "GET", resource)
	r.api(t, "GET", "/_s/a"+resource)
	r.api(t, "GET", "/nowhere")
	r.api(t, "GET", "/_s/a/nowhere")
	if e, err := f.next(); err != nil || e.id != "4" || !strings.Contains(e.data, `"session":"a"`) {
		t.Errorf("got %+v, %v, want the fourth exchange alone", e, err)
	}
}

// TestStreamEndsWithTheServer holds that open streams do not keep a server from
// stopping, and that their readers see the end.
func TestStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	var all []*follower
	for range 20 {
		all = append(all, r.follow(t, "", ""))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for _, f := range all {
		if e, err := f.next(); !errors.Is(err, io.EOF) {
			t.Errorf("behind the end comes %+v, %v, want the end of the stream", e, err)
		}
	}
}

// TestStreamLimit holds that no client can open streams without end, and that
// one that leaves makes room.
func TestStreamLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 1,024 connections")
	}
	t.Parallel()
	r := launch(t, settings{})
	var all []*follower
	for range 1024 {
		all = append(all, r.follow(t, "", ""))
	}
	if f, status, text := r.tryToFollow(t, "", ""); f != nil || status != http.StatusServiceUnavailable || !strings.Contains(text, "1024 subscriptions") {
		t.Errorf("one more: got %d %s, want 503", status, text)
	}
	for _, f := range all[1:] {
		f.leave()
	}
	for late := time.After(patience); ; {
		f, _, text := r.tryToFollow(t, "", "")
		if f != nil {
			break
		}
		select {
		case <-late:
			t.Fatalf("those who left still take the room: %s", text)
		default:
		}
	}
}
