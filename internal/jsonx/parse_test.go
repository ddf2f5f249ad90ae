package jsonx

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// TestParse holds what good texts are read as.
func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want any
	}{
		{" null\n", nil},
		{"true", true},
		{"\t\"a\\u00e9\\ud83d\\ude00\"\r", "aé\U0001F600"},
		{"1.50", json.Number("1.50")},
		{"-0", json.Number("-0")},
		{strings.Repeat("9", 1000), json.Number(strings.Repeat("9", 1000))},
		{"1e1000", json.Number("1e1000")},
		{"1E-1000", json.Number("1E-1000")},
		{"[ ]", []any{}},
		{"{ }", map[string]any{}},
		{`{"a": [1, {"b": null}], "": "x"}`, map[string]any{"a": []any{json.Number("1"), map[string]any{"b": nil}}, "": "x"}},
	} {
		if got, err := Parse([]byte(c.text)); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.40q: got %#v, %v, want %#v", c.text, got, err, c.want)
		}
	}
}

// TestParseErrors holds that an error says where it is.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text   string
		line, column int
		pointer      string
		rule         string
	}{
		{"nothing", "", 1, 1, "", "the text ends too early"},
		{"white space", " \n ", 2, 2, "", "the text ends too early"},
		{"open object", "{\n\"a\": 1", 2, 7, "", "the text ends too early"},
		{"open text", "\"abc", 1, 5, "", "the text ends too early"},
		{"no value", "{\"a\": }", 1, 7, "/a", "missing value after object name"},
		{"comma at the end", "{\n\t\"a\": 1,\n}", 2, 8, "", "no comma may stand before '}'"},
		{"comma at the end of an array", "[1 , ]", 1, 4, "", "no comma may stand before ']'"},
		{"two commas", "[1,,2]", 1, 4, "/1", "invalid character ',' at start of value"},
		{"comma missing", "{\n\"a\": 1\n\"b\": 2}", 3, 1, "", "invalid character '\"' after object value"},
		{"single quotes", "{'a': 1}", 1, 2, "", "invalid character '\\'' at start of value"},
		{"comment", "{\n  // a\n}", 2, 3, "", "invalid character '/' at start of value"},
		{"name twice", "{\"a\": 1,\n \"b\": {\"c\": 1,\n  \"c\": 2}}", 3, 3, "/b/c", "duplicate object member name"},
		{"name twice, spelt otherwise", "{\"a\": 1, \"\\u0061\": 2}", 1, 10, "/a", "duplicate object member name"},
		{"invalid UTF-8", "[\n\"a\xff\"]", 2, 3, "/0", "invalid UTF-8"},
		{"lone surrogate", "\"\\ud800\"", 1, 2, "", "invalid surrogate pair"},
		{"control character", "\"a\nb\"", 1, 3, "", "invalid character '\\n' in string"},
		{"leading zero", "[01]", 1, 3, "", "invalid character '1' after array element"},
		{"NaN", "NaN", 1, 1, "", "invalid character 'N' at start of value"},
		{"more text", "{}\n  x", 2, 3, "", "more text after the value"},
		{"two values", "1 2", 1, 3, "", "more text after the value"},
		{"byte order mark", "\xef\xbb\xbf{}", 1, 1, "", "at start of value"},
		{"too many digits", "[1,\n " + strings.Repeat("9", 1001) + "]", 2, 2, "/1", "a number must have at most 1000 digits"},
		{"exponent too large", `{"a": 1e1001}`, 1, 7, "/a", "an exponent of at most 1000"},
		{"exponent too small", `{"a": 1e-1001}`, 1, 7, "/a", "an exponent of at most 1000"},
		{"exponent of many digits", `{"a": -1E+9999999999999999999999}`, 1, 7, "/a", "an exponent of at most 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := Parse([]byte(c.text))
			var s *ErrSyntax
			if !errors.As(err, &s) {
				t.Fatalf("%.60q: got %#v, %v, want an ErrSyntax", c.text, v, err)
			}
			if s.Line != c.line || s.Column != c.column || s.Pointer != c.pointer || !strings.Contains(s.Rule, c.rule) {
				t.Errorf("%.60q: got line %d, column %d, %q: %s\nwant line %d, column %d, %q: … %s …", c.text, s.Line, s.Column, s.Pointer, s.Rule, c.line, c.column, c.pointer, c.rule)
			}
			place := "line " + strconv.Itoa(c.line) + ", column " + strconv.Itoa(c.column) + ": "
			if !strings.HasPrefix(s.Error(), place) {
				t.Errorf("got %q, want it to begin with %q", s.Error(), place)
			}
		})
	}
}

// TestParseDepth holds that deep nesting is an error, and no overflow.
func TestParseDepth(t *testing.T) {
	t.Parallel()
	for _, open := range []string{"[", `{"a":`} {
		if v, err := Parse([]byte(strings.Repeat(open, 1_000_000))); err == nil || !strings.Contains(err.Error(), "depth") {
			t.Errorf("a million times %s: got %T, %.200v, want an error about the depth", open, v, err)
		}
	}
}

// TestSyntaxOffsets holds that no offset of a decoder makes Syntax fail.
func TestSyntaxOffsets(t *testing.T) {
	t.Parallel()
	for _, offset := range []int64{-1, 0, 3, 4, 1 << 40} {
		var s *ErrSyntax
		if !errors.As(Syntax(errors.New("rule"), []byte("a\nb"), offset), &s) || s.Line < 1 || s.Line > 2 || s.Column < 1 || s.Rule != "rule" {
			t.Errorf("offset %d: got %+v, want a place within the text", offset, s)
		}
	}
}

// FuzzParse holds Parse against the standard library.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a": [1, 2.5e3, "x\n\u00e9"], "b": null}`, `{"a":1,"a":2}`, `"\ud800"`, "\"\xff\"", "1e1001", "[1,]", " \r\n\ttrue ", "1 2", "-", "01", `{"a"`, "\xef\xbb\xbf1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Parse(in)
		if err != nil {
			var s *ErrSyntax
			if !errors.As(err, &s) || s.Line < 1 || s.Column < 1 || s.Rule == "" || s.Line > 1+bytes.Count(in, []byte("\n")) || s.Column > len(in)+1 {
				t.Fatalf("got the error %#v, want one with a place in the text and a rule", err)
			}
			if json.Valid(in) && !stricter(in) {
				t.Fatalf("%q: %v, want it read as encoding/json does", in, err)
			}
			return
		}
		want, err := decode(in)
		if err != nil {
			t.Fatalf("%q is read as %#v, and encoding/json says %v", in, got, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as %#v, want %#v", in, got, want)
		}
	})
}

// stricter reports a text that encoding/json takes and Parse must not: a
// repeated name, invalid UTF-8, a lone surrogate, an immense number.
func stricter(text []byte) bool {
	if !utf8.Valid(text) {
		return true
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		t, err := d.ReadToken()
		if err != nil {
			return !strings.Contains(err.Error(), "EOF")
		}
		if t.Kind() == '0' && len(t.String()) > 4 {
			mantissa, exponent, _ := strings.Cut(strings.ToLower(t.String()), "e")
			if n, err := strconv.Atoi(exponent); len(mantissa) > 1000 || exponent != "" && (err != nil || n > 1000 || n < -1000) {
				return true
			}
		}
	}
}
