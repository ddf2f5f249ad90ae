package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
)

// Difference is the first place at which an answer differs from the recording.
type Difference struct {
	Exchange bundle.Recorded
	Offset   int // in bytes from the begin of the head
	Want     []byte
	Got      []byte
}

func (d *Difference) Error() string {
	return fmt.Sprintf("request %d (%s %.200s) is not answered as recorded, from byte %d on:\n  recorded %s\n  now      %s",
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
	Skipped int // requests that the recording has no bytes of
}

// replayTime is how long one request of a replay may take.
const replayTime = 30 * time.Second

// Replay sends the requests of a bundle to a fresh server of these options and
// compares the answers byte by byte. The first difference is a *Difference.
func Replay(ctx context.Context, o Options, b *bundle.Bundle) (Replayed, error) {
	var now atomic.Pointer[time.Time]
	start := b.GoodBy()
	now.Store(&start)
	o.Sessions.Now = func() time.Time { return *now.Load() }
	o.Sessions.NewID = uuid.New
	o.Sessions.TTL = math.MaxInt64 // the clock jumps
	o.Admin.Off, o.Admin.Address, o.Admin.Token = false, "", ""
	o.Journal.Count, o.Journal.Bytes = len(b.Exchanges)+1, 1<<30
	o.Quiet = true
	var done Replayed
	s, err := New(o)
	if err != nil {
		return done, err
	}
	if b.Session.ID == session.DefaultID {
		if err := s.admin.Remake(s.sessions.Default(), b.Session.Made); err != nil {
			return done, err
		}
	}
	if err := s.Start("127.0.0.1:0"); err != nil {
		return done, err
	}
	defer func() { _ = s.Shutdown(context.WithoutCancel(ctx)) }() // nothing is left to be answered
	p := &player{Server: s, bundle: b, now: &now, tokens: s.tokens()}
	p.rename()
	if b.Session.ID != session.DefaultID {
		document, err := remade(b.Session)
		if err != nil {
			return done, err
		}
		if err := p.admin(ctx, http.MethodPost, admin.Prefix+"/sessions", document); err != nil {
			return done, fmt.Errorf("making the session: %w", err)
		}
	}
	for _, x := range b.Exchanges {
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		sent, err := p.play(ctx, x)
		if err != nil {
			return done, err
		}
		if sent {
			done.Same++
		} else {
			done.Skipped++
		}
	}
	return done, nil
}

// remade returns the document that makes a session of the same ID, one that
// stays although the clock jumps.
func remade(s bundle.Session) ([]byte, error) {
	doc := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(s.Made))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	delete(doc, "ttl")
	doc["id"] = s.ID
	return json.Marshal(doc)
}

// tokens returns the tokens of the fixtures by the names that bundles have for
// them.
func (s *Server) tokens() map[string]string {
	clients, tokens := s.sessions.Fixtures().Base.Clients(), map[string]string{}
	for i, name := range bundle.ClientNames(clients) {
		tokens[name] = clients[i].Token
	}
	return tokens
}

// player sends the requests of one bundle.
type player struct {
	*Server
	bundle *bundle.Bundle
	now    *atomic.Pointer[time.Time]
	tokens map[string]string
	// hashes puts the hashes of the tokens that are sent in the place of those
	// that are shown: under --auth any a client's ID has one.
	hashes *strings.Replacer
}

// rename finds which hashes stand for the tokens that are sent.
func (p *player) rename() {
	var pairs []string
	for _, x := range p.bundle.Exchanges {
		for _, b := range x.Redactions {
			_, shown, _ := strings.Cut(b.Shown, "#")
			_, sent, _ := strings.Cut(redact.Value(p.sent(b)), "#")
			if shown != "" {
				pairs = append(pairs, "#"+shown, "#"+sent, "%23"+shown, "%23"+sent)
			}
		}
	}
	p.hashes = strings.NewReplacer(pairs...)
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
	if x.Admin {
		err := p.admin(ctx, x.Method, p.hashes.Replace(x.Path), []byte(p.hashes.Replace(string(x.Request.Body))))
		return err == nil, err
	}
	if id, err := uuid.Parse(x.RequestID); err == nil && !n.IDs.Setting().Seeded {
		n.IDs.Only(id)
	}
	if len(x.Request.Head) == 0 || x.Request.Error == exchange.Malformed && !chunked(string(x.Request.Head)) {
		// Its bytes were not kept, or its body came too slowly. It took a number
		// and a request ID all the same.
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
