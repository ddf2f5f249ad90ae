package server

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
)

// chain is one request's way, read from the bottom: the session is found
// first, and the reply is printed last and once, after it was judged and
// recorded. The layers stand around the router, because gorilla/mux runs its
// middleware on matched routes only.
func (s *Server) chain(h http.Handler) http.Handler {
	h = s.staged(h)
	h = s.api.Identified(h)
	h = s.admitted(h)
	h = s.readBody(h)
	h = s.recovered(h)
	h = s.judged(h)
	h = s.recorded(h)
	h = s.opened(h)
	return s.printed(h)
}

// carrier is the ResponseWriter of one request: it holds the reply, the record
// of the exchange and the session.
type carrier struct {
	http.ResponseWriter
	reply    wire.Reply
	exchange *exchange.Exchange
	session  *session.Session
	fault    *dispatch.Fault // of the session's name
	room     [16]wire.Field
}

func (c *carrier) Reply() *wire.Reply           { return &c.reply }
func (c *carrier) Exchange() *exchange.Exchange { return c.exchange }
func (c *carrier) Session() *session.Session    { return c.session }

// printed prints the reply that the layers within leave.
func (s *Server) printed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.carriers.Get().(*carrier)
		c.ResponseWriter, c.reply.Fields, c.exchange = w, c.room[:0], &exchange.Exchange{}
		next.ServeHTTP(c, r)
		if err := wire.Send(w, r, &c.reply); err != nil {
			s.Log.Debug("the client left before its answer", "request_id", c.exchange.RequestID, "error", err)
		}
		*c = carrier{}
		s.carriers.Put(c)
	})
}

// opened finds the session of the request and opens the record of the
// exchange.
func (s *Server) opened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := w.(*carrier)
		c.session, c.fault = s.find(r)
		x := c.exchange
		x.Session, x.Sequence, x.Start = c.session.Spec.ID, c.session.Next(), c.session.Clock.Tick()
		x.Method, x.Path = r.Method, r.URL.EscapedPath()
		if s.Front != nil {
			x.Fallback = exchange.FallbackOf(r.Context())
		}
		announce(x, c.session.Spec.Announced, r.Header[announceHeader])
		next.ServeHTTP(w, r)
	})
}

// recorded closes the record of the exchange.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := w.(*carrier)
		start := time.Now()
		next.ServeHTTP(w, r)
		c.exchange.Took = time.Since(start)
		s.record(c.session, c.exchange, r, &c.reply)
		s.log(c.exchange)
	})
}

// admitted refuses a request that names a session which is not there.
func (s *Server) admitted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := w.(*carrier)
		if c.fault == nil {
			next.ServeHTTP(w, r)
			return
		}
		x := c.exchange
		x.Operation = s.Contract.Otherwise().Name
		x.Problems = append(x.Problems, exchange.Finding{Part: "session", Rule: string(c.fault.Code), Remedy: c.fault.Detail})
		s.api.Refuse(c.session, x, c.fault, &c.reply)
	})
}

// judged holds the reply against the contract before its first byte leaves.
func (s *Server) judged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		c := w.(*carrier)
		if x := c.exchange; x.Altered {
			if c.reply.Status == 0 { // no reply at all
				return
			}
			found := s.Contract.Operation(x.Operation).JudgeReply(dispatch.Version(x.VersionUsed), s.CORS, judgedAt(c.session, x), &c.reply)
			x.Deliberate = append(x.Deliberate, found...)
			return
		}
		s.judge(c.session, c.exchange, &c.reply)
	})
}

// judge puts an error in the place of a reply that breaks the contract, unless
// violations are only to be reported.
func (s *Server) judge(n *session.Session, x *exchange.Exchange, reply *wire.Reply) {
	op := s.Contract.Operation(x.Operation)
	now := judgedAt(n, x)
	undo := x.Undo
	x.Undo = nil
	x.Violations = op.JudgeReply(dispatch.Version(x.VersionUsed), s.CORS, now, reply)
	if len(x.Violations) == 0 {
		return
	}
	if n.Clock.Setting().Mode != session.ClockReal {
		adviseClock(x.Violations)
	}
	if s.OnViolation == Report {
		return
	}
	if undo != nil {
		// Who is told that the mock failed must not find the record changed.
		undo()
		x.Transition, x.States = false, nil
	}
	first := x.Violations[0]
	s.api.Refuse(n, x, &dispatch.Fault{Code: dispatch.ContractViolated, Field: "response " + first.Part + first.Pointer,
		Detail: fmt.Sprintf("%s (%s).", first.Remedy, first.Rule)}, reply)
	// The error has the same printer; what it breaks too is told, and it is
	// sent, because nothing better is left to send.
	x.Violations = append(x.Violations, op.JudgeReply(dispatch.Version(x.VersionUsed), s.CORS, now, reply)...)
}

// adviseClock says what to do of a record that the session's clock is set
// before.
func adviseClock(findings []exchange.Finding) {
	for i := range findings {
		if f := &findings[i]; contract.AwaitsClock(*f) {
			f.Remedy += " by the session's clock; set the clock later, or give the record an earlier time"
		}
	}
}

// judgedAt returns the time that a reply is judged by: a record may have been
// touched by a request that began later, and a clock may step back.
func judgedAt(n *session.Session, x *exchange.Exchange) time.Time {
	if now := n.Clock.Now(); now.After(x.Start) {
		return now
	}
	return x.Start
}

// recovered turns a panic into an answer without a stack trace.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				c := w.(*carrier)
				c.exchange.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				s.api.Refuse(c.session, c.exchange, dispatch.Internal.Fault("The mock failed on this request."), &c.reply)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// refused answers a request that net/http refused before it was a request.
func (s *Server) refused(status int, text string) *wire.Reply {
	home := s.sessions.Default()
	x := &exchange.Exchange{Session: home.Spec.ID, Sequence: home.Next(), Start: home.Clock.Now(), Operation: s.Contract.Otherwise().Name}
	reply := &wire.Reply{}
	code := dispatch.RequestMalformed
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		code = dispatch.HeaderTooLarge
	case http.StatusExpectationFailed:
		code = dispatch.ExpectationFailed
	}
	fault := code.Kind().Fault()
	prefix := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if detail := strings.Trim(strings.TrimPrefix(text, prefix), ": "); code == dispatch.RequestMalformed && detail != "" {
		fault.Detail = "The request is not valid HTTP: " + detail + "."
	} else if code == dispatch.HeaderTooLarge {
		fault.Detail = fmt.Sprintf("The request line and the header fields may have at most %d bytes together.", maxHeaderBytes)
	}
	x.Problems = []exchange.Finding{{Part: "request", Rule: string(code), Remedy: fault.Detail + " " + code.Kind().Hint}}
	s.api.Refuse(home, x, fault, reply)
	s.judge(home, x, reply)
	s.record(home, x, nil, reply)
	s.log(x)
	return reply
}
