// Package pattern compiles regular expressions that come from outside. A short
// text can stand for a large program, so that the size is known before.
package pattern

import (
	"fmt"
	"regexp"
	"regexp/syntax"
)

// Bounds on the patterns of one document.
const (
	// MaxCount is how many different patterns it may have.
	MaxCount = 64
	// MaxLength is how many bytes one may have as text.
	MaxLength = 1024
	// MaxBytes is how many bytes all of them may have compiled, as Size
	// estimates it.
	MaxBytes = 512 << 10
)

// Set is the patterns of one document; one that stands there twice is compiled
// once. The zero Set is empty. It is not safe for concurrent use.
type Set struct {
	known map[string]*regexp.Regexp // nil for those that were refused
	bytes int64
}

// Bytes returns how much memory the patterns hold, by estimate.
func (s *Set) Bytes() int64 { return s.bytes }

// Compile compiles a pattern, unless the set would pass its bounds. The error
// is a rule that the pattern breaks.
func (s *Set) Compile(text string) (*regexp.Regexp, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("must have at most %d bytes", MaxLength)
	}
	if re := s.known[text]; re != nil {
		return re, nil
	}
	if len(s.known) >= MaxCount {
		return nil, fmt.Errorf("is one regular expression too many: a document may have %d different ones", MaxCount)
	}
	if s.known == nil {
		s.known = map[string]*regexp.Regexp{}
	}
	s.known[text] = nil // that it was looked at counts, whatever becomes of it
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("is not a regular expression (RE2): %w", err)
	}
	size := Size(parsed)
	if s.bytes+size > MaxBytes {
		return nil, fmt.Errorf("would make the regular expressions of the document larger than the %d bytes that they may have compiled; repeat less, or name smaller classes", MaxBytes)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("is not a regular expression (RE2): %w", err)
	}
	s.bytes += size
	s.known[text] = re
	return re, nil
}

// What a compiled pattern holds, measured with Go 1.26 over patterns of each
// kind: up to 107 bytes an instruction and 13 a range of a class.
const (
	perPattern     = 1 << 10
	perInstruction = 112
	perRange       = 16
)

// unbounded is a size beyond all bounds that can still be multiplied by a
// repeat.
const unbounded = 1 << 40

// Size estimates how many bytes a pattern holds once it is compiled: repeats
// are copied out.
func Size(re *syntax.Regexp) int64 { return perPattern + size(re) }

func size(re *syntax.Regexp) int64 {
	n := int64(perInstruction)
	switch re.Op {
	case syntax.OpLiteral:
		n *= int64(len(re.Rune))
	case syntax.OpCharClass:
		n += perRange * int64(len(re.Rune)/2)
	case syntax.OpCapture:
		n *= 2
	}
	for _, sub := range re.Sub {
		n = min(n+size(sub), unbounded)
	}
	if re.Op == syntax.OpRepeat {
		copies := re.Max
		if copies < 0 {
			copies = re.Min + 1
		}
		n = min(n*int64(max(copies, 1)), unbounded)
	}
	return n
}
