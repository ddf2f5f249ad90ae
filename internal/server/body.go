package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
)

// readBody reads the request's body to its end, within the limit. No operation
// uses it (I: the page says that there is none, and its sample sends one).
func (s *Server) readBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		c := w.(*carrier)
		fault := drain(r, &c.exchange.Request)
		if fault == nil {
			next.ServeHTTP(w, r)
			return
		}
		// What is left of the body cannot be told from a next request.
		w.Header().Set("Connection", "close")
		c.exchange.Problems = append(c.exchange.Problems, exchange.Finding{Part: "request body", Rule: string(fault.Code),
			Remedy: fault.Detail + " " + fault.Code.Kind().Hint})
		s.api.Refuse(c.session, c.exchange, fault, &c.reply)
	})
}

// kept is a writer that keeps the first bytes it is given.
type kept []byte

func (k *kept) Write(p []byte) (int, error) {
	*k = append(*k, p[:min(len(p), exchange.MaxBody-len(*k))]...)
	return len(p), nil
}

// drain reads the body to its end, and keeps its first bytes and its length.
func drain(r *http.Request, m *exchange.Message) (fault *dispatch.Fault) {
	tooLarge := dispatch.BodyTooLarge.Fault(fmt.Sprintf("The request's body may have at most %d bytes; this operation needs none.", maxBodyBytes))
	if r.ContentLength > maxBodyBytes {
		m.Size = r.ContentLength
		return tooLarge
	}
	var first kept
	n, err := io.Copy(&first, io.LimitReader(r.Body, maxBodyBytes+1))
	switch {
	case n > maxBodyBytes:
		fault = tooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		m.Flaw = exchange.Cut
		fault = dispatch.BodyUnreadable.Fault("The body ended before its announced length; send as many bytes as Content-Length says.")
	case err != nil:
		m.Flaw = exchange.Malformed
		fault = dispatch.BodyUnreadable.Fault("The body could not be read: it is not in the form that the header announces, or it came too slowly.")
	}
	m.Body, m.Size = first, n
	return fault
}
