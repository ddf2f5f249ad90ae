package e2e

import (
	"strings"
	"testing"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
)

// TestGoldenReplays saves and replays the session of each golden exchange:
// whatever a client can send, a bundle has it again.
func TestGoldenReplays(t *testing.T) {
	t.Parallel()
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := testkit.Start(t, g.settings)
			for _, x := range g.exchanges {
				r.Raw(t, x.request)
			}
			b := r.Bundle(t, session.DefaultID)
			skipped := 0
			for _, x := range b.Exchanges {
				if len(x.Request.Head) == 0 {
					skipped++
				}
			}
			if name, _, _ := strings.Cut(g.name, "/"); skipped > 0 && name != "wire" {
				t.Errorf("of %d of %d requests nothing was kept to send", skipped, len(b.Exchanges))
			}
			r.WantReplay(t, session.DefaultID, skipped)
		})
	}
}
