package admin

import (
	"net/http"
	"time"

	"dispatchmock/internal/quota"
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
}

func newSlots(n int, what string) *slots { return &slots{make(chan struct{}, n), what} }

// take waits for a place, and returns how to leave it.
func (s *slots) take(r *http.Request) (leave func(), err error) {
	wait := time.NewTimer(slotWait)
	defer wait.Stop()
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free }, nil
	case <-r.Context().Done():
	case <-wait.C:
	}
	return nil, problem(http.StatusServiceUnavailable, "%d %s are being handled, which is the most at once; try again.", cap(s.free), s.what)
}

// isShort reports a body that waits for nobody; one of unknown length does.
func isShort(r *http.Request) bool { return r.ContentLength >= 0 && r.ContentLength <= shortBody }

// few has few of a route's answers made at once.
func (d *Admin) few(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave, err := d.large.take(r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}

// checkMembers refuses a document with an object of more members than any list
// of a session may have: each that is unknown would be explained.
func checkMembers(v any) error {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > quota.Records {
			return problem(http.StatusUnprocessableEntity, "An object of the body has %d members, and may have at most %d.", len(v), quota.Records)
		}
		for _, member := range v {
			if err := checkMembers(member); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := checkMembers(item); err != nil {
				return err
			}
		}
	}
	return nil
}
