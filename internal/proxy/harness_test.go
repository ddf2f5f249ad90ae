package proxy_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/testkit"
)

var patience = testkit.Patience

func theContract(t testing.TB) *contract.Contract { return testkit.Contract(t) }

// running is a server under test.
type running struct {
	*app.Server
	url  string
	log  *testkit.Buffer
	seen chan *exchange.Exchange
}

// launch starts a server; front may be nil.
func launch(t testing.TB, front func(app.Deps) http.Handler, change ...func(*app.Options)) *running {
	t.Helper()
	r := &running{seen: make(chan *exchange.Exchange, 1000)}
	o := app.Options{Journal: journal.Limits{Count: 1000, Bytes: 16 << 20}, Handler: front, Sessions: session.Options{Now: time.Now, NewID: uuid.New}}
	o.Recorded = func(x *exchange.Exchange) {
		select {
		case r.seen <- x:
		default: // a benchmark asks for none
		}
	}
	for _, c := range change {
		c(&o)
	}
	server := testkit.Start(t, testkit.Settings{Clock: testkit.Started, Log: testkit.TextLog, Options: o})
	r.Server, r.url, r.log = server.Server, server.URL, server.Logged
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
	log := &testkit.Buffer{}
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
