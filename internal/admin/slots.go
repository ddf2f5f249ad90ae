package admin

import (
	"cmp"
	"net/http"
	"time"
)

// Bodies and answers cost many times their bytes while they are read or made,
// so that few large ones are handled at once.
const (
	shortBody    = 64 << 10 // the longest body that waits for nobody
	longBodies   = 2        // how many longer ones are handled at once
	largeAnswers = 4        // how many answers that have a whole session
	slotWait     = 20 * time.Second
)

// slots are the places of what is handled at once.
type slots struct {
	free chan struct{}
	what string
	wait time.Duration // for a place
}

func newSlots(n int, what string, wait time.Duration) *slots {
	return &slots{make(chan struct{}, n), what, cmp.Or(wait, slotWait)}
}

// take waits for a place, and returns how to leave it.
func (s *slots) take(r *http.Request) (leave func(), err error) {
	wait := time.NewTimer(s.wait)
	defer wait.Stop()
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free }, nil
	case <-r.Context().Done():
	case <-wait.C:
	}
	return nil, problem(http.StatusServiceUnavailable, "%d %s are being handled, which is the most at once; try again.", cap(s.free), s.what)
}

// isLong reports a body that has to wait; one of unknown length has to.
func isLong(r *http.Request) bool { return r.ContentLength < 0 || r.ContentLength > shortBody }

// few has few of those requests handled at once that have to wait.
func (d *Admin) few(s *slots, waits func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !waits(r) {
			next.ServeHTTP(w, r)
			return
		}
		leave, err := s.take(r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}
