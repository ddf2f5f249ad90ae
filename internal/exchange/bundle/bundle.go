// Package bundle is one session in one file: how it was made, and every
// request with its answer, for a replay on another machine.
package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Format is the name of the file's form.
const Format = "dispatchmock-bundle/1"

// Bundle is what the file says.
type Bundle struct {
	Format  string    `json:"format"`
	Version string    `json:"version"` // of the program that wrote it
	Saved   time.Time `json:"saved"`
	// Fixtures is the digest of the fixtures that the session began with.
	Fixtures string `json:"fixtures_digest"`
	// Schemas is the digest of the contract that validated it.
	Schemas  string   `json:"schemas_digest,omitempty"`
	Settings Settings `json:"settings"`
	Session  Session  `json:"session"`
	// Lost is how many exchanges the journal had evicted: with any lost, the
	// rest cannot be replayed.
	Lost      uint64     `json:"lost"`
	Exchanges []Recorded `json:"exchanges"`
	// State is what the session had at the end, for people.
	State json.RawMessage `json:"state,omitempty"`
}

// Settings are the flags of the server that change its answers.
type Settings struct {
	CORS        string `json:"cors"`
	Auth        string `json:"auth"`
	OnViolation string `json:"on_violation"`
}

// Session is how the session was made.
type Session struct {
	ID string `json:"id"`
	// Made is the document that POST /_mock/sessions takes.
	Made json.RawMessage `json:"made"`
}

// Message is a request or a response.
type Message struct {
	Head Bytes `json:"head"`
	Body Bytes `json:"body,omitempty"`
	Size int64 `json:"size,omitempty"`
	// Error is why the body was not read to its end, where it was not.
	Error exchange.BodyError `json:"error,omitempty"`
}

// Recorded is one exchange. A request without a head was refused before it
// was one; nothing of it was kept.
type Recorded struct {
	Sequence  uint64    `json:"sequence"`
	Start     time.Time `json:"start"`
	RequestID string    `json:"request_id,omitempty"`
	Method    string    `json:"method,omitempty"`
	Path      string    `json:"path,omitempty"`
	// Admin is set on a change that came through the admin API.
	Admin bool `json:"admin,omitempty"`
	// Altered is set when a scenario changed what the client saw.
	Altered bool `json:"altered,omitempty"`
	// Redactions are the tokens of the request's head.
	Redactions []Redaction `json:"redactions,omitempty"`
	Request    Message     `json:"request"`
	Response   Message     `json:"response"`
}

// Redaction is a token that was redacted: what is shown in its place, and what can be
// sent in its place. The hash that is shown is salted, and means nothing to the
// process that replays; a token of the fixtures is known there by its client.
type Redaction struct {
	Shown  string `json:"shown"`
	Stand  string `json:"stand"`
	Client string `json:"client,omitempty"`
}

// ClientNames returns the names by which bundles know the tokens of clients:
// the client's ID, with a number where it has more than one token.
func ClientNames(clients []model.Client) []string {
	names, count := make([]string, len(clients)), map[string]int{}
	for i, c := range clients {
		names[i] = c.ID
		if count[c.ID]++; count[c.ID] > 1 {
			names[i] = fmt.Sprintf("%s %d", c.ID, count[c.ID])
		}
	}
	return names
}

// Record returns an exchange as a bundle has it; clients are the names of the
// fixtures' tokens by their hashes.
func Record(x *exchange.Exchange, clients map[string]string) Recorded {
	r := Recorded{Sequence: x.Sequence, Start: x.Start, RequestID: x.RequestID, Method: x.Method, Path: x.Path, Admin: x.Admin, Altered: x.Altered,
		Request: message(&x.Request), Response: message(&x.Response)}
	for _, b := range x.Authorization {
		_, hash, _ := strings.Cut(b.Shown, "#")
		r.Redactions = append(r.Redactions, Redaction{b.Shown, b.Stand, clients["#"+hash]})
	}
	return r
}

func message(m *exchange.Message) Message {
	return Message{Bytes(m.Head), Bytes(m.Body), m.Size, m.Error}
}

// GoodBy returns a time by which what the session was made of kept the rules
// about the past: the later of the machine's and the session's own.
func (b *Bundle) GoodBy() time.Time {
	if first := b.Exchanges[0].Start; first.After(b.Saved) {
		return first
	}
	return b.Saved
}

// Write writes the bundle.
func (b *Bundle) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(b)
}

// MaxFile is the length of the longest bundle that is read.
const MaxFile = 256 << 20

// Read reads and checks the text of a bundle; name is what errors call it,
// schema the schema of bundles.
func Read(name string, text []byte, schema jsonx.Schema) (*Bundle, error) {
	doc, err := jsonx.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: is not JSON: %w", name, err)
	}
	if diags := schema.Diagnostics(name, "", doc); len(diags) > 0 {
		return nil, diags
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var b Bundle
	if err := d.Decode(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &b, b.Check(name)
}

// Check says why a bundle can never be replayed, beyond what the schema can
// express; name is what errors call it.
func (b *Bundle) Check(name string) error {
	if b.Format != Format {
		return fmt.Errorf("%s /format: %.60q: this program reads %s", name, b.Format, Format)
	}
	if b.Lost > 0 {
		return fmt.Errorf("%s: the journal had let go of %d of the exchanges when the bundle was saved, so that it begins in the middle: start the server with a larger --journal-count and --journal-bytes", name, b.Lost)
	}
	if len(b.Exchanges) == 0 {
		return errors.New(name + ": has no exchange: nothing was asked in this session before it was saved, its journal was cleared since, or the server keeps none (--journal-count 0): send the requests first, and save before the journal is cleared")
	}
	if first := &b.Exchanges[0]; first.Sequence > 1 && !first.resets() {
		return fmt.Errorf("%s /exchanges/0/sequence: %d: the session's requests before this one are missing, because its journal was cleared: reset the session before what is to be saved, or do not clear its journal", name, first.Sequence)
	}
	last := b.Exchanges[0].Sequence - 1
	for i, x := range b.Exchanges {
		if x.Sequence != last+1 {
			return fmt.Errorf("%s /exchanges/%d/sequence: %d: must follow the one before, %d: a request that was not yet answered when the bundle was saved is missing: save the bundle again when it is answered", name, i, x.Sequence, last)
		}
		last = x.Sequence
		for part, m := range map[string]*Message{"request": &x.Request, "response": &x.Response} {
			if m.Error == exchange.Shortened {
				return fmt.Errorf("%s /exchanges/%d/%s: the journal had room for %d of the body's %d bytes: start the server with a larger --journal-bytes", name, i, part, len(m.Body), m.Size)
			}
		}
	}
	return nil
}

// resets reports a change that put the session back to how it was made.
func (r *Recorded) resets() bool { return r.Admin && strings.HasSuffix(r.Path, "/reset") }

// Bytes are bytes of the wire. In JSON they are a text, or, where they are no
// UTF-8, an object with their base64.
type Bytes []byte

type encoded struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(encoded{b})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err == nil {
		*b = Bytes(s)
		return nil
	}
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("must be a text, or an object with base64: %w", err)
	}
	*b = e.Base64
	return nil
}
