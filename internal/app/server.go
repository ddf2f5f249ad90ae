// Package server puts the parts together and owns the listener: start, stop
// and limits.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/console"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// Limits on what a client can make the server hold. They are sized for a mock
// that a test suite drives with hundreds of connections.
const (
	maxConnections = 2048
	// reserve is how many connections beyond them wait for a place, or are
	// served where their requests need none.
	reserve        = 256
	placeWait      = 6 * time.Second
	calm           = 10 * time.Second
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 1 << 20
	headerTimeout  = 10 * time.Second
	requestTimeout = 30 * time.Second
	idleTimeout    = 2 * time.Minute
)

// Options are what a server is made of.
type Options struct {
	Contract *contract.Contract
	Sessions session.Options
	CORS     contract.CORS
	// AnyToken makes every well-formed token a Dispatcher of every tenant.
	AnyToken    bool
	OnViolation mock.OnViolation
	Log         *slog.Logger
	// Quiet leaves exchanges that are as they should be out of the log.
	Quiet bool
	// Journal bounds what is kept of exchanges; the zero limits keep nothing.
	Journal journal.Limits
	// Recorded is told each exchange before its first byte leaves, and may not
	// change it; nil tells nobody.
	Recorded func(*exchange.Exchange)
	// Around is called around each performance of the mock; nil is nothing. It is
	// for tests that break what is performed.
	Around func(*http.Request, *wire.Reply, func())
	// Control says whether and where the admin API is.
	Admin Admin
	// Connections bounds the connections of each listener; the zero Limits are
	// those of the manual.
	Connections wire.Limits
	// RequestTime is how long a request may take to come, and its answer to go,
	// instead of the manual's limits; 0 is those. A busy machine makes good
	// requests slow.
	RequestTime time.Duration
	// TLS has both listeners speak HTTPS; nil is HTTP.
	TLS *tls.Config
	// Handler makes what answers in the place of the mocked API; nil is nothing.
	Handler func(Deps) http.Handler
}

// Deps are the parts of the server that a Handler may use.
type Deps struct {
	Mock     http.Handler // the mocked API
	Home     *session.Session
	Redactor *redact.Redactor
	// Record keeps an exchange of the session Home that a Handler has made.
	Record func(*exchange.Exchange, *http.Request, *contract.Route)
}

// Control is how the admin API is reached.
type Admin struct {
	// Off has no admin API.
	Off bool
	// Address is that of a listener of its own; "" has the admin API on the
	// server's, under /_mock/.
	Address string
	// Token is what each request to the admin API must carry; "" asks for none,
	// which only a loopback listener may do unless Open is set.
	Token string
	// Beyond asks for the Token only where the listener is no loopback one.
	Beyond bool
	// Open lets every machine that reaches the listener use the admin API.
	Open bool
	// Wait waits for who guesses the token; nil waits in earnest.
	Wait func(context.Context, time.Duration)
	// Rate is how many changes a second the admin API takes; 0 means its own.
	Rate    float64
	Schemas fs.FS
	Version string
}

// Server is a mock server.
type Server struct {
	Options
	sessions    *session.Sessions
	journal     *journal.Journal
	coverage    *coverage.Coverage
	redactor    *redact.Redactor
	admin       *admin.Admin // nil where it is off
	mock        *mock.Mock
	http        http.Server
	adminAddr   net.Addr
	access      Access
	adminServer *http.Server   // of the admin API, where it has a listener of its own
	listener    *wire.Listener // nil until Start
	conns       *wire.Limited  // beneath it
	inFlight    atomic.Int64   // requests that are being handled
	done        chan struct{}
	err         error
}

// New puts a server together.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, journal: journal.New(o.Journal), redactor: redact.New(), done: make(chan struct{})}
	o.Sessions.Dropped = s.forget
	s.sessions = session.NewSessions(o.Sessions)
	s.coverage = coverage.New(coverage.Options{Contract: o.Contract, Fixtures: s.sessions.Fixtures, AnyToken: o.AnyToken, Elsewhere: o.Handler != nil})
	var err error
	if s.mock, err = mock.New(s.mockOptions()); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if !o.Admin.Off {
		page, err := console.Handler()
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		if s.admin, err = admin.New(s.adminOptions(page)); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
	}
	handler := http.Handler(s.mock)
	if o.Handler != nil {
		handler = o.Handler(Deps{Mock: handler, Home: s.sessions.Default(), Redactor: s.redactor, Record: s.passed})
	}
	s.http = http.Server{
		Handler:                      s.mounted(handler),
		DisableGeneralOptionsHandler: true,
		MaxHeaderBytes:               maxHeaderBytes,
		ReadHeaderTimeout:            headerTimeout,
		ReadTimeout:                  requestTimeout,
		WriteTimeout:                 requestTimeout,
		IdleTimeout:                  idleTimeout,
		ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	if t := o.RequestTime; t > 0 {
		s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout, s.http.IdleTimeout = t, t, t, t
	}
	return s, nil
}

