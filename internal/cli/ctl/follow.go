package ctl

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

func (c *ctl) follow() *cobra.Command {
	call := c.filtered("/journal/stream")
	return filters(c.command("follow", "Show exchanges as they happen, until Ctrl-C", func(cmd *cobra.Command, server *client.Client, args []string) error {
		made, err := call(cmd, args)
		if err != nil {
			return err
		}
		f := &follower{ctl: c, server: server, call: made, pause: time.Second}
		return f.run(cmd.Context())
	}))
}

// follower reads a stream of server-sent events, over as many connections as
// it takes.
type follower struct {
	*ctl
	server *client.Client
	call   client.Call
	found  bool          // the server was there
	last   string        // ID of the last event
	pause  time.Duration // before another connection, as the server wants it
}

// run follows until the context ends. A server that was there once may come
// back; whatever else goes wrong ends it.
func (f *follower) run(ctx context.Context) error {
	for {
		err := f.connect(ctx)
		var gone client.Unreachable
		switch {
		case ctx.Err() != nil:
			return nil // Ctrl-C is how this ends
		case err != nil && !(f.found && errors.As(err, &gone)):
			return err
		case err == nil:
			fmt.Fprintln(f.err, "dispatchmock: the stream has ended; connecting again …")
		}
		again := time.NewTimer(f.pause)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil
		}
	}
}

// connect follows one connection to its end.
func (f *follower) connect(ctx context.Context) error {
	c := f.call
	if f.last != "" {
		c.Header = http.Header{"Last-Event-Id": {f.last}}
	}
	response, err := f.server.Send(ctx, c)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return f.server.Unlike("its answer is not a stream of events, but %q", kind)
	}
	f.found = true
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxEvent)
	var e event
	for lines.Scan() {
		if line := lines.Text(); line != "" {
			f.field(&e, line)
		} else if err := f.show(&e); err != nil {
			return err
		} else {
			e = event{}
		}
		if len(e.data) > maxEvent {
			return f.server.Unlike("an event of it is longer than %d bytes", maxEvent)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return f.server.Unlike("an event of it is longer than %d bytes", maxEvent)
	}
	// The stream's end is not an error; half an event counts for nothing.
	return nil
}

// maxEvent is the length of the longest event that is read.
const maxEvent = 4 << 20

// event is one server-sent event.
type event struct {
	kind, id string
	data     []byte
}

func (f *follower) field(e *event, line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "event":
		e.kind = value
	case "id":
		e.id = value
	case "data":
		e.data = append(e.data, value...)
	case "retry":
		if ms, err := strconv.ParseUint(value, 10, 16); err == nil {
			f.pause = time.Duration(ms) * time.Millisecond
		}
	}
}

func (f *follower) show(e *event) error {
	switch e.kind {
	case "exchange":
		if e.id != "" {
			f.last = e.id
		}
		return f.exchange(string(e.data))
	case "missed":
		fmt.Fprintln(f.err, "dispatchmock: the journal let go of exchanges before they could be shown")
	case "dropped":
		fmt.Fprintln(f.err, "dispatchmock: the exchanges came faster than they were read")
	}
	return nil
}

func (f *follower) exchange(data string) error {
	if f.json {
		_, err := io.WriteString(terminal.JSON(f.out), data+"\n")
		return err
	}
	var r report.Row
	if err := json.Unmarshal([]byte(data), &r); err != nil {
		return f.server.Unlike("an event of it cannot be read: %v", err)
	}
	clock := r.Start
	if t, err := time.Parse(time.RFC3339Nano, r.Start); err == nil {
		clock = t.Format("15:04:05.000")
	}
	// A row waits for no other, so the columns have their widths beforehand.
	text := fmt.Sprintf("%-6d %s %-7s %d %-9s %s", r.ID, clock, r.Method, r.Status, r.Verdict, r.Path)
	if r.Message != "" {
		text += "  " + r.Message
	}
	_, err := fmt.Fprintln(f.out, terminal.Visible(text))
	return err
}
