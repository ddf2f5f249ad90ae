package model

import (
	"errors"
	"time"
)

// ErrYears says that a time cannot be printed: HTTP dates and the vendor's
// timestamps have years of four digits.
var ErrYears = errors.New("must lie in the years 1 to 9999, by UTC")

// ParseInstant reads a time of RFC 3339 and returns it by UTC, where what is
// printed of it later has a form.
func ParseInstant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	// time.Parse takes offsets of 24 hours, for which RFC 3339 has no form.
	if _, offset := t.Zone(); err != nil || offset <= -day || offset >= day {
		return t, errors.New("must be a time of RFC 3339 with its zone, such as 2022-08-20T01:38:16Z")
	}
	t = t.UTC()
	if !HasForm(t) {
		return t, ErrYears
	}
	return t, nil
}

const day = 24 * 60 * 60 // seconds

// HasForm reports a time that can be printed.
func HasForm(t time.Time) bool { y := t.UTC().Year(); return y >= 1 && y <= 9999 }
