// Package proxy passes traffic to a real server, untouched, and judges each
// exchange in both directions.
package proxy

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/journal"
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
	// Fallback answers where the target cannot be reached; nil answers 502.
	Fallback http.Handler
	Journal  *journal.Journal
	Blotter  *exchange.Blotter
	Log      *slog.Logger
	Now      func() time.Time
	// Seen is told of each exchange, once it is over; nil is none.
	Seen func(*exchange.Exchange)
}

// Proxy passes requests on. It is an http.Handler whose connections must come
// from wire.Attach.
type Proxy struct {
	Options
	reverse *httputil.ReverseProxy
}

// New returns a proxy.
func New(o Options) *Proxy {
	p := &Proxy{Options: o}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      newTransport(&p.Options),
		FlushInterval:  -1, // what comes goes on at once
		ErrorHandler:   p.failed,
		ModifyResponse: p.answered,
		ErrorLog:       slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return p
}

// passage is one request on its way.
type passage struct {
	in       *http.Request
	x        *exchange.Exchange
	tap      *tap
	request  capture
	response capture
	reply    wire.Reply // as the target sent it, without a body
	answered bool
	fallback bool
}

type passageKey struct{}

func passageOf(ctx context.Context) *passage { return ctx.Value(passageKey{}).(*passage) }

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	way := &passage{in: r, x: &exchange.Exchange{Session: "proxy", Start: p.Now(), Method: r.Method, Path: r.URL.EscapedPath()}}
	way.x.Request.Head, way.x.Authorization = p.Blotter.Head(wire.RequestHead(r))
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &tee{ReadCloser: r.Body, into: &way.request}
	}
	// nil keeps net/http from adding fields of its own to the target's.
	w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
	ctx := httptrace.WithClientTrace(context.WithValue(r.Context(), passageKey{}, way), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if t, ok := info.Conn.(*tap); ok {
				t.begin()
				way.tap = t
			}
		},
	})
	start := time.Now()
	defer func() {
		// The reverse proxy panics to cut a response whose target died in the
		// middle of its body.
		aborted := recover()
		way.x.Took = time.Since(start)
		if !way.fallback {
			p.close(way, aborted != nil)
		}
		if aborted != nil {
			panic(aborted)
		}
	}()
	p.reverse.ServeHTTP(w, r.WithContext(ctx))
	if way.fallback {
		p.Fallback.ServeHTTP(w, r)
	}
}

// rewrite makes the request that the target gets: the client's own, but for
// what concerns the connection.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = p.Target.Scheme, p.Target.Host
	if base := strings.TrimSuffix(p.Target.EscapedPath(), "/"); base != "" {
		r.Out.URL.RawPath = base + r.In.URL.EscapedPath()
		if path, err := url.PathUnescape(r.Out.URL.RawPath); err == nil {
			r.Out.URL.Path = path
		}
	}
	if !p.KeepHost {
		r.Out.Host = p.Target.Host
	}
	if _, ok := r.In.Header["User-Agent"]; !ok {
		r.Out.Header["User-Agent"] = nil // none stays none
	}
}

// answered holds the target's head as it came.
func (p *Proxy) answered(response *http.Response) error {
	way := passageOf(response.Request.Context())
	way.answered = true
	head := way.head(response)
	way.reply = readHead(head)
	way.reply.Status = response.StatusCode
	way.x.Response.Head = string(head)
	_, line, _ := bytes.Cut(withoutConnection(head), []byte(" "))
	if wire.Relay(way.in, append([]byte(" "), line...)) {
		framing := http.Header{}
		if length := response.Header.Values("Content-Length"); len(length) > 0 {
			framing["Content-Length"] = length[:1]
		}
		response.Header = framing
	}
	if response.Body != nil && response.Body != http.NoBody {
		response.Body = &tee{ReadCloser: response.Body, into: &way.response}
	}
	return nil
}

// head returns the target's head as it came, or as net/http read it.
func (way *passage) head(response *http.Response) []byte {
	if way.tap != nil {
		if head := way.tap.head(); head != nil {
			return head
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", response.Status)
	_ = response.Header.Write(&b) // a buffer takes everything
	return bytes.TrimSuffix(b.Bytes(), []byte("\r\n"))
}

// ErrAway is the reason of a 502: the target could not be reached.
var ErrAway = errors.New("the target could not be reached")

// failed answers in the place of a target that does not.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	way := passageOf(r.Context())
	if p.Fallback != nil && away(err) && way.request.size == 0 {
		way.fallback = true
		return
	}
	way.x.Err = fmt.Errorf("%w: %w", ErrAway, err)
	status := http.StatusBadGateway
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		status = http.StatusGatewayTimeout
	}
	text := fmt.Sprintf("dispatchmock proxy: %s does not answer: %v\n", p.Target.Redacted(), err)
	head := fmt.Sprintf(" %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n", status, http.StatusText(status), len(text))
	wire.Relay(way.in, []byte(strings.TrimSuffix(head, "\r\n")))
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client may have left
	way.x.Status = status
}

// away reports that no byte of a request reached the target.
func away(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
