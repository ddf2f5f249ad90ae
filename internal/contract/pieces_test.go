package contract

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

// patch returns a scenario with operations, one of which may be bad.
func patch(n, bad int) map[string]any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"op": "remove", "path": "/note"}
	}
	if bad >= 0 {
		list[bad] = map[string]any{"op": json.Number("1"), "path": "/note"}
	}
	return map[string]any{"name": "a", "then": map[string]any{"patch": list}}
}

// TestPieces holds that a long array is validated whole, that an error has its
// place in it, and that what is found behind the first errors is not gathered.
func TestPieces(t *testing.T) {
	t.Parallel()
	m, err := Standalone(schemas.FS, "fixtures/scenario.json", "")
	if err != nil {
		t.Fatal(err)
	}
	const n = 10_000 // more than the schema admits
	good := m.Diagnostics("body", "", patch(n, -1))
	for _, bad := range []int{0, n / 3, n - 1} {
		diags := m.Diagnostics("body", "", patch(n, bad))
		want := jsonx.Pointer([]string{"then", "patch", strconv.Itoa(bad), "op"})
		if !slices.ContainsFunc(diags, func(f jsonx.Diagnostic) bool { return f.Pointer == want }) {
			t.Errorf("the item at %d is bad: got %v", bad, diags)
		}
	}
	if len(good) != 1 || !strings.HasSuffix(good[0].Rule, "at most 100 items, and has 10000") {
		t.Errorf("too many good items: got %v", good)
	}
	c, err := Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	empty := make([]any, 100_000)
	for i := range empty {
		empty[i] = map[string]any{"no": true}
	}
	diags := c.Model(c.Oldest(), model.ModelCustomerLocation).Diagnostics("body", "", map[string]any{"addresses": empty})
	if n := diags.Count(); n == 0 || n > 20*maxPiece {
		t.Errorf("of %d bad items %d errors were gathered", len(empty), n)
	}
}

// TestPiecesCoverTheWhole holds that each item of nested arrays is in one piece
// at least, at the place that the piece names.
func TestPiecesCoverTheWhole(t *testing.T) {
	t.Parallel()
	var value []any
	want := map[string]bool{}
	for i := range 40 {
		inner := make([]any, 10*i)
		for k := range inner {
			text := strconv.Itoa(i) + "/" + strconv.Itoa(k)
			inner[k], want["/a~1b/"+text] = text, true
		}
		value = append(value, inner)
	}
	seen := map[string]bool{}
	n := 0
	var look func(p piece, v any, at []string)
	look = func(p piece, v any, at []string) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				look(p, member, append(slices.Clone(at), name))
			}
		case []any:
			for i, item := range v {
				look(p, item, append(slices.Clone(at), strconv.Itoa(i)))
			}
		case string:
			place := p.pointer(jsonx.Pointer(at))
			if place != "/a~1b/"+v {
				t.Errorf("the item %s is named at %s", v, place)
			}
			seen[place] = true
		}
	}
	for p := range pieces(map[string]any{"a/b": value}) {
		if size := valuesIn(p.value); size > maxPiece && len(p.shifts) > 0 {
			t.Errorf("a piece has %d values", size)
		}
		if n++; len(p.shifts) > 0 || valuesIn(p.value) <= maxPiece {
			look(p, p.value, nil)
		}
	}
	if len(seen) != len(want) || n < 3 {
		t.Errorf("%d pieces have %d items, want %d", n, len(seen), len(want))
	}
}