func (s *Server) mockOptions() mock.Options {
	o := mock.Options{
		Contract: s.Contract, Sessions: s.sessions, CORS: s.CORS, AnyToken: s.AnyToken, OnViolation: s.OnViolation,
		MaxHeader: maxHeaderBytes, MaxBody: maxBodyBytes, Fallback: s.Handler != nil, Log: s.Log, Quiet: s.Quiet,
		Redactor: s.redactor, Around: s.Around, Count: s.coverage.Add,
	}
	if s.Journal.Count > 0 || s.Recorded != nil {
		o.Keep = s.keep
	}
	return o
}

// keep puts a finished exchange into the journal.
func (s *Server) keep(over func() bool, x *exchange.Exchange) {
	if s.Journal.Count > 0 {
		s.journal.Add(over, x)
	}
	if s.Recorded != nil {
		s.Recorded(x)
	}
}

// passed records an exchange that a Handler has made, and redacted.
func (s *Server) passed(x *exchange.Exchange, r *http.Request, route *contract.Route) {
	s.coverage.Add(x, r, route)
	s.keep(nil, x)
}

// Start listens on HOST:PORT and serves until Shutdown. A port of 0 picks a
// free one; Addr tells which.
func (s *Server) Start(address string) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	s.conns = s.limited(l, "listener of the API")
	if err := s.openAdmin(address, l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	s.listener = wire.Attach(&s.http, s.secured(s.conns), s.mock.Refused)
	s.conns.Track(&s.http)
	go func() {
		defer close(s.done)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.err = err
		}
	}()
	return nil
}

// forget lets go of what a session left behind.
func (s *Server) forget(session string) {
	s.journal.Forget(session)
	s.coverage.Forget(session)
}

// Coverage returns what was tried of the contract.
func (s *Server) Coverage() *coverage.Coverage { return s.coverage }

// Sessions returns the server's sessions.
func (s *Server) Sessions() *session.Sessions { return s.sessions }

// Addr returns the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL returns a URL by which this machine reaches the server.
func (s *Server) URL() string { return s.urlOf(s.Addr()) }

// AdminURL returns the URL of the admin API's own listener, or "".
func (s *Server) AdminURL() string {
	if a := s.AdminAddr(); a != nil {
		return s.urlOf(a)
	}
	return ""
}

func (s *Server) urlOf(a net.Addr) string {
	host, port, _ := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return s.scheme() + "://" + net.JoinHostPort(host, port)
}

func (s *Server) scheme() string {
	if s.TLS != nil {
		return "https"
	}
	return "http"
}

// secured returns the listener as it is, or with TLS around its connections. TLS
// stands between the limits on connections and the printing of responses.
func (s *Server) secured(l net.Listener) net.Listener {
	if s.TLS == nil {
		return l
	}
	return tls.NewListener(l, s.TLS)
}

// Done is closed when the server has stopped serving.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err returns why the server stopped by itself; call it after Done.
func (s *Server) Err() error { return s.err }

// silentGrace is how long a connection that has sent nothing yet may still
// begin a request when the server stops.
const silentGrace = 100 * time.Millisecond

// Shutdown stops accepting, lets the requests in flight be answered, and cuts
// them off when the context ends. A server that did not start has nothing to
// stop.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.listener == nil {
		return nil
	}
	if s.admin != nil {
		s.admin.Close()
	}
	if s.adminServer != nil {
		// Whoever controls the mock knows that it stops.
		defer s.adminServer.Close()
	}
	// net/http would wait for seconds to hear from them.
	silent := time.AfterFunc(silentGrace, s.listener.CloseSilent)
	defer silent.Stop()
	err := s.http.Shutdown(ctx)
	if err != nil {
		// A connection without a request has nobody who waits for an answer: a busy
		// machine may not have noticed yet that the client has closed it.
		if s.inFlight.Load() == 0 {
			err = nil
		} else {
			err = fmt.Errorf("requests in flight were cut off: %w", err)
		}
		err = errors.Join(err, s.http.Close())
	}
	<-s.done
	return err
}
