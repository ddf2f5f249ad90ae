package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// chain is one request's way, read from the bottom: the reply is printed last
// and once, after it was judged and recorded. The layers stand around the
// router, because gorilla/mux runs its middleware on matched routes only.
func (s *Server) chain(h http.Handler) http.Handler {
	h = s.readBody(h)
	h = s.recovered(h)
	h = s.judged(h)
	h = s.recorded(h)
	return s.printed(h)
}

// carrier is the ResponseWriter of one request: it holds the reply and the
// record of the exchange.
type carrier struct {
	http.ResponseWriter
	reply    wire.Reply
	exchange exchange.Exchange
	room     [16]wire.Field
}

func (c *carrier) Reply() *wire.Reply           { return &c.reply }
func (c *carrier) Exchange() *exchange.Exchange { return &c.exchange }

// printed prints the reply that the layers within leave.
func (s *Server) printed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.carriers.Get().(*carrier)
		c.ResponseWriter, c.reply.Fields = w, c.room[:0]
		next.ServeHTTP(c, r)
		if err := wire.Send(w, r, &c.reply); err != nil {
			s.Log.Debug("the client left before its answer", "request_id", c.exchange.RequestID, "error", err)
		}
		*c = carrier{}
		s.carriers.Put(c)
	})
}

// recorded opens and closes the record of the exchange.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchange.Of(w)
		x.Start, x.Method, x.Path = s.Now(), r.Method, r.URL.EscapedPath()
		next.ServeHTTP(w, r)
		s.log(x)
	})
}

// judged holds the reply against the contract before its first byte leaves.
func (s *Server) judged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		s.judge(exchange.Of(w), w.(wire.Holder).Reply())
	})
}

// judge puts an error in the place of a reply that breaks the contract, unless
// violations are only to be reported.
func (s *Server) judge(x *exchange.Exchange, reply *wire.Reply) {
	op := s.Contract.Operation(x.Operation)
	x.Violations = op.JudgeReply(dispatch.Version(x.VersionUsed), s.CORS, s.Now(), reply)
	if len(x.Violations) == 0 || s.OnViolation == Report {
		return
	}
	first := x.Violations[0]
	s.api.Refuse(x, &dispatch.Fault{Code: dispatch.ContractViolated, Field: "response " + first.Part + first.Pointer,
		Detail: fmt.Sprintf("%s (%s).", first.Remedy, first.Rule)}, reply)
	// The error has the same printer; what it breaks too is told, and it is
	// sent, because nothing better is left to send.
	x.Violations = append(x.Violations, op.JudgeReply(dispatch.Version(x.VersionUsed), s.CORS, s.Now(), reply)...)
}

// recovered turns a panic into an answer without a stack trace.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				x := exchange.Of(w)
				x.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				s.api.Refuse(x, &dispatch.Fault{Code: dispatch.Internal, Field: "server", Detail: "The mock failed on this request."}, w.(wire.Holder).Reply())
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// readBody reads the request's body to its end, within the limit. No operation
// uses it (I: the page says that there is none, and its sample sends one).
func (s *Server) readBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		fault := drain(r)
		if fault == nil {
			next.ServeHTTP(w, r)
			return
		}
		// What is left of the body cannot be told from a next request.
		w.Header().Set("Connection", "close")
		x := exchange.Of(w)
		x.Problems = append(x.Problems, exchange.Finding{Part: "request body", Rule: string(fault.Code), Remedy: fault.Detail})
		s.api.Refuse(x, fault, w.(wire.Holder).Reply())
	})
}

func drain(r *http.Request) *dispatch.Fault {
	tooLarge := &dispatch.Fault{Code: dispatch.BodyTooLarge, Field: "body",
		Detail: fmt.Sprintf("The request's body may have at most %d bytes; this operation needs none.", maxBodyBytes)}
	if r.ContentLength > maxBodyBytes {
		return tooLarge
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBodyBytes+1))
	switch {
	case n > maxBodyBytes:
		return tooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &dispatch.Fault{Code: dispatch.BodyUnreadable, Field: "body", Detail: "The body ended before its announced length; send as many bytes as Content-Length says."}
	case err != nil:
		return &dispatch.Fault{Code: dispatch.BodyUnreadable, Field: "body", Detail: "The body could not be read: it is not in the form that the header announces, or it came too slowly."}
	}
	return nil
}

// refused answers a request that net/http refused before it was a request.
func (s *Server) refused(status int, text string) *wire.Reply {
	x := &exchange.Exchange{Start: s.Now(), Operation: s.Contract.Otherwise().Name}
	reply := &wire.Reply{}
	fault := &dispatch.Fault{Code: dispatch.RequestMalformed, Field: "request", Detail: "The request line or a header field is malformed."}
	prefix := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if detail := strings.Trim(strings.TrimPrefix(text, prefix), ": "); detail != "" {
		fault.Detail = "The request is not valid HTTP: " + detail + "."
	}
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		fault.Code = dispatch.HeaderTooLarge
		fault.Detail = fmt.Sprintf("The request line and the header fields may have at most %d bytes together.", maxHeaderBytes)
	case http.StatusExpectationFailed:
		fault.Code, fault.Field = dispatch.ExpectationFailed, "expect"
		fault.Detail = "The only expectation that is understood is 100-continue."
	}
	x.Problems = []exchange.Finding{{Part: "request", Rule: string(fault.Code), Remedy: fault.Detail}}
	s.api.Refuse(x, fault, reply)
	s.judge(x, reply)
	s.log(x)
	return reply
}
