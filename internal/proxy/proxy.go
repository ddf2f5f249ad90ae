// Package proxy passes traffic to a real server, untouched, and validates each
// exchange in both directions.
package proxy

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// Options are what a proxy is made of.
type Options struct {
	Contract *contract.Contract
	Target   *url.URL
	// CAs sign the certificates that a target may have; nil is the system's.
	CAs *x509.CertPool
	// Timeout is how long connecting and the first byte of an answer may take.
	Timeout time.Duration
	// KeepHost passes the client's Host on, in the place of the target's.
	KeepHost bool
	CORS     contract.CORS
	// Ignore has the places of an answer in which nothing is a violation, such as
	// /headers/Server or /body/addresses/*/country.
	Ignore []string
	// Fallback answers where the target cannot be reached; nil answers 502.
	Fallback http.Handler
	// Home is the session whose clock and sequence the exchanges have.
	Home     *session.Session
	Redactor *redact.Redactor
	// Record takes each exchange, before the last byte of its answer leaves.
	Record func(*exchange.Exchange, *http.Request, *contract.Route)
	// Passed takes, before Record, each exchange whose answer was read as a whole;
	// it may be nil.
	Passed func(*Passed)
	Log    *slog.Logger
	// Quiet leaves exchanges that are as they should be out of the log.
	Quiet bool
}

// Passed is an exchange with what the journal does not keep of it.
type Passed struct {
	*exchange.Exchange
	Request *http.Request
	Route   *contract.Route
	// Reply is the answer, with its body without a content coding.
	Reply *wire.Reply
}

// Proxy passes requests on. It is an http.Handler whose connections must come
// from wire.Attach.
type Proxy struct {
	Options
	transport *transport
	bodies    *bodies
	state     *state
	name      string // of the target
}

// New returns a proxy.
func New(o Options) *Proxy {
	return &Proxy{Options: o, transport: newTransport(&o), bodies: newBodies(), state: newState(), name: o.Target.Redacted()}
}

// Close closes the connections to the target that no request needs.
func (p *Proxy) Close() { p.transport.pool.close() }

// stall is how long a client may take to send or to take a piece of a body.
const stall = 30 * time.Second

// passage is one request on its way.
type passage struct {
	p        *Proxy
	in       *http.Request
	route    contract.Route // read when the exchange is over
	w        http.ResponseWriter
	client   *http.ResponseController
	x        *exchange.Exchange
	secrets  *redact.Secrets
	start    time.Time
	out      []byte  // the head that the target gets
	upload   *upload // nil where the request has no body
	head     []byte  // of the answer
	more     bool    // something of its body came with it
	response capture
	reply    wire.Reply // as the target sent it, without a body
	coding   string     // of its body
	answered bool
	broken   error // why the answer's body ended before its end
	gone     bool  // the client did not wait
	fallback bool  // the mock answers in the target's place
	finished bool
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := wire.RequestHead(r)
	way := p.open(w, r, head)
	if r.Body != nil && r.Body != http.NoBody {
		way.upload = &upload{ReadCloser: r.Body, way: way}
		// An answer may come before the body's end; else net/http would take the
		// rest of the body away before it lets the answer go.
		_ = way.client.EnableFullDuplex()
		defer way.upload.leave()
	}
	defer func() {
		cause := recover()
		if err, _ := cause.(error); cause != nil && !errors.Is(err, http.ErrAbortHandler) {
			way.x.Err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
		way.finish()
		if cause != nil {
			panic(http.ErrAbortHandler)
		}
	}()
	way.pass(head)
}

// open begins the record of a request with a head.
func (p *Proxy) open(w http.ResponseWriter, r *http.Request, head []byte) *passage {
	way := &passage{p: p, in: r, w: w, client: http.NewResponseController(w), start: time.Now(), secrets: p.Redactor.Secrets(),
		x: &exchange.Exchange{Session: p.Home.Spec.ID, Sequence: p.Home.Next(), Start: p.Home.Clock.Tick(), Method: r.Method, Path: r.URL.EscapedPath(), Target: p.name}}
	way.x.Request.Head, way.x.Authorization = way.secrets.Head(head)
	// How long a passage takes is not this server's to limit, but a client that
	// stands still is.
	_ = way.client.SetReadDeadline(time.Time{})
	_ = way.client.SetWriteDeadline(time.Time{})
	// nil keeps net/http from adding fields of its own to the target's.
	w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
	return way
}

// pass sends the request to the target, and the answer to the client.
func (way *passage) pass(head []byte) {
	if way.in.Method == http.MethodConnect {
		way.fail(http.StatusNotImplemented, errTunnel)
		return
	}
	out, err := way.p.outbound(head, way.in)
	if err != nil {
		way.refuse(err)
		return
	}
	way.out = out
	response, err := way.p.transport.send(way)
	if err != nil {
		way.failed(err)
		return
	}
	defer response.Body.Close()
	way.sendHead(response)
	if response.Body != http.NoBody {
		way.sendBody(response)
	}
}

// cut ends the connection of a client whose answer ends before its end.
func (way *passage) cut() {
	way.noteCut()
	panic(http.ErrAbortHandler)
}
