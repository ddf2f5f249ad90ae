package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

// Parse reads one JSON text: numbers as json.Number, objects as
// map[string]any. Repeated names and invalid UTF-8 are errors.
func Parse(text []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	v, err := ReadValue(d)
	if err == nil {
		var extra jsontext.Token
		if extra, err = d.ReadToken(); err == io.EOF {
			return v, nil
		} else if err == nil {
			err = fmt.Errorf("more text after the value, at %s", extra)
		}
	}
	return nil, Syntax(err, text, d.InputOffset())
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
	before := text[:min(max(offset, 0), int64(len(text)))]
	s.Line = 1 + bytes.Count(before, []byte("\n"))
	s.Column = len(before) - bytes.LastIndexByte(before, '\n')
	return s
}

// ReadValue reads the decoder's next value.
func ReadValue(d *jsontext.Decoder) (any, error) { return (*Reader)(nil).Read(d) }
