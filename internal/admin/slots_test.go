package admin

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// TestSlots holds how much is handled at once, and that a place that was left is
// free again.
func TestSlots(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	of := func(ctx context.Context) *http.Request {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://a/", nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	s := newSlots(2, "long bodies", 0)
	var leave []func()
	for range 2 {
		l, err := s.take(of(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	var p *Problem
	if _, err := s.take(of(over)); !errors.As(err, &p) || p.Status != http.StatusServiceUnavailable {
		t.Errorf("a third: got %v, want 503", err)
	}
	leave[0]()
	if _, err := s.take(of(t.Context())); err != nil {
		t.Errorf("the place that was left is not free: %v", err)
	}
}

// TestIsLong holds which bodies have to wait.
func TestIsLong(t *testing.T) {
	t.Parallel()
	for length, want := range map[int64]bool{0: false, shortBody: false, shortBody + 1: true, -1: true} {
		if got := isLong(&http.Request{ContentLength: length}); got != want {
			t.Errorf("%d bytes: got %v", length, got)
		}
	}
}
