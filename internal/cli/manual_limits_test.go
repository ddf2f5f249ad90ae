package cli

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/pattern"
	"dispatchmock/internal/quota"
)

// TestManualLimits holds the limits that limits.md names against those that are
// in force.
func TestManualLimits(t *testing.T) {
	t.Parallel()
	text := readPage(t, "limits")
	got := map[string]string{}
	for name, cells := range rowsUnder(t, text, "## Sessions") {
		got[name] = cells[1]
	}
	want := map[string]string{}
	for name, n := range map[string]int{
		"bytes of a session":                                                         quota.SessionBytes,
		"bytes of all sessions together":                                             quota.TotalBytes,
		"records of a session that the fixtures have not":                            quota.Records,
		"version pins of a session":                                                  quota.Pins,
		"snapshots of a session":                                                     quota.Snapshots,
		"scenarios of a session's own":                                               quota.Scenarios,
		"scenarios that are on in a session":                                         quota.ScenariosOn,
		"regular expressions of a scenario or an expectation":                        pattern.MaxCount,
		"bytes of a regular expression":                                              pattern.MaxLength,
		"bytes of the regular expressions of a scenario or an expectation, compiled": pattern.MaxBytes,
		"broken rules that are shown of a document":                                  jsonx.MaxShown,
	} {
		want[name] = fmt.Sprint(n)
	}
	if !maps.Equal(got, want) {
		t.Errorf("limits.md has the limits\n%v, want\n%v", got, want)
	}
	for _, sentence := range []string{
		fmt.Sprintf("%d changes a second", admin.MaxRate),
		fmt.Sprintf("%d subscriptions to the journal", journal.MaxSubscribers),
	} {
		if !strings.Contains(text, sentence) {
			t.Errorf("limits.md does not say %q", sentence)
		}
	}
}
