// Package proxy passes traffic to a real server, untouched, and validates each
// exchange in both directions.
package proxy

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"sync"
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
	// CAs are whose certificates a target may have; nil is the system's.
	CAs *x509.CertPool
	// Timeout is how long connecting and the first byte of an answer may take.
	Timeout time.Duration
	// KeepHost passes the client's Host on, in the place of the target's.
	KeepHost bool
	CORS     contract.CORS
	// Ignore are the places of an answer in which nothing is a violation, such
	// as /headers/Server or /body/addresses/*/country.
	Ignore []string
	// Fallback answers where the target cannot be reached; nil answers 502.
	Fallback http.Handler
	// Home is the session whose clock and numbers the exchanges have.
	Home     *session.Session
	Redactor *redact.Redactor
	// Record is given each exchange, before the last byte of its answer leaves.
	Record func(*exchange.Exchange, *http.Request, *contract.Route)
	// Passed is told before that of each exchange whose answer is as whole as
	// it was read; nil is nobody.
	Passed func(*Passed)
	Log    *slog.Logger
	// Quiet leaves exchanges that are as they should be out of the log.
	Quiet bool
}

// Passed is an exchange with what its record does not keep.
type Passed struct {
	*exchange.Exchange
	Request *http.Request
	Route   *contract.Route
	// Reply is the answer, its body without a content coding.
	Reply *wire.Reply
}

// Proxy passes requests on. It is an http.Handler whose connections must come
// from wire.Attach.
type Proxy struct {
	Options
	reverse   *httputil.ReverseProxy
	transport *transport
	memo      *memo
	memory    *memory
	name      string // of the target
}

// New returns a proxy.
func New(o Options) *Proxy {
	p := &Proxy{Options: o, transport: newTransport(&o), memo: newMemo(), memory: newMemory(), name: o.Target.Redacted()}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        rewrite,
		Transport:      p.transport,
		BufferPool:     new(buffers),
		ErrorHandler:   p.failed,
		ModifyResponse: p.answered,
		ErrorLog:       slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return p
}

// Close lets go of the connections to the target that no request needs.
func (p *Proxy) Close() { p.transport.pool.close() }

// buffers are those through which bodies pass.
type buffers struct{ pool sync.Pool }

const bufferSize = 32 << 10

func (b *buffers) Get() []byte {
	if p, ok := b.pool.Get().(*[bufferSize]byte); ok {
		return p[:]
	}
	return make([]byte, bufferSize)
}

func (b *buffers) Put(p []byte) { b.pool.Put((*[bufferSize]byte)(p)) }

// stall is how long a client may take to send or to take a piece of a body.
const stall = 30 * time.Second

// passage is one request on its way.
type passage struct {
	p        *Proxy
	in       *http.Request
	route    contract.Route // read when the exchange is over
	w        http.ResponseWriter
	admin    *http.ResponseController
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
	stood    bool  // the mock answers in the target's place
	why      error // for which it does
	finished bool
}

type passageKey struct{}

func passageOf(ctx context.Context) *passage { return ctx.Value(passageKey{}).(*passage) }

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	way := &passage{p: p, in: r, w: w, admin: http.NewResponseController(w), start: time.Now(),
		x: &exchange.Exchange{Session: p.Home.Spec.ID, Sequence: p.Home.Next(), Start: p.Home.Clock.Tick(), Method: r.Method, Path: r.URL.EscapedPath(), Target: p.name}}
	head := wire.RequestHead(r)
	way.secrets = p.Redactor.Secrets()
	way.x.Request.Head, way.x.Authorization = way.secrets.Head(head)
	out, err := p.outbound(head, r)
	way.out = out
	// How long a passage takes is not this server's to limit, but a client that
	// stands still is.
	_ = way.admin.SetReadDeadline(time.Time{})
	_ = way.admin.SetWriteDeadline(time.Time{})
	// nil keeps net/http from adding fields of its own to the target's.
	w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
	// net/http looks at the body of its own request, which must stay as it is.
	passed := r.WithContext(context.WithValue(r.Context(), passageKey{}, way))
	if r.Body != nil && r.Body != http.NoBody {
		way.upload = &upload{ReadCloser: r.Body, way: way}
		// An answer may come before the body's end; else net/http would take the
		// rest of the body away before it lets the answer go.
		_ = way.admin.EnableFullDuplex()
		defer way.upload.leave()
		passed.Body = way.upload
	}
	defer func() {
		// The reverse proxy panics to cut a response whose target died in the
		// middle of its body, or whose client left.
		cut := recover()
		if cut == nil {
			way.finish()
			return
		}
		if err, _ := cut.(error); errors.Is(err, http.ErrAbortHandler) {
			way.cut()
		} else {
			way.x.Err = fmt.Errorf("panic: %v\n%s", cut, debug.Stack())
		}
		way.finish()
		panic(http.ErrAbortHandler)
	}()
	if r.Method == http.MethodConnect {
		way.fail(http.StatusNotImplemented, errTunnel)
		return
	}
	if err != nil {
		way.refuse(err)
		return
	}
	p.reverse.ServeHTTP(w, passed)
	if way.stood {
		p.Fallback.ServeHTTP(w, way.placeholder())
	}
}
