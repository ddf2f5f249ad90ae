package server

import (
	"time"
)

// What the tests outside the package need to know of its limits.
const (
	MaxHeaderBytes = maxHeaderBytes
	MaxBodyBytes   = maxBodyBytes
)

// Wait makes the limits on the time of a request those of a test: on a busy
// machine a good request may exceed the usual ones. Call it before Start.
func (s *Server) Wait(patience time.Duration) {
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout, s.http.IdleTimeout = patience, patience, patience, patience
}
