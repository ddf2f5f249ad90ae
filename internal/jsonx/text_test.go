package jsonx

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNearest holds which slips are recognized.
func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"required", "reference_number", "name", "note", "X-API-VERSION"}
	for in, want := range map[string]string{"requierd": "required", "Required": "required", "referencenumber": "reference_number", "nam": "name", "nte": "note",
		"x-api-version": "X-API-VERSION", "zzzzzz": "", "": "", "customer_identifier": ""} {
		if got := Nearest(in, known); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Nearest("x", nil); got != "" {
		t.Errorf("got %q of no names", got)
	}
}

// TestShort holds how values are shown: on one line, cut between characters.
func TestShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, "null"}, {"a\nb", `"a\nb"`}, {json.Number("1.50"), "1.50"}, {[]any{true, map[string]any{"b": nil, "a": "x"}}, `[true, {"a": "x", "b": null}]`},
		{strings.Repeat("x", 158), `"` + strings.Repeat("x", 158) + `"`},
		{strings.Repeat("x", 159), `"` + strings.Repeat("x", 159) + "…"},
		{strings.Repeat("x", 1000), `"` + strings.Repeat("x", 159) + "…"},
		{strings.Repeat("é", 1000), `"` + strings.Repeat(`\u00e9`, 26) + "…"},
		{"x" + strings.Repeat("é", 1000), `"x` + strings.Repeat(`\u00e9`, 26) + "…"},
		{strings.Repeat(`\`, 1000), `"` + strings.Repeat(`\\`, 79) + "…"},
		{strings.Repeat("x", 156) + `\\\`, `"` + strings.Repeat("x", 156) + `\\` + "…"},
		{strings.Repeat("x", 159) + "é", `"` + strings.Repeat("x", 159) + "…"},
		{make([]any, 100), "[" + strings.Repeat("null, ", 26) + "nul…"},
		{struct{ A int }{1}, `{"A":1}`}, {make(chan int), "chan int"},
	} {
		if got := Short(c.v); got != c.want {
			t.Errorf("%.50v: got %s, want %s", c.v, got, c.want)
		}
		if got := Short(c.v); len(got) > maxShort+len("…") {
			t.Errorf("%.50v: got %d bytes, want at most %d and an ellipsis", c.v, len(got), maxShort)
		}
	}
}

// TestNearestOfLongNames holds that a suggestion is looked for where there can
// be one only: the comparison takes time by the product of the lengths.
func TestNearestOfLongNames(t *testing.T) {
	t.Parallel()
	known := strings.Repeat("a", maxGuessed+1)
	if got := Nearest(known+"b", []string{known}); got != "" {
		t.Errorf("got a suggestion for a name of %d bytes", len(known)+1)
	}
	if got := Nearest("scenarois", []string{"scenarios", known}); got != "scenarios" {
		t.Errorf("got %q, want scenarios", got)
	}
}
