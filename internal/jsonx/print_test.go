package jsonx

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestAppendJSON holds the vendor's form of each kind of value.
func TestAppendJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"null", nil, `null`},
		{"true", true, `true`},
		{"false", false, `false`},
		{"number as it stands", json.Number("-123.0952858"), `-123.0952858`},
		{"number with an exponent", json.Number("1e+16"), `1e+16`},
		{"empty text", "", `""`},
		{"empty array", []any{}, `[]`},
		{"empty object", map[string]any{}, `{}`},
		{"one item", []any{nil}, `[null]`},
		{"items", []any{json.Number("1"), "a", []any{}, map[string]any{}}, `[1, "a", [], {}]`},
		{"members", map[string]any{"b": json.Number("1"), "a": nil}, `{"a": null, "b": 1}`},
		{"sorted by bytes", map[string]any{"é": nil, "a": nil, "Z": nil, "_": nil, "a1": nil, "a_": nil, "": nil},
			`{"": null, "Z": null, "_": null, "a": null, "a1": null, "a_": null, "\u00e9": null}`},
		{"nested", map[string]any{"x": []any{map[string]any{"y": []any{true}}}}, `{"x": [{"y": [true]}]}`},
		{"escaped name", map[string]any{"a\"\n": ""}, `{"a\"\n": ""}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := AppendJSON([]byte("before "), c.v)
			if err != nil || string(got) != "before "+c.want {
				t.Errorf("got %q, %v, want %q behind what was there", got, err, "before "+c.want)
			}
		})
	}
}

// TestAppendJSONOfManyMembers holds that the order does not end where the
// printer's own room for names does.
func TestAppendJSONOfManyMembers(t *testing.T) {
	t.Parallel()
	object := map[string]any{}
	var want []string
	for i := range 100 {
		name := strconv.Itoa(1000 + i)
		object[name] = json.Number(name)
		want = append(want, `"`+name+`": `+name)
	}
	if got, err := AppendJSON(nil, object); err != nil || string(got) != "{"+strings.Join(want, ", ")+"}" {
		t.Errorf("got %.200q, %v, want all members sorted", got, err)
	}
}

// TestAppendJSONRefuses holds that what has no JSON form is an error, at any
// depth.
func TestAppendJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, v := range []any{1, int64(1), 1.5, math.NaN(), []string{"a"}, map[string]string{}, struct{}{}, []byte("x"), json.RawMessage("1")} {
		for _, in := range []any{v, []any{nil, v}, map[string]any{"a": []any{v}}} {
			if got, err := AppendJSON(nil, in); err == nil || !strings.Contains(err.Error(), reflect.TypeOf(v).String()) {
				t.Errorf("%#v: got %q, %v, want an error that names %T", in, got, err, v)
			}
		}
	}
}

// TestAppendString holds the escapes; the wanted forms are those of the
// server's language.
func TestAppendString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "George Jones!!!?", `George Jones!!!?`},
		{"quote, backslash, slash", `"\/`, `\"\\/`},
		{"named controls", "\b\f\n\r\t", `\b\f\n\r\t`},
		{"other controls", "\x00\x01\x0b\x1f", `\u0000\u0001\u000b\u001f`},
		{"borders of printable ASCII", " ~\x7f\u0080", ` ~\u007f\u0080`},
		{"two bytes", "é", `\u00e9`},
		{"three bytes", "€\u2028\u2029", `\u20ac\u2028\u2029`},
		{"around the surrogates", "\ud7ff\ue000", `\ud7ff\ue000`},
		{"last of the plane", "\ufffd\uffff", `\ufffd\uffff`},
		{"first pair", "\U00010000", `\ud800\udc00`},
		{"emoji", "\U0001F600", `\ud83d\ude00`},
		{"last pair", "\U0010FFFF", `\udbff\udfff`},
		{"right to left", "שלום", `\u05e9\u05dc\u05d5\u05dd`},
		{"markup", "<a href='x'>&</a>", `<a href='x'>&</a>`},
		{"lone byte", "a\xffb", `a\ufffdb`},
		{"two lone bytes", "\xc3\xc3", `\ufffd\ufffd`},
		{"cut sequence", "a\xe2\x82", `a\ufffd\ufffd`},
		{"surrogate in UTF-8", "\xed\xa0\x80", `\ufffd\ufffd\ufffd`},
		{"too long a form", "\xc0\x80", `\ufffd\ufffd`},
		{"beyond Unicode", "\xf4\x90\x80\x80", `\ufffd\ufffd\ufffd\ufffd`},
		{"escape at both ends", "\nmiddle\n", `\nmiddle\n`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := string(AppendString([]byte("x"), c.in)); got != `x"`+c.want+`"` {
				t.Errorf("%q: got %s, want x\"%s\"", c.in, got, c.want)
			}
		})
	}
}

