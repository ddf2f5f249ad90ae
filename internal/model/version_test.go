package model

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"
)

// versions are the page's, written here by hand.
var versions = []Version{"2019/02/08", "2021/04/07", "2021/05/07", "2021/08/02", "2021/11/04", "2023/04/19"}

// TestVersionRoundTrip holds that going to a version and back changes nothing,
// starting from either shape.
func TestVersionRoundTrip(t *testing.T) {
	t.Parallel()
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			for name, newest := range map[string]Tree{
				"a record": {"id": json.Number("7"), "is_active": true, "addresses": []any{Tree{"id": json.Number("9")}}},
				"null":     {"id": nil, "name": nil},
				"absent":   {"name": "x"},
			} {
				there := maps.Clone(newest)
				if other := ToVersion(there, v); other != (v < "2021/04/07") {
					t.Errorf("%s: got %v for whether the shape is another", name, other)
				}
				older := maps.Clone(there)
				FromVersion(there, v)
				if !reflect.DeepEqual(there, newest) {
					t.Errorf("%s: got %v after a round trip, want %v", name, there, newest)
				}
				ToVersion(there, v)
				if !reflect.DeepEqual(there, older) {
					t.Errorf("%s: got %v the second time, want %v", name, there, older)
				}
			}
		})
	}
}

// TestToVersion holds the page's one breaking change: customer_id was renamed
// to id on 2021/04/07.
func TestToVersion(t *testing.T) {
	t.Parallel()
	for _, v := range append(slices.Clone(versions), "2018/01/01", "2021/04/06", "2099/01/01") {
		tree := Tree{"id": json.Number("7"), "location_id": json.Number("8"), "addresses": []any{Tree{"id": json.Number("9")}}}
		ToVersion(tree, v)
		want := "id"
		if v < "2021/04/07" {
			want = "customer_id"
		}
		if names := slices.Sorted(maps.Keys(tree)); len(names) != 3 || tree[want] != json.Number("7") {
			t.Errorf("%s: got %v, want the customer's identifier as %s and nothing else", v, tree, want)
		}
		if inner := tree["addresses"].([]any)[0].(Tree); inner["id"] != json.Number("9") || len(inner) != 1 {
			t.Errorf("%s: got the address %v, want it as it was", v, inner)
		}
	}
}

// TestVersionsWithoutTheMember holds that a change of a member that is not
// there brings none.
func TestVersionsWithoutTheMember(t *testing.T) {
	t.Parallel()
	for _, v := range versions {
		tree := Tree{"name": "x"}
		ToVersion(tree, v)
		FromVersion(tree, v)
		if len(tree) != 1 {
			t.Errorf("%s: got %v, want it as it was", v, tree)
		}
	}
	tree := Tree{"id": nil}
	if ToVersion(tree, "2019/02/08"); len(tree) != 1 || !reflect.DeepEqual(tree, Tree{"customer_id": nil}) {
		t.Errorf("got %v, want null under the older name", tree)
	}
}

// TestChanges holds that the changes are dated, in order and quote the page.
func TestChanges(t *testing.T) {
	t.Parallel()
	changes := Changes()
	for i, c := range changes {
		if !slices.Contains(versions, c.Version) || c.Sentence == "" || c.Model == "" || c.Upgrade == nil || c.Downgrade == nil {
			t.Errorf("change %d is %+v, want a version of the page and all parts", i, c)
		}
	}
	if !slices.IsSortedFunc(changes, func(a, b Change) int { return len(a.Version) - len(b.Version) }) ||
		!slices.IsSortedFunc(changes, func(a, b Change) int { return compare(a.Version, b.Version) }) {
		t.Errorf("got %v, want the oldest first", changes)
	}
	Changes()[0].Version = "spoilt"
	if Changes()[0].Version == "spoilt" {
		t.Error("a caller can change the list of changes")
	}
}

func compare(a, b Version) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestParseTimestamp holds the vendor's form and nothing near it.
func TestParseTimestamp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want time.Time
	}{
		{"2018-06-13T19:50:20.867000", time.Date(2018, 6, 13, 19, 50, 20, 867_000_000, time.UTC)},
		{"2018-06-13T19:50:20.000001", time.Date(2018, 6, 13, 19, 50, 20, 1000, time.UTC)},
		{"2018-06-13T19:50:20", time.Date(2018, 6, 13, 19, 50, 20, 0, time.UTC)},
		{"2020-02-29T00:00:00.000000", time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"0001-01-01T00:00:00", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"9999-12-31T23:59:59.999999", time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)},
	} {
		got, err := ParseTimestamp(c.in)
		if err != nil || !got.Equal(c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.in, got, err, c.want)
		}
		if len(c.in) == len(TimestampLayout) && Timestamp(got) != c.in {
			t.Errorf("%s is printed again as %s", c.in, Timestamp(got))
		}
	}
	for _, in := range []string{"", "2018-06-13", "2018-06-13T19:50:20Z", "2018-06-13T19:50:20.867000Z", "2018-06-13T19:50:20+00:00",
		"2018-06-13T19:50:20.867", "2018-06-13T19:50:20.8670001", "2018-06-13T19:50:20,867000", "2018-06-13 19:50:20.867000", "2018-06-13t19:50:20.867000",
		"2018-02-30T00:00:00.000000", "2019-02-29T00:00:00.000000", "2018-13-01T00:00:00.000000", "2018-06-13T24:00:00.000000",
		"2018-06-13T19:60:20.867000", "2018-06-13T19:50:60.867000", "2018-06-13T9:50:20.8670001", "2018-06-13T9:50:20", "2018-6-13T19:50:20.8670001",
		"+018-06-13T19:50:20.867000", "2018-06-13T19:50:20.86700x", "２018-06-13T19:50:20", "yesterday"} {
		if got, err := ParseTimestamp(in); err == nil {
			t.Errorf("%q is read as %v, want an error", in, got)
		}
	}
}

// FuzzParseTimestamp holds that what is read is printed again as it stood.
func FuzzParseTimestamp(f *testing.F) {
	f.Add("2018-06-13T19:50:20.867000")
	f.Add("2018-06-13T19:50:20")
	f.Add("2018-06-13T19:50:20,867000")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ParseTimestamp(in)
		if err != nil {
			return
		}
		want := in
		if len(in) == len("2006-01-02T15:04:05") {
			want += ".000000"
		}
		if Timestamp(got) != want {
			t.Fatalf("%q is read as %v and printed as %s", in, got, Timestamp(got))
		}
	})
}

// TestTimestampZone holds that a timestamp is printed in UTC (A).
func TestTimestampZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2022, 8, 20, 1, 38, 16, 999_999_999, time.FixedZone("", 2*3600))
	if got := Timestamp(at); got != "2022-08-19T23:38:16.999999" {
		t.Errorf("got %s, want 2022-08-19T23:38:16.999999: UTC, cut to microseconds", got)
	}
}
