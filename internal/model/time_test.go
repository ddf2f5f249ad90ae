package model

import (
	"encoding/json"
	"testing"
	"time"
)

// TestParseInstant holds that what is taken has a form wherever it is printed.
func TestParseInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want string // by UTC, or "" where it is refused
	}{
		{"2022-08-20T01:38:16Z", "2022-08-20T01:38:16Z"},
		{"2022-08-20T01:38:16.000000001+23:59", "2022-08-19T01:39:16.000000001Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"0000-12-31T23:59:59Z", ""},
		{"9999-12-31T23:59:59-01:00", ""},
		{"2022-08-20T01:38:16+24:00", ""},
		{"2022-08-20T01:38:16-24:00", ""},
		{"2022-08-20T01:38:16+24:59", ""},
		{"2022-08-20T01:38:16", ""},
		{"10000-01-01T00:00:00Z", ""},
		{"", ""},
	} {
		got, err := ParseInstant(c.text)
		if c.want == "" {
			if err == nil {
				t.Errorf("%q: got %v, want it refused", c.text, got)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%q: got %v and %v, want %s", c.text, got, err, c.want)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}
