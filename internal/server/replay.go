package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/bundle"
	"dispatchmock/internal/control"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/session"
)

// Difference is the first place at which an answer is another than recorded.
type Difference struct {
	Exchange bundle.Recorded
	Offset   int // in bytes from the begin of the head
	Want     []byte
	Got      []byte
}

func (d *Difference) Error() string {
	return fmt.Sprintf("request %d (%s %.200s) is answered otherwise, from byte %d on:\n  recorded %s\n  now      %s",
		d.Exchange.Sequence, d.Exchange.Method, d.Exchange.Path, d.Offset, excerpt(d.Want, d.Offset), excerpt(d.Got, d.Offset))
}

// excerpt shows what stands at a place.
func excerpt(b []byte, at int) string {
	if at >= len(b) {
		return "(the end)"
	}
	return strconv.QuoteToASCII(string(b[at:min(len(b), at+80)]))
}

// Replayed is what a replay did.
type Replayed struct {
	Same    int // requests that were answered as recorded
	Skipped int // requests of which nothing was kept to send
}

// replayTime is how long one request of a replay may take.
const replayTime = 30 * time.Second

// Replay sends the requests of a bundle to a fresh server of these options and
// compares the answers byte by byte. The first difference is a *Difference.
func Replay(ctx context.Context, o Options, b *bundle.Bundle) (Replayed, error) {
	var now atomic.Pointer[time.Time]
	start := b.Exchanges[0].Start
	now.Store(&start)
	o.Sessions.Now = func() time.Time { return *now.Load() }
	o.Sessions.NewID = uuid.New
	o.Sessions.TTL = 1000 * 24 * time.Hour // the clock jumps
	o.Control.Off, o.Control.Address, o.Control.Token = false, "", ""
	o.Journal.Count, o.Journal.Bytes = len(b.Exchanges)+1, 1<<30
	o.Quiet = true
	var made Replayed
	s, err := New(o)
	if err != nil {
		return made, err
	}
	if b.Session.ID == session.DefaultID {
		if err := s.door.Remake(s.sessions.Default(), b.Session.Made); err != nil {
			return made, err
		}
	}
	if err := s.Start("127.0.0.1:0"); err != nil {
		return made, err
	}
	defer func() { _ = s.Shutdown(context.WithoutCancel(ctx)) }() // nothing is left to be answered
	p := &player{Server: s, bundle: b, now: &now, tokens: s.tokens()}
	if b.Session.ID != session.DefaultID {
		if err := p.control(ctx, http.MethodPost, control.Prefix+"/sessions", b.Session.Made); err != nil {
			return made, fmt.Errorf("making the session: %w", err)
		}
	}
	for _, x := range b.Exchanges {
		if ctx.Err() != nil {
			return made, ctx.Err()
		}
		sent, err := p.play(ctx, x)
		if err != nil {
			return made, err
		}
		if sent {
			made.Same++
		} else {
			made.Skipped++
		}
	}
	return made, nil
}

// tokens returns the tokens of the fixtures by their blotted form.
func (s *Server) tokens() map[string]string {
	tokens := map[string]string{}
	for _, c := range s.sessions.Fixtures().Base.Clients() {
		tokens[exchange.HashOf(c.Token)] = c.Token
	}
	return tokens
}

// player sends the requests of one bundle.
type player struct {
	*Server
	bundle *bundle.Bundle
	now    *atomic.Pointer[time.Time]
	tokens map[string]string
}

