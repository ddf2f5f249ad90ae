package cli

import (
	"strings"
	"testing"

	"dispatchmock/internal/wire"
)

// TestConnectionNote holds that exec, which keeps no log, says that
// connections were short, and else nothing.
func TestConnectionNote(t *testing.T) {
	t.Parallel()
	if got := connectionNote(wire.Connections{Open: 3, Limit: 2048}); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
	got := connectionNote(wire.Connections{Limit: 2048, Closed: 1, Refused: 2})
	for _, want := range []string{"limit of 2048", "1 connection closed", "2 requests answered 503"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want it to have %q", got, want)
		}
	}
}
