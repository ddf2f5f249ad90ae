package jsonx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendJSON appends v in the vendor's form: one line, members sorted by name,
// ", " between members and ": " after names, everything outside printable
// ASCII escaped (grade I: of the usual forms only this one gives the page's
// Content-Length of 1032). Values are nil, bool, string, json.Number, []any
// and map[string]any; a json.Number is printed as it stands.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return AppendString(dst, v), nil
	case json.Number:
		return append(dst, v...), nil
	case []any:
		return appendArray(dst, v)
	case map[string]any:
		return appendObject(dst, v)
	}
	return dst, fmt.Errorf("%T has no JSON form", v)
}

func appendArray(dst []byte, items []any) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if dst, err = AppendJSON(dst, item); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, object map[string]any) ([]byte, error) {
	var room [24]string // the models have fewer members, so no allocation
	names := room[:0]
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	var err error
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(AppendString(dst, name), ": "...)
		if dst, err = AppendJSON(dst, object[name]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// AppendString appends s as a JSON string of printable ASCII; characters above
// U+FFFF become surrogate pairs. Bytes that are no UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c <= '~' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		dst = appendEscape(dst, r)
		i += size
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	if r > 0xFFFF {
		r -= 0x10000
		dst = appendUnit(dst, 0xD800+r>>10)
		return appendUnit(dst, 0xDC00+r&0x3FF)
	}
	return appendUnit(dst, r)
}

func appendUnit(dst []byte, u rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}

// Number returns the form in which the server's language would print a JSON
// number that it has read: a whole number as it stands, any other as the
// shortest text that reads back to the same 64-bit float, with at least one
// digit behind the point (grade I). A number beyond 64-bit floats is an error.
func Number(literal string) (string, error) {
	if !strings.ContainsAny(literal, ".eE") {
		if literal == "-0" {
			return "0", nil
		}
		return literal, nil
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.IsInf(f, 0) {
		return "", fmt.Errorf("%s is no number of 64 bits", literal)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64), nil
	}
	b := strconv.AppendFloat(make([]byte, 0, 24), f, 'f', -1, 64)
	if !bytes.Contains(b, []byte{'.'}) {
		b = append(b, ".0"...)
	}
	return string(b), nil
}
