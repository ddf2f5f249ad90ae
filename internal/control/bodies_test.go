package control

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// TestLongBodiesAtOnce holds how many long bodies are handled at once, that one
// of unknown length counts as long, and that short ones wait for nobody.
func TestLongBodiesAtOnce(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	of := func(ctx context.Context, length int64) *http.Request {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://a/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		return r
	}
	s := make(slots, longBodies)
	var leave []func()
	for range longBodies {
		l, err := s.take(of(t.Context(), shortBody+1))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	for _, length := range []int64{shortBody + 1, -1} {
		var p *Problem
		if _, err := s.take(of(over, length)); !errors.As(err, &p) || p.Status != http.StatusServiceUnavailable {
			t.Errorf("a body of %d bytes beside %d long ones: got %v, want 503", length, longBodies, err)
		}
	}
	if _, err := s.take(of(over, shortBody)); err != nil {
		t.Errorf("a short body waits: %v", err)
	}
	leave[0]()
	if _, err := s.take(of(t.Context(), -1)); err != nil {
		t.Errorf("the place that was left is not free: %v", err)
	}
}
