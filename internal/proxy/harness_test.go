package proxy_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/fixtures"
	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/testwait"
	"dispatchmock/schemas"
)

var patience = testwait.Patience

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

func theContract(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var loadWorld = sync.OnceValues(func() (*fixture.Fixtures, error) {
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	files, err := fixtures.Default()
	if err != nil {
		return nil, err
	}
	return fixture.Load(files, schemas.FS, c, time.Now())
})

// running is a server under test.
type running struct {
	*app.Server
	url  string
	log  *safeBuffer
	seen chan *exchange.Exchange
}

// launch starts a server; front may be nil.
func launch(t testing.TB, front func(app.Deps) http.Handler, change ...func(*app.Options)) *running {
	t.Helper()
	world, err := loadWorld()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{log: &safeBuffer{}, seen: make(chan *exchange.Exchange, 1000)}
	o := app.Options{Contract: theContract(t), CORS: contract.CORSDocumented, OnViolation: mock.Fail,
		Journal: journal.Limits{Count: 1000, Bytes: 16 << 20}, Admin: app.Admin{Schemas: schemas.FS},
		Sessions: session.Options{Fixtures: world, Now: time.Now, NewID: uuid.New},
		Log:      slog.New(slog.NewTextHandler(r.log, nil)), Handler: front}
	o.Recorded = func(x *exchange.Exchange) {
		select {
		case r.seen <- x:
		default: // a benchmark asks for none
		}
	}
	for _, c := range change {
		c(&o)
	}
	if r.Server, err = app.New(o); err != nil {
		t.Fatal(err)
	}
	if err := r.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + r.Addr().String()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = r.Shutdown(ctx) // a test may have stopped it
	})
	return r
}

// before starts a proxy before a target.
func before(t testing.TB, target string, change ...func(*proxy.Options)) *running {
	t.Helper()
	return launchBefore(t, target, func(o *proxy.Options) {
		for _, c := range change {
			c(o)
		}
	})
}

// launchBefore changes the server's options as well.
func launchBefore(t testing.TB, target string, change func(*proxy.Options), options ...func(*app.Options)) *running {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	log := &safeBuffer{}
	r := launch(t, func(b app.Deps) http.Handler {
		o := proxy.Options{Contract: theContract(t), Target: u, Timeout: patience, CORS: contract.CORSDocumented,
			Home: b.Home, Redactor: b.Redactor, Record: b.Record, Log: slog.New(slog.NewTextHandler(log, nil))}
		change(&o)
		if o.Fallback != nil {
			o.Fallback = b.Mock
		}
		p := proxy.New(o)
		t.Cleanup(p.Close)
		return p
	}, options...)
	r.log = log
	return r
}

// withMock has the mock answer where the target is away.
func withMock(o *proxy.Options) { o.Fallback = http.NotFoundHandler() }

// next returns the record of the next exchange.
func (r *running) next(t testing.TB) *exchange.Exchange {
	t.Helper()
	select {
	case x := <-r.seen:
		return x
	case <-time.After(patience):
		t.Fatal("no exchange was recorded")
	}
	return nil
}

// safeBuffer is a buffer that a server may write while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
