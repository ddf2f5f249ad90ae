// Package jsonx reads JSON strictly, names places in a document, reports what is
// wrong with them, and prints values in the vendor's form.
package jsonx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrSyntax is a place in a JSON text that breaks JSON's grammar, repeats a
// name or is no UTF-8.
type ErrSyntax struct {
	Line    int    // from 1
	Column  int    // in bytes, from 1
	Pointer string // JSON pointer of the value being read
	Rule    string
}

func (e *ErrSyntax) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Rule)
}

// space is JSON's white space.
const space = " \t\r\n"

// Parse reads one JSON text: numbers as json.Number, objects as
// map[string]any. Repeated names and invalid UTF-8 are errors.
func Parse(text []byte) (any, error) { return (*Reader)(nil).Parse(text) }

// Parse reads as the function Parse does.
func (r *Reader) Parse(text []byte) (any, error) {
	d := r.over(text)
	v, err := r.Read(d)
	offset := d.InputOffset()
	if err == nil {
		rest := bytes.TrimLeft(text[offset:], space)
		if len(rest) == 0 {
			return v, nil
		}
		offset, err = int64(len(text)-len(rest)), errors.New("more text after the value")
	}
	return nil, Syntax(err, text, offset)
}

// Syntax puts a line and a column to an error of the decoder; text is what was
// read, offset the place where the decoder stopped.
func Syntax(err error, text []byte, offset int64) error {
	s := &ErrSyntax{Rule: err.Error()}
	var in *jsontext.SyntacticError
	if errors.As(err, &in) {
		offset, s.Pointer = in.ByteOffset, string(in.JSONPointer)
		if in.Err != nil {
			s.Rule = strings.TrimPrefix(in.Err.Error(), "jsontext: ")
		}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		s.Rule, offset = "the text ends too early", int64(len(text))
	}
	offset = min(max(offset, 0), int64(len(text)))
	if rest, ok := bytes.CutPrefix(text[offset:], []byte(",")); ok {
		if end := bytes.TrimLeft(rest, space); len(end) > 0 && (end[0] == '}' || end[0] == ']') {
			s.Rule = fmt.Sprintf("no comma may stand before %q", end[0])
		}
	}
	before := text[:offset]
	s.Line = 1 + bytes.Count(before, []byte("\n"))
	s.Column = len(before) - bytes.LastIndexByte(before, '\n')
	return s
}

// ReadValue reads the decoder's next value.
func ReadValue(d *jsontext.Decoder) (any, error) { return (*Reader)(nil).Read(d) }

// Bounds of a number's literal, far beyond all that a 64-bit float holds. The
// JSON Schema library computes with exact fractions: past a million it gives
// up on an exponent and fails, and short of that it takes its time.
const (
	maxDigits   = 1000
	maxExponent = 1000
)

func measured(literal []byte) bool {
	digits, exponent := literal, []byte(nil)
	if i := bytes.IndexAny(literal, "eE"); i >= 0 {
		digits, exponent = literal[:i], literal[i+1:]
	}
	if len(digits) > maxDigits {
		return false
	}
	if exponent == nil {
		return true
	}
	n, err := strconv.Atoi(string(exponent))
	return err == nil && -maxExponent <= n && n <= maxExponent
}
