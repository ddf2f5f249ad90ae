package control

import (
	"net/http"
	"time"
)

// Long bodies cost many times their bytes while they are parsed, so that few
// of them are handled at once.
const (
	shortBody  = 64 << 10 // the longest body that waits for nobody
	longBodies = 8        // how many longer ones are handled at once
	bodyWait   = 20 * time.Second
)

// slots are the places of long bodies.
type slots chan struct{}

// take waits for a place where a request has a long body, and returns how to
// leave it.
func (s slots) take(r *http.Request) (leave func(), err error) {
	if r.ContentLength >= 0 && r.ContentLength <= shortBody {
		return func() {}, nil
	}
	wait := time.NewTimer(bodyWait)
	defer wait.Stop()
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-r.Context().Done():
	case <-wait.C:
	}
	return nil, problem(http.StatusServiceUnavailable, "%d bodies of more than %d bytes are being handled, which is the most at once; try again.", longBodies, shortBody)
}
