package contract

import (
	"fmt"
	"strings"
	"testing"

	"dispatchmock/internal/jsonx"
	"dispatchmock/schemas"
)

// TestManyErrors holds that of any number of broken rules the first few are
// shown, in the order in which all of them would be, with how many more there
// are, and that an error is no longer than a person reads.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	m, err := Standalone(schemas.FS, "admin/session.json", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"one": 1, "as many as are shown": jsonx.MaxShown, "one more": jsonx.MaxShown + 1, "many": 100_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := map[string]any{}
			for i := range n {
				doc[fmt.Sprintf("k%06d", i)] = true
			}
			diags := m.Diagnostics("body", "", doc)
			shown := min(n, jsonx.MaxShown)
			if text := diags.Error(); diags.Count() != n || n > shown && !strings.HasSuffix(text, fmt.Sprintf("\n… and %d more", n-shown)) {
				t.Errorf("counts %d errors, want %d, and to end with that: …%s", diags.Count(), n, text[max(0, len(text)-100):])
			}
			if diags, _ = diags.First(); len(diags) != shown {
				t.Fatalf("got %d errors, want %d", len(diags), shown)
			}
			for i, f := range diags {
				if want := fmt.Sprintf("/k%06d", i); f.Pointer != want {
					t.Errorf("error %d is about %s, want %s", i, f.Pointer, want)
				}
			}
		})
	}
	long := strings.Repeat("n", 1<<20)
	if text := m.Diagnostics("body", "", map[string]any{long: long}).Error(); len(text) > 2000 {
		t.Errorf("the error about a name of %d bytes has %d: %.300s", len(long), len(text), text)
	}
}

// TestManyMissing holds that what is missing still comes first where not all is
// shown.
func TestManyMissing(t *testing.T) {
	t.Parallel()
	m, err := Standalone(schemas.FS, "fixtures/scenario.json", "")
	if err != nil {
		t.Fatal(err)
	}
	doc := map[string]any{}
	for i := range 1000 {
		doc[fmt.Sprintf("a%04d", i)] = true
	}
	diags := m.Diagnostics("body", "", doc)
	if len(diags) != jsonx.MaxShown+1 || diags[0].Pointer != "/name" || diags[1].Pointer != "/then" || diags[2].Pointer != "/a0000" {
		t.Errorf("got %d errors that begin with %.500s, want the missing name and then before the unknown names", len(diags), diags)
	}
}
