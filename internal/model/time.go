package model

import (
	"errors"
	"fmt"
	"time"
)

// TimestampLayout is the form of the vendor's timestamps: microseconds, no
// zone (grade P, the sample).
const TimestampLayout = "2006-01-02T15:04:05.000000"

// Timestamp prints t in the vendor's form; that the missing zone is UTC is
// assumed (grade A).
func Timestamp(t time.Time) string { return t.UTC().Format(TimestampLayout) }

// ParseTimestamp reads the vendor's form: no zone, and either six digits of a
// second's fraction or, as the server's language prints a whole second, none
// (grade I).
func ParseTimestamp(s string) (time.Time, error) {
	layout := TimestampLayout
	if len(s) == len("2006-01-02T15:04:05") {
		layout = layout[:len(s)]
	} else if len(s) != len(layout) || s[len("2006-01-02T15:04:05")] != '.' { // time.Parse takes a comma, too
		return time.Time{}, fmt.Errorf("%q has not the form of %s", s, layout)
	}
	return time.Parse(layout, s)
}

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
