package jsonx_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/wire"
)

// TestReader holds that a reader whose values were given back reads as one
// that shares nothing.
func TestReader(t *testing.T) {
	t.Parallel()
	r := jsonx.NewReader()
	long := strings.Repeat("é", 500)
	var many strings.Builder // more texts than a reader has places for
	for i := range 5000 {
		fmt.Fprintf(&many, `"%d", `, i)
	}
	for _, c := range []struct{ name, text string }{
		{"object", `{"a": 1, "b": [true, null, {"a": "x"}]}`},
		{"fewer members", `{"a": "1"}`},
		{"no members", `{}`},
		{"a number and a text of the same letters", `["1", 1, "1"]`},
		{"escapes", `{"\u0061": "a\n\"\ud83d\ude00"}`},
		{"long text", `["` + long + `", "` + long + `x"]`},
		{"many texts", "[" + many.String() + `""]`},
		{"many members", `{"a":` + strings.Repeat(`{"b":`, 60) + "1" + strings.Repeat(`, "c": 2}`, 60) + "}"},
		{"empty array", `[[], [[]]]`},
		{"cut off", `{"a": [1, `},
		{"no name", `{1: 2}`},
		{"object for a name", `{{}: 2}`},
		{"no value", `{"a": }`},
		{"name twice", `{"a": 1, "\u0061": 2}`},
		{"wrong end", `[1}`},
		{"no UTF-8", "[\"\xff\"]"},
		{"nothing", ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, wantErr := jsonx.ReadValue(jsontext.NewDecoder(strings.NewReader(c.text)))
			for range 3 {
				got, err := r.Read(jsontext.NewDecoder(strings.NewReader(c.text)))
				if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
					t.Fatalf("got %#v, %v\nwant %#v, %v", got, err, want, wantErr)
				}
				r.Done(got)
			}
		})
	}
}

// TestPrintSize holds that a short body keeps no room that it does not need.
func TestPrintSize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 300, 1000, 5000} {
		body, err := wire.Print(strings.Repeat("x", n))
		if err != nil {
			t.Fatal(err)
		}
		if got := cap(body.Bytes); got > 2*len(body.Bytes)+64 {
			t.Errorf("%d bytes keep room for %d", len(body.Bytes), got)
		}
	}
}
