package mock

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// request is the state of one request in the pipeline.
type request struct {
	w     http.ResponseWriter
	r     *http.Request
	s     *session.Session
	x     *exchange.Exchange
	reply wire.Reply

	noSession *model.Error // of a request that names no session that there is
	route     contract.Route
	// rules is the operation by whose rules the request is checked: the one
	// that the request asks for, or the first where the mock does not serve that one.
	rules *contract.Operation

	version    model.Version // in force
	asked      model.Version // named by the request, or ""
	client     model.Client
	known      bool // there is a client
	wellFormed bool // the authorization keeps its rule

	undo      func() // takes a transition back; nil where there was none
	validated bool   // the API's own reply was validated
}

// key returns the record that the request asks for; ok is false where an input
// of the key is missing or wrong.
func (q *request) key() (k store.Key, ok bool) {
	t, c, l := q.route.Tenant, q.route.Customer, q.route.Location
	return store.Key{Tenant: t.Value, Customer: c.Value, Location: l.Value}, t.OK && c.OK && l.OK
}

// ServeHTTP implements http.Handler. Validation and recording happen before the
// first byte is sent.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := m.open(w, r)
	start := time.Now()
	m.answer(q)
	m.validate(q)
	q.x.Took = time.Since(start)
	m.record(q)
	m.send(q)
}

// answer fills in the reply. A panic becomes an answer without a stack trace.
func (m *Mock) answer(q *request) {
	defer func() {
		if p := recover(); p != nil {
			q.x.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			m.reject(q, model.NewError(model.Internal, ""), 0)
		}
	}()
	if err := m.read(q); err != nil {
		m.reject(q, err, 0)
		return
	}
	if q.noSession != nil {
		m.rejectSession(q)
		return
	}
	m.identify(q)
	if plan, ok := m.match(q); ok {
		m.simulate(q, &plan)
		return
	}
	m.perform(q)
}

// open finds the session and the route, and begins the exchange.
func (m *Mock) open(w http.ResponseWriter, r *http.Request) *request {
	q := &request{w: w, r: r}
	q.s, q.noSession = m.findSession(r)
	q.route = m.Contract.Route(r)
	q.x = &exchange.Exchange{Session: q.s.Spec.ID, Sequence: q.s.Next(), Start: q.s.Clock.Tick(), Method: r.Method, Path: r.URL.EscapedPath()}
	if m.Fallback {
		q.x.Fallback = exchange.FallbackOf(r.Context())
	}
	q.allow()
	return q
}

// identify finds the client, the version in force and the request ID, and reads
// the request's inputs.
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

// validate checks the reply against the contract.
func (m *Mock) validate(q *request) {
	switch {
	case !q.x.Altered && !q.validated:
		m.validateOwn(q)
	case q.x.Altered && q.reply.Status != 0: // there is a reply
		q.x.Deliberate = append(q.x.Deliberate, m.broken(q)...)
	}
}

// validateOwn puts an error in the place of a reply that breaks the contract, unless
// violations are only to be reported.
func (m *Mock) validateOwn(q *request) {
	x := q.x
	q.validated = true
	x.Violations = m.broken(q)
	if len(x.Violations) == 0 {
		return
	}
	if q.s.Clock.Setting().Mode != session.ClockReal {
		hintAtClock(x.Violations)
	}
	if m.OnViolation == Report {
		return
	}
	if q.undo != nil {
		// A client that reads of a failure must not find the record changed.
		q.undo()
		x.Transition, x.States = false, nil
	}
	m.reject(q, model.NewError(model.ContractViolated, ""), 0)
	// The error may break the contract, too. It is sent all the same: nothing
	// better is left to send.
	x.Violations = append(x.Violations, m.broken(q)...)
}

// broken returns the rules that the reply breaks. They are checked for the later
// of two times: a request that began later may have touched the record, and a
// clock may step back.
func (m *Mock) broken(q *request) []exchange.Violation {
	at := q.x.Start
	if now := q.s.Clock.Now(); now.After(at) {
		at = now
	}
	return m.Contract.Operation(q.x.Operation).ValidateReply(model.Version(q.x.VersionUsed), m.CORS, at, &q.reply)
}

// hintAtClock adds what to do about a record that is later than the session's
// clock.
func hintAtClock(violations []exchange.Violation) {
	for i := range violations {
		if v := &violations[i]; contract.AwaitsClock(*v) {
			v.Hint += " by the session's clock; set the clock later, or give the record an earlier time"
		}
	}
}

// send sends the reply.
func (m *Mock) send(q *request) {
	if err := wire.Send(q.w, q.r, &q.reply); err != nil {
		m.Log.Debug("the client left before its answer", "request_id", q.x.RequestID, "error", err)
	}
}

// Refused answers a request that net/http refused before it was a request.
func (m *Mock) Refused(status int, text string) *wire.Reply {
	s := m.Sessions.Default()
	q := &request{s: s, x: &exchange.Exchange{Session: s.Spec.ID, Sequence: s.Next(), Start: s.Clock.Now(), Operation: m.Contract.Unmatched().Name}}
	code, detail := model.RequestMalformed, ""
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		code, detail = model.HeaderTooLarge, HeadTooLong(m.MaxHeader)
	case http.StatusExpectationFailed:
		code = model.ExpectationFailed
	default:
		prefix := fmt.Sprintf("%d %s", status, http.StatusText(status))
		if reason := strings.Trim(strings.TrimPrefix(text, prefix), ": "); reason != "" {
			detail = "The request is not valid HTTP: " + reason + "."
		}
	}
	err := model.NewError(code, detail)
	q.x.Problems = []exchange.Violation{unreadable("request", err)}
	m.reject(q, err, 0)
	m.validate(q)
	m.record(q)
	return &q.reply
}

// unreadable returns the problem of a request that could not be read.
func unreadable(part string, err *model.Error) exchange.Violation {
	return exchange.Violation{Part: part, Rule: string(err.Code), Hint: err.Detail + " " + err.Code.Kind().Hint}
}

// HeadTooLong says that a request's head has more bytes than it may have.
func HeadTooLong(limit int) string {
	return fmt.Sprintf("The request line and the header fields may have at most %d bytes together.", limit)
}