// TestNumber holds the forms in which the server's language prints the numbers
// that it has read.
func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"0", "0"},
		{"-0", "0"},
		{"7", "7"},
		{"-7", "-7"},
		{"9223372036854775808", "9223372036854775808"},
		{"123456789012345678901234567890", "123456789012345678901234567890"},
		{"0.0", "0.0"},
		{"-0.0", "-0.0"},
		{"-0e0", "-0.0"},
		{"0e5", "0.0"},
		{"1.0", "1.0"},
		{"1e0", "1.0"},
		{"1E2", "100.0"},
		{"1e+2", "100.0"},
		{"1.50", "1.5"},
		{"48.080076", "48.080076"},
		{"-123.0952858", "-123.0952858"},
		{"1e15", "1000000000000000.0"},
		{"1e16", "1e+16"},
		{"9999999999999998.0", "9999999999999998.0"},
		{"9999999999999999.0", "1e+16"},
		{"123456789012345680.0", "1.2345678901234568e+17"},
		{"1e22", "1e+22"},
		{"1e23", "1e+23"},
		{"0.0001", "0.0001"},
		{"0.00001", "1e-05"},
		{"1e-5", "1e-05"},
		{"0.000123", "0.000123"},
		{"1.5e-5", "1.5e-05"},
		{"-1e-7", "-1e-07"},
		{"5e-324", "5e-324"},
		{"1e-324", "0.0"},
		{"-1e-324", "-0.0"},
		{"2.2250738585072014e-308", "2.2250738585072014e-308"},
		{"1.7976931348623157e308", "1.7976931348623157e+308"},
		{"0.10000000000000001", "0.1"},
		{"0.30000000000000004", "0.30000000000000004"},
		{"1e100", "1e+100"},
		{"1e-100", "1e-100"},
		{"100000000000000000000.5", "1e+20"},
		{"179.99999999999999999", "180.0"},
	} {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			if got, err := Number(c.in); err != nil || got != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
	for _, in := range []string{"1e309", "-1e309", "1.7976931348623159e308", "1e999999999999999999"} {
		if got, err := Number(in); err == nil || !strings.HasPrefix(err.Error(), in) {
			t.Errorf("%s: got %q, %v, want an error that begins with the number", in, got, err)
		}
	}
}

// FuzzNumber holds that the printed form of any JSON number is one, of the
// same value, and its own printed form.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.50", "-1e-7", "1e16", "1e15", "9999999999999999.0", "1e309", "0.00001", "5e-324", "123456789012345678901234567890"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if c := in + " "; !json.Valid([]byte(in)) || c[0] != '-' && (c[0] < '0' || c[0] > '9') || strings.TrimSpace(in) != in {
			t.Skip("no JSON number")
		}
		got, err := Number(in)
		value, rangeErr := strconv.ParseFloat(in, 64)
		whole := !strings.ContainsAny(in, ".eE")
		if err != nil {
			if whole || rangeErr == nil {
				t.Fatalf("%s: %v, want a form", in, err)
			}
			return
		}
		if !json.Valid([]byte(got)) {
			t.Fatalf("%s is printed as %s, want JSON", in, got)
		}
		if back, _ := strconv.ParseFloat(got, 64); back != value || !whole && math.Signbit(back) != math.Signbit(value) {
			t.Fatalf("%s is printed as %s, want the same value", in, got)
		}
		if strings.ContainsAny(got, ".e") == whole {
			t.Fatalf("%s is printed as %s, want a whole number as such, and no other", in, got)
		}
		if again, err := Number(got); err != nil || again != got {
			t.Fatalf("%s is printed as %s and then as %s, %v, want the same again", in, got, again, err)
		}
	})
}

// FuzzAppendJSON prints what can be read: it must be JSON in printable ASCII,
// say the same, and not change when it is read and printed again.
func FuzzAppendJSON(f *testing.F) {
	for _, s := range []string{`{"b": [1, 2.50, null], "a": "é\ud83d\ude00\u0000"}`, `"\u2028<&>\\\""`, `[]`, `[{"": {}}]`, `-0`, `1e400`, `"` + "\xff" + `"`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		tree, err := decode(in)
		if err != nil {
			// Any bytes are a text, too.
			tree = string(in)
		}
		out, err := AppendJSON(nil, tree)
		if err != nil {
			t.Fatalf("%#v: %v", tree, err)
		}
		for i, c := range out {
			if c < ' ' || c > '~' {
				t.Fatalf("byte %d of %q is %#x, want printable ASCII", i, out, c)
			}
		}
		back, err := decode(out)
		if err != nil {
			t.Fatalf("%q is not JSON: %v", out, err)
		}
		if want := repaired(tree); !reflect.DeepEqual(back, want) {
			t.Fatalf("%q reads back as %#v, want %#v", out, back, want)
		}
		if again, err := AppendJSON(nil, back); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("got %q the second time, %v, want %q", again, err, out)
		}
	})
}

// decode reads JSON with the standard library.
func decode(text []byte) (any, error) {
	if !json.Valid(text) {
		return nil, strconv.ErrSyntax
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// repaired puts U+FFFD in the place of each byte that is no UTF-8.
func repaired(v any) any {
	switch v := v.(type) {
	case string:
		if utf8.ValidString(v) {
			return v
		}
		return string([]rune(v))
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = repaired(v[i])
		}
		return items
	case map[string]any:
		object := map[string]any{}
		for name := range v {
			object[repaired(name).(string)] = repaired(v[name])
		}
		return object
	}
	return v
}
