// Package mock is the mocked API: the pipeline of a request, the order of the
// checks, the operations, and the answer to each outcome.
package mock

import (
	"log/slog"
	"net/http"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// OnViolation says what becomes of a reply of ours that breaks the contract.
type OnViolation string

// The two settings of OnViolation: a 500 in its place, or sent all the same;
// both are logged.
const (
	Fail   OnViolation = "fail"
	Report OnViolation = "report"
)

// Options are what a Mock is made of; all of them are needed, unless their
// comment says otherwise.
type Options struct {
	Contract *contract.Contract
	Sessions *session.Sessions
	CORS     contract.CORS
	// AnyToken makes every well-formed token a Dispatcher of every tenant.
	AnyToken    bool
	OnViolation OnViolation
	// Limits of the header section and of a body, in bytes.
	MaxHeader, MaxBody int
	// Fallback is set where the mock answers in the place of a proxy's target.
	Fallback bool
	Log      *slog.Logger
	// Quiet leaves exchanges that are as they should be out of the log.
	Quiet bool
	// Redactor takes secrets out of what is kept.
	Redactor *redact.Redactor
	// Around is called around each performance; nil is nothing. It is for tests
	// that break what is performed.
	Around func(*http.Request, *wire.Reply, func())
	// Count is given each exchange and its route; the request is nil where
	// net/http refused it.
	Count func(*exchange.Exchange, *http.Request, *contract.Route)
	// Keep is given each exchange, complete, before the first byte of its
	// answer leaves, unless it is nil. Over reports that its session has ended.
	Keep func(over func() bool, x *exchange.Exchange)
}

// Mock answers the operations of the contract in the session of each request.
type Mock struct {
	Options
	bodies *lru.Cache[bodyKey, *wire.Body]
	// requests are used again, which saves 8 of 54 µs of CPU for each.
	requests sync.Pool
}

// New returns a Mock. What the contract has it serve and it cannot perform is
// returned as jsonx.Diagnostics.
func New(o Options) (*Mock, error) {
	if diags := Unable(o.Contract); len(diags) > 0 {
		return nil, diags
	}
	bodies, err := lru.New[bodyKey, *wire.Body](maxBodies)
	if err != nil {
		return nil, err
	}
	return &Mock{Options: o, bodies: bodies, requests: sync.Pool{New: func() any { return new(request) }}}, nil
}
