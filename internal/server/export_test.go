package server

import "net/http"

// What the tests outside the package need to know of its limits.
const (
	MaxHeaderBytes = maxHeaderBytes
	MaxBodyBytes   = maxBodyBytes
)

// Wrap puts a layer around the API, within the chain; call it before Start.
func (s *Server) Wrap(layer func(http.Handler) http.Handler) {
	s.http.Handler = s.mounted(s.chain(layer(s.api)))
}
