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
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// validate holds the reply against the contract before its first byte leaves.
func (m *Mock) validate(q *request) {
	x := q.x
	if !x.Altered {
		m.validateOwn(q)
		return
	}
	if q.reply.Status == 0 { // no reply at all
		return
	}
	found := m.Contract.Operation(x.Operation).ValidateReply(model.Version(x.VersionUsed), m.CORS, validatedAt(q.s, x), &q.reply)
	x.Deliberate = append(x.Deliberate, found...)
}

// validateOwn puts an error in the place of a reply that breaks the contract, unless
// violations are only to be reported.
func (m *Mock) validateOwn(q *request) {
	x := q.x
	op := m.Contract.Operation(x.Operation)
	now := validatedAt(q.s, x)
	undo := x.Undo
	x.Undo = nil
	x.Violations = op.ValidateReply(model.Version(x.VersionUsed), m.CORS, now, &q.reply)
	if len(x.Violations) == 0 {
		return
	}
	if q.s.Clock.Setting().Mode != session.ClockReal {
		adviseClock(x.Violations)
	}
	if m.OnViolation == Report {
		return
	}
	if undo != nil {
		// Who is told that the mock failed must not find the record changed.
		undo()
		x.Transition, x.States = false, nil
	}
	m.refuse(q, model.NewError(model.ContractViolated, ""))
	// The error has the same printer; what it breaks too is told, and it is
	// sent, because nothing better is left to send.
	x.Violations = append(x.Violations, op.ValidateReply(model.Version(x.VersionUsed), m.CORS, now, &q.reply)...)
}

// adviseClock says what to do of a record that the session's clock is set
// before.
func adviseClock(violations []exchange.Violation) {
	for i := range violations {
		if f := &violations[i]; contract.AwaitsClock(*f) {
			f.Hint += " by the session's clock; set the clock later, or give the record an earlier time"
		}
	}
}

// validatedAt returns the time that a reply is validated by: a record may have been
// touched by a request that began later, and a clock may step back.
func validatedAt(n *session.Session, x *exchange.Exchange) time.Time {
	if now := n.Clock.Now(); now.After(x.Start) {
		return now
	}
	return x.Start
}

// recover turns a panic into an answer without a stack trace.
func (m *Mock) recover(q *request) {
	if p := recover(); p != nil {
		q.x.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		m.refuse(q, model.NewError(model.Internal, ""))
	}
}

// Refused answers a request that net/http refused before it was a request.
func (m *Mock) Refused(status int, text string) *wire.Reply {
	home := m.Sessions.Default()
	q := &request{s: home, x: &exchange.Exchange{Session: home.Spec.ID, Sequence: home.Next(), Start: home.Clock.Now(), Operation: m.Contract.Otherwise().Name}}
	code := model.RequestMalformed
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		code = model.HeaderTooLarge
	case http.StatusExpectationFailed:
		code = model.ExpectationFailed
	}
	err := model.NewError(code, "")
	prefix := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if detail := strings.Trim(strings.TrimPrefix(text, prefix), ": "); code == model.RequestMalformed && detail != "" {
		err.Detail = "The request is not valid HTTP: " + detail + "."
	} else if code == model.HeaderTooLarge {
		err.Detail = HeadTooLong(m.MaxHeader)
	}
	q.x.Problems = []exchange.Violation{{Part: "request", Rule: string(code), Hint: err.Detail + " " + code.Kind().Hint}}
	m.refuse(q, err)
	m.validate(q)
	m.record(q)
	q.x.Log(m.Log, m.Quiet)
	return &q.reply
}

// HeadTooLong says that a request's head has more bytes than it may have.
func HeadTooLong(limit int) string {
	return fmt.Sprintf("The request line and the header fields may have at most %d bytes together.", limit)
}
