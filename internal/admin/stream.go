package admin

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
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

// stream sends exchanges as they happen, as server-sent events. A reader that
// comes back with Last-Event-ID misses none that the journal still has.
func (d *Admin) stream(w http.ResponseWriter, r *http.Request) {
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
	out := &reader{w: w, c: http.NewResponseController(w), log: d.Log}
	// The server's limits on a request's time are not for a stream.
	out.err = out.c.SetReadDeadline(time.Time{})
	out.write("retry: 1000\n\n")
	if s.Missed() {
		out.write("event: missed\ndata: {}\n\n")
	}
	d.deliver(r, s, out)
}

// deliver writes events until the reader, the subscription or the admin API ends.
func (d *Admin) deliver(r *http.Request, s *journal.Subscription, out *reader) {
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

// reader gets server-sent events, until its first error.
type reader struct {
	w   http.ResponseWriter
	c   *http.ResponseController
	log *slog.Logger
	err error
}

func (r *reader) write(text string) {
	if r.err == nil {
		r.deadline()
		_, r.err = io.WriteString(r.w, text)
		r.flush()
	}
}

func (r *reader) exchange(x *exchange.Exchange) {
	if r.err != nil {
		return
	}
	row, err := json.Marshal(report.Summary(x))
	if err != nil {
		r.log.Error("admin", "exchange", x.ID, "error", err)
		r.err = err
		return
	}
	r.deadline()
	_, r.err = fmt.Fprintf(r.w, "id: %d\nevent: exchange\ndata: %s\n\n", x.ID, row)
}

func (r *reader) deadline() { r.err = r.c.SetWriteDeadline(time.Now().Add(writeWithin)) }

func (r *reader) flush() {
	if r.err == nil {
		r.err = r.c.Flush()
	}
}
