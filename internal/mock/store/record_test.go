package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// FuzzRecord holds that a record is read as the tree that it was printed from,
// and that its texts are those of the tree.
func FuzzRecord(f *testing.F) {
	for _, text := range []string{`{}`, `{"a": null, "b": true, "c": false, "d": 1.0, "e": 9223372036854775807, "f": "x"}`,
		`{"list": [], "lists": [[], [1, [2]], {}, {"a": {}}], "object": {"a": {"b": [null]}}}`,
		`{"quote \" and \\": "\"", "é": "\ud83d\ude00 \u0000 \\\"", ", ": "}, ]", "\\": "\\\\"}`, `{"is_active": {"is_active": [true, "is_active"]}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := jsonx.Parse([]byte(text))
		tree, ok := parsed.(map[string]any)
		if err != nil || !ok {
			return
		}
		d, err := printTree(tree)
		if err != nil {
			t.Fatal(err)
		}
		r := Record{document: d}
		if got := r.Tree(); !reflect.DeepEqual(got, tree) {
			t.Fatalf("%s is read as %v, want %v", d, got, tree)
		}
		texts := map[string]string{}
		for name, text := range r.Texts() {
			texts[name] = text
		}
		maps.DeleteFunc(tree, func(_ string, v any) bool { _, ok := v.(string); return !ok })
		if len(tree) != len(texts) {
			t.Fatalf("got the texts %q of %s, want those of %v", texts, d, tree)
		}
		for name, text := range texts {
			if tree[name] != text {
				t.Fatalf("%s: got the text %q of %q, want %q", d, text, name, tree[name])
			}
		}
	})
}

// TestNewRecord holds what of a record the mock must be able to read.
func TestNewRecord(t *testing.T) {
	t.Parallel()
	const whole = "must be written as a whole number of at most 64 bits"
	for _, c := range []struct {
		name, member string
		value        any
		want         string
	}{
		{"good", "id", json.Number("-9223372036854775808"), ""},
		{"member that nobody knows", "nickname", []any{"x"}, ""},
		{"identifier absent", "id", nil, "id: " + whole},
		{"identifier with a fraction", "id", json.Number("1.0"), "id: " + whole},
		{"identifier beyond 64 bits", "location_id", json.Number("9223372036854775808"), "location_id: " + whole},
		{"identifier of another type", "location_id", "1", "location_id: " + whole},
		{"activity absent", "is_active", nil, "is_active: must be true or false"},
		{"activity of another type", "is_active", json.Number("1"), "is_active: must be true or false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree := model.Tree{"id": json.Number("1"), "location_id": json.Number("2"), "is_active": true}
			tree[c.member] = c.value
			r, err := NewRecord(7, tree)
			if c.want != "" {
				var member *ErrMember
				if !errors.As(err, &member) || err.Error() != c.want || member.Name != c.member {
					t.Errorf("got %v, want %s", err, c.want)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(r.Tree(), tree) || r.Key.Tenant != 7 || r.Key.Location != 2 || !r.Active || fmt.Sprint(r.Key.Customer) != fmt.Sprint(tree["id"]) {
				t.Errorf("got %+v, %v of %v", r, err, tree)
			}
		})
	}
}

// TestRecordNeverChanges holds that neither a tree nor a deactivation changes
// the record that it comes from.
func TestRecordNeverChanges(t *testing.T) {
	t.Parallel()
	list := []any{map[string]any{"line_1": "first"}}
	made := model.Tree{"id": json.Number("1"), "location_id": json.Number("2"), "is_active": true, "addresses": list, "name": "was"}
	r, err := NewRecord(1, made)
	if err != nil {
		t.Fatal(err)
	}
	want := textOf(r)
	made["name"], list[0].(map[string]any)["line_1"] = "is", "second"
	tree := r.Tree()
	tree["name"], tree["addresses"].([]any)[0].(model.Tree)["line_1"] = "is", "second"
	if _, older, err := r.Print("2019/02/08"); err != nil || older["id"] != nil || older["customer_id"] != json.Number("1") {
		t.Errorf("got %v, %v in the oldest shape", older, err)
	}
	off := r.deactivated(new(time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)))
	if textOf(r) != want || !r.Active {
		t.Errorf("got %s, want it to be %s still", textOf(r), want)
	}
	if got, want := textOf(off), strings.Replace(strings.Replace(want, "true", "false", 1), `"location_id"`, `"last_updated_on": "2022-08-20T01:38:16.000000", "location_id"`, 1); got != want || off.Active {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestBaseIsACopy holds that records of a base do not share their bytes: each
// can be appended to.
func TestBaseIsACopy(t *testing.T) {
	t.Parallel()
	base := someBase(40)
	for _, r := range base.records {
		if d := r.document; cap(d) != len(d) {
			t.Fatalf("%v has room for %d bytes behind its %d", r.Key, cap(d)-len(d), len(d))
		}
	}
}