// play sends one request and compares; it reports whether there was anything
// to send.
func (p *player) play(ctx context.Context, x bundle.Recorded) (bool, error) {
	n, err := p.sessions.Get(p.bundle.Session.ID)
	if err != nil {
		return false, err
	}
	at := x.Start
	if c := n.Clock.Setting(); c.Mode == session.ClockOffset {
		at = at.Add(-c.Offset)
	}
	p.now.Store(&at)
	if x.Control {
		err := p.control(ctx, x.Method, x.Path, x.Request.Body)
		return err == nil, err
	}
	if id, err := uuid.Parse(x.RequestID); err == nil && !n.IDs.Setting().Seeded {
		n.IDs.Only(id)
	}
	if len(x.Request.Head) == 0 {
		// It took a number and a request ID, and has no bytes to be sent.
		n.Next()
		n.IDs.New()
		return false, nil
	}
	last := p.journal.Last()
	got, err := p.send(ctx, x, last)
	if err != nil {
		return false, fmt.Errorf("request %d (%s %s): %w", x.Sequence, x.Method, x.Path, err)
	}
	want := append(append(append([]byte(nil), x.Response.Head...), "\r\n\r\n"...), x.Response.Body...)
	if !bytes.Equal(got, want) {
		return false, &Difference{x, firstDifference(got, want), want, got}
	}
	return true, nil
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// request returns the bytes to send: with the tokens of the fixtures, or
// stand-ins of the same form, where secrets were blotted out.
func (p *player) request(x bundle.Recorded) []byte {
	head := string(x.Request.Head)
	for _, b := range x.Blots {
		value := b.Stand
		scheme, hash, _ := strings.Cut(b.Shown, "#")
		if token, ok := p.tokens["#"+hash]; ok {
			value = scheme + token
		}
		head = strings.Replace(head, ": "+b.Shown, ": "+value, 1)
	}
	body := append([]byte(nil), x.Request.Body...)
	// Of a long body only the begin was kept; no operation reads it.
	body = append(body, bytes.Repeat([]byte(" "), int(min(max(x.Request.Size-int64(len(body)), 0), maxBodyBytes)))...)
	if chunked(head) {
		text := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		if len(body) == 0 {
			text = "0\r\n\r\n"
		}
		body = []byte(text)
	}
	return append([]byte(head+"\r\n\r\n"), body...)
}

func chunked(head string) bool {
	m := exchange.Message{Head: head}
	v, ok := m.Value("Transfer-Encoding")
	return ok && strings.Contains(strings.ToLower(v), "chunked")
}

// send sends a request on a connection of its own and returns the answer: as
// it came, or, where a scenario altered it, as the server recorded it.
func (p *player) send(ctx context.Context, x bundle.Recorded, last uint64) ([]byte, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.Addr().String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // what is under way fails, and tells so
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(replayTime)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(p.request(x)); err != nil {
		return nil, err
	}
	if x.Altered {
		return p.recorded(ctx, last)
	}
	return receive(bufio.NewReader(conn), x.Method)
}

// recorded waits for the record of the next exchange.
func (p *player) recorded(ctx context.Context, last uint64) ([]byte, error) {
	for deadline := time.Now().Add(replayTime); ; {
		if x, ok := p.journal.ByID(last + 1); ok {
			return append([]byte(x.Response.Head+"\r\n\r\n"), x.Response.Body...), nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			return nil, errors.New("the server has not recorded it in time")
		}
	}
}

// receive reads an answer, without the line about the connection, which is
// no part of what was recorded.
func receive(r *bufio.Reader, method string) ([]byte, error) {
	for {
		var head bytes.Buffer
		length := 0
		for {
			line, err := r.ReadBytes('\n')
			if err != nil {
				return nil, fmt.Errorf("reading the answer: %w", err)
			}
			name, value, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), ": ")
			if name == "Connection" {
				continue
			}
			if name == "Content-Length" {
				if length, err = strconv.Atoi(value); err != nil {
					return nil, fmt.Errorf("Content-Length %q: %w", value, err)
				}
			}
			head.Write(line)
			if len(bytes.TrimRight(line, "\r\n")) == 0 {
				break
			}
		}
		if bytes.HasPrefix(head.Bytes(), []byte("HTTP/1.1 1")) {
			continue // 100 Continue
		}
		if method == http.MethodHead {
			return head.Bytes(), nil
		}
		body := make([]byte, min(length, maxBodyBytes))
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, fmt.Errorf("reading the answer's body: %w", err)
		}
		return append(head.Bytes(), body[:min(len(body), exchange.MaxBody)]...), nil
	}
}

// control sends a request to the door.
func (p *player) control(ctx context.Context, method, path string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.Addr().String()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return err
}
