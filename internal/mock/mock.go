// Package mock is the mocked API: the way of a request from its first byte to
// its answer, the order of the checks, the operations, and what each outcome
// is answered with.
package mock

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
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

// Options are what a Mock is made of; all of them are needed, unless told
// otherwise.
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
	// Count is given each exchange and where it went; the request is nil where
	// net/http refused it.
	Count func(*exchange.Exchange, *http.Request, *contract.Route)
	// Keep is given each exchange, complete, before the first byte of its
	// answer leaves, unless it is nil. Over reports that its session has ended.
	Keep func(over func() bool, x *exchange.Exchange)
}

// Mock answers the operations of the contract in the session of each request.
type Mock struct {
	Options
	bodies   *lru.Cache[bodyKey, *wire.Body]
	requests sync.Pool
	example  atomic.Pointer[example]
}

// New returns a Mock. What the contract has it serve and it cannot perform is
// returned as contract.Diagnostics.
func New(o Options) (*Mock, error) {
	if diags := Unable(o.Contract); len(diags) > 0 {
		return nil, diags
	}
	bodies, err := lru.New[bodyKey, *wire.Body](maxBodies)
	if err != nil {
		return nil, err
	}
	m := &Mock{Options: o, bodies: bodies}
	m.requests.New = func() any { return new(request) }
	return m, nil
}

// request is the state of one request on its way.
type request struct {
	w     http.ResponseWriter
	r     *http.Request
	s     *session.Session
	x     *exchange.Exchange
	reply wire.Reply
	room  [16]wire.Field // of the reply
	lost  *model.Error   // of a session's name that names none
	route contract.Route
	// rules is the operation by whose rules the request is validated: the one
	// that it asks for, or, where that is none of ours, the first.
	rules *contract.Operation

	version    model.Version // in force
	asked      model.Version // named by the request, or ""
	client     model.Client
	known      bool // there is a client
	wellFormed bool // the authorization keeps its rule
}

// key returns the record that the request asks for, which is there where all
// of its inputs are.
func (q *request) key() (k store.Key, ok bool) {
	t, c, l := q.route.Tenant, q.route.Customer, q.route.Location
	return store.Key{Tenant: t.Value, Customer: c.Value, Location: l.Value}, t.OK && c.OK && l.OK
}

// ServeHTTP implements http.Handler: it is one request's way. The record is
// kept before the first byte of the answer leaves.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := m.requests.Get().(*request)
	q.w, q.r = w, r
	m.open(q)
	start := time.Now()
	m.answer(q)
	m.validate(q)
	q.x.Took = time.Since(start)
	m.record(q)
	q.x.Log(m.Log, m.Quiet)
	if err := wire.Send(w, r, &q.reply); err != nil {
		m.Log.Debug("the client left before its answer", "request_id", q.x.RequestID, "error", err)
	}
	*q = request{}
	m.requests.Put(q)
}

// open finds the session and the route of the request, and opens the record of
// the exchange.
func (m *Mock) open(q *request) {
	q.s, q.lost = m.find(q.r)
	q.route = m.Contract.Route(q.r)
	q.reply.Fields = q.room[:0]
	x := &exchange.Exchange{Session: q.s.Spec.ID, Sequence: q.s.Next(), Start: q.s.Clock.Tick(), Method: q.r.Method, Path: q.r.URL.EscapedPath()}
	if m.Fallback {
		x.Fallback = exchange.FallbackOf(q.r.Context())
	}
	allow(x, q.s.Spec.Allowed, q.r.Header[allowHeader])
	q.x = x
}

// answer reads, identifies and performs. A panic becomes an answer without a
// stack trace.
func (m *Mock) answer(q *request) {
	defer m.recover(q)
	if err := m.read(q); err != nil {
		m.refuse(q, err)
		return
	}
	if q.lost != nil {
		q.x.Operation = m.Contract.Otherwise().Name
		q.x.Problems = append(q.x.Problems, exchange.Violation{Part: "session", Rule: string(q.lost.Code), Hint: q.lost.Detail})
		m.refuse(q, q.lost)
		return
	}
	m.identify(q)
	plan, ok := m.match(q)
	if ok {
		m.takeOver(q, &plan)
		return
	}
	m.perform(q)
}

