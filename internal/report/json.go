package report

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"dispatchmock/internal/wire"
)

// MarshalJSON prints the entry so that nothing in it steers a terminal.
func (e Entry) MarshalJSON() ([]byte, error) {
	type entry Entry // without this method
	return marshal(entry(e))
}

// MarshalJSON prints the row so that nothing in it steers a terminal.
func (r Row) MarshalJSON() ([]byte, error) {
	type row Row // without this method
	return marshal(row(r))
}

// marshal prints a value as JSON in which characters that do not show
// (controls, marks of direction) are escaped.
func marshal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out []byte // once there is something to escape
	start := 0
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		if !unicode.IsPrint(r) {
			out = append(out, text[start:i]...)
			quoted := wire.AppendString(nil, string(text[i:i+size]))
			out = append(out, quoted[1:len(quoted)-1]...)
			start = i + size
		}
		i += size
	}
	if out == nil {
		return text, nil
	}
	return append(out, text[start:]...), nil
}
