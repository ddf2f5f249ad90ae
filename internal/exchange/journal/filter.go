package journal

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
)

// Filter says which exchanges are meant. What is left empty admits all.
type Filter struct {
	Session string
	// Status is a status such as 404, or a class such as 4xx.
	Status string
	Method string
	// Path is the whole path; a * in it stands for any text.
	Path string
	// Text stands anywhere in the exchange, in capitals or not.
	Text    string
	Verdict exchange.Verdict
	// Since is the earliest start, by the session's clock.
	Since time.Time
	// After and Before are IDs that the exchange's ID lies between; 0 is no
	// bound.
	After, Before uint64
	// Admin admits changes through the admin API as well.
	Admin bool
	// Limit is how many are returned at most; 0 is no limit.
	Limit int
}

// maxText is how long the texts of a filter may be, in bytes.
const maxText = 1024

// Check says what is wrong with the filter's texts.
func (f *Filter) Check() error {
	if len(f.Path) > maxText || len(f.Text) > maxText {
		return fmt.Errorf("path and text: each must have at most %d bytes, and they have %d and %d", maxText, len(f.Path), len(f.Text))
	}
	if _, _, ok := StatusRange(f.Status); !ok {
		return fmt.Errorf("status %q: must be a status such as 404, or a class such as 4xx", f.Status)
	}
	verdicts := []exchange.Verdict{exchange.VerdictOK, exchange.VerdictRejected, exchange.VerdictInvalid, exchange.VerdictSimulated, exchange.VerdictViolation}
	if f.Verdict != "" && !slices.Contains(verdicts, f.Verdict) {
		return fmt.Errorf("verdict %q: must be one of %q", f.Verdict, verdicts)
	}
	return nil
}

// StatusRange returns the statuses that a pattern such as 404 or 4xx admits.
func StatusRange(pattern string) (least, most int, ok bool) {
	if pattern == "" {
		return 0, 1000, true
	}
	class, isClass := strings.CutSuffix(strings.ToLower(pattern), "xx")
	n, err := strconv.Atoi(class)
	switch {
	case err != nil:
		return 0, 0, false
	case isClass:
		return n * 100, n*100 + 99, n >= 1 && n <= 5
	}
	return n, n, n >= 100 && n <= 999
}

// matcher returns a function that says whether the filter admits an exchange;
// the session and the bounds of the ID are the caller's to hold.
func (f *Filter) matcher() func(*exchange.Exchange) bool {
	least, most, ok := StatusRange(f.Status)
	if !ok {
		return func(*exchange.Exchange) bool { return false }
	}
	text := newSearch(f.Text)
	return func(x *exchange.Exchange) bool {
		return (f.Admin || !x.Admin) &&
			x.Status >= least && x.Status <= most &&
			(f.Method == "" || strings.EqualFold(f.Method, x.Method)) &&
			(f.Verdict == "" || f.Verdict == x.Verdict()) &&
			(f.Since.IsZero() || !x.Start.Before(f.Since)) &&
			(f.Path == "" || MatchPath(f.Path, x.Path)) &&
			(f.Text == "" || text.in(x))
	}
}

// MatchPath reports whether a path is what the pattern says, a * standing for
// any text.
func MatchPath(pattern, path string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == path
	}
	path, ok := strings.CutPrefix(path, first)
	for ok && star {
		first, rest, star = strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(path, first)
		}
		_, path, ok = strings.Cut(path, first)
	}
	return ok
}

// search looks for a text anywhere in exchanges. Letters of ASCII alone have
// two cases here: a body need not be UTF-8.
type search struct {
	text []byte // in lower case
	room []byte
}

func newSearch(text string) *search { return &search{text: appendLower(nil, text)} }

func (s *search) in(x *exchange.Exchange) bool {
	for _, t := range []string{x.Method, x.Path, x.RequestID, x.ClientID, x.Operation, x.VersionUsed, x.Scenario, x.Request.Head, x.Response.Head} {
		if holds(s, t) {
			return true
		}
	}
	if holds(s, x.Request.Body) || holds(s, x.Response.Body) || x.Err != nil && holds(s, x.Err.Error()) {
		return true
	}
	for _, violations := range [][]exchange.Violation{x.Problems, x.Violations, x.Deliberate} {
		for i := range violations {
			f := &violations[i]
			if holds(s, f.Rule) || holds(s, f.Value) || holds(s, f.Hint) || holds(s, f.Documented) || holds(s, f.Pointer) {
				return true
			}
		}
	}
	return false
}

func holds[T string | []byte](s *search, t T) bool {
	if len(t) < len(s.text) {
		return false
	}
	s.room = appendLower(s.room[:0], t)
	return bytes.Contains(s.room, s.text)
}

func appendLower[T string | []byte](dst []byte, t T) []byte {
	start := len(dst)
	dst = append(dst, t...)
	for i, c := range dst[start:] {
		if c >= 'A' && c <= 'Z' {
			dst[start+i] = c + 'a' - 'A'
		}
	}
	return dst
}