// identify finds out who asks, in which version, under which request ID, and
// what for: what every answer needs, whatever becomes of the request.
func (m *Mock) identify(q *request) {
	h := q.r.Header
	oldest := m.Contract.Oldest()
	q.version = oldest
	if text, ok := contract.HeaderText(h, "Authorization"); ok && m.Contract.ValidHeader(oldest, "authorization", text) {
		q.wellFormed = true
		_, token, _ := strings.Cut(text, " ")
		q.client, q.known = m.clientOf(q.s, token)
	}
	if q.known {
		q.x.ClientID = q.client.ID
		if v := q.s.Store.Pinned(q.client.ID); v != "" {
			q.version, q.x.VersionPinned = v, string(v)
		}
	}
	if text, ok := contract.HeaderText(h, "X-Api-Version"); ok && m.Contract.Has(model.Version(text)) {
		q.asked = model.Version(text)
		q.version, q.x.VersionAsked = q.asked, text
	}
	q.x.VersionUsed = string(q.version)
	if text, ok := contract.HeaderText(h, "X-Request-Id"); ok && q.s.Choices().EchoRequestID && m.Contract.ValidHeader(q.version, "x-request-id", text) {
		q.x.RequestID = text
	} else {
		q.x.RequestID = q.s.IDs.New().String()
	}
	q.rules = q.route.Operation
	if q.rules == nil || !q.rules.Served {
		q.rules = m.Contract.Operations()[0]
	}
	q.route.Read(q.rules, q.version, h)
}

// clientOf returns the client that a token was issued to.
func (m *Mock) clientOf(s *session.Session, token string) (model.Client, bool) {
	if m.AnyToken {
		return model.Client{Token: token, ID: "any " + redact.Value(token), Roles: []model.Role{model.RoleDispatcher}, AllTenants: true}, true
	}
	return s.Store.Base().Client(token)
}

// example is a token that may deactivate, for hints, in the worlds of a base.
type example struct {
	base  *store.Base
	token string
}

// exampleToken returns the first token whose holder may deactivate, or "".
func (m *Mock) exampleToken(s *session.Session) string {
	base := s.Store.Base()
	if e := m.example.Load(); e != nil && e.base == base {
		return e.token
	}
	e := &example{base: base}
	for _, op := range m.Contract.Operations() {
		if op.Method == http.MethodDelete && e.token == "" {
			e.token = firstToken(base.Clients(), op.Roles)
		}
	}
	m.example.Store(e)
	return e.token
}

func firstToken(clients []model.Client, roles []model.Role) string {
	for _, c := range clients {
		if c.HasAny(roles) && len(c.Tenants) > 0 {
			return c.Token
		}
	}
	return ""
}

// Unable returns the operations that are to be served and cannot be.
func Unable(c *contract.Contract) (diags jsonx.Diagnostics) {
	for i, op := range c.Operations() {
		rule := ""
		switch {
		case !op.Served:
		case performs(op.Method) == nil:
			rule = "the mock performs DELETE, GET and OPTIONS only; with false it answers " + op.Method + " as one that it does not mock"
		case op.Method != http.MethodOptions && !(strings.Contains(op.Path, "{customer_id}") && strings.Contains(op.Path, "{customer_location_id}")):
			rule = "the mock finds records by {customer_id} and {customer_location_id} alone, and " + op.Path + " has not both"
		}
		if rule != "" {
			diags = append(diags, jsonx.Diagnostic{File: "operations.json", Pointer: fmt.Sprintf("/operations/%d/served", i), Value: "true", Rule: rule})
		}
	}
	return diags
}
