package journal

import (
	"bytes"

	"dispatchmock/internal/exchange"
)

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
