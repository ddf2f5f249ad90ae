package session_test

import (
	"errors"
	"fmt"
	"testing"

	"dispatchmock/internal/session"
)

// TestDocumentsAreBounded holds that what sessions were made of is bounded over
// all of them, and that a session that ends gives its part back.
func TestDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	all, _ := newSessions(session.Options{})
	made := make([]byte, session.MaxMade/4)
	for i := range 4 {
		if _, err := all.Create(session.Spec{ID: fmt.Sprint("a", i), Made: made}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := all.Create(session.Spec{ID: "more", Made: []byte("{}")}); !errors.Is(err, session.ErrHeavy) {
			t.Errorf("got %v, want %v", err, session.ErrHeavy)
		}
		if err := all.Drop("a1"); err != nil {
			t.Fatal(err)
		}
		if _, err := all.Create(session.Spec{ID: "a1", Made: made}); err != nil {
			t.Errorf("after a drop: %v", err)
		}
	}
}
