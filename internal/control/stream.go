package control

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/journal"
	"dispatchmock/internal/report"
)

const (
	// streamQueue is how far a reader may fall behind before it is dropped.
	streamQueue = 1000
	// heartbeat keeps idle streams from being cut by what lies between.
	heartbeat = 15 * time.Second
	// writeWithin is how long one event may take to be written.
	writeWithin = 5 * time.Second
)

// stream tells exchanges as they happen, as server-sent events. A reader that
// comes back with Last-Event-ID misses none that the journal still has.
func (d *Door) stream(w http.ResponseWriter, r *http.Request) {
	f, err := d.filter(r)
	if err != nil {
		writeProblem(w, asProblem(err))
		return
	}
	f.Limit = 0
	subscribe := d.Journal.Subscribe
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		if f.After, err = strconv.ParseUint(last, 10, 64); err != nil {
			writeProblem(w, problem(http.StatusBadRequest, "Last-Event-ID: %.40q: must be the id of an exchange", last))
			return
		}
	}
	if r.Header.Get("Last-Event-ID") != "" || r.URL.Query().Has("after") {
		subscribe = d.Journal.SubscribeAfter
	}
	s, err := subscribe(f, streamQueue)
	if err != nil {
		writeProblem(w, problem(http.StatusServiceUnavailable, "%v", err))
		return
	}
	defer s.Close()
	w.Header().Set("Content-Type", "text/event-stream")
	out := &events{w: w, c: http.NewResponseController(w)}
	// The server's limits on a request's time are not for a stream.
	out.err = out.c.SetReadDeadline(time.Time{})
	out.write("retry: 1000\n\n")
	if s.Missed() {
		out.write("event: missed\ndata: {}\n\n")
	}
	d.deliver(r, s, out)
}

// deliver writes events until the reader, the subscription or the door ends.
func (d *Door) deliver(r *http.Request, s *journal.Subscription, out *events) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for out.err == nil {
		select {
		case x, ok := <-s.C():
			if !ok {
				if s.Dropped() {
					out.write("event: dropped\ndata: {}\n\n")
				}
				return
			}
			out.exchange(x)
			// What is there already goes out with it.
			for more := true; more && out.err == nil; {
				select {
				case x, ok := <-s.C():
					if more = ok; ok {
						out.exchange(x)
					}
				default:
					more = false
				}
			}
			out.flush()
		case <-beat.C:
			out.write(":\n\n")
		case <-r.Context().Done():
			return
		case <-d.done:
			return
		}
	}
}

// events writes server-sent events.
type events struct {
	w   http.ResponseWriter
	c   *http.ResponseController
	err error
}

func (e *events) write(text string) {
	if e.err == nil {
		e.deadline()
		_, e.err = io.WriteString(e.w, text)
		e.flush()
	}
}

func (e *events) exchange(x *exchange.Exchange) {
	if e.err != nil {
		return
	}
	text, err := json.Marshal(report.Summary(x))
	if err != nil {
		e.err = err
		return
	}
	e.deadline()
	_, e.err = fmt.Fprintf(e.w, "id: %d\nevent: exchange\ndata: %s\n\n", x.ID, text)
}

func (e *events) deadline() { e.err = e.c.SetWriteDeadline(time.Now().Add(writeWithin)) }

func (e *events) flush() {
	if e.err == nil {
		e.err = e.c.Flush()
	}
}
