package contract

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
)

func text(n int, unit string) string { return strings.Repeat(unit, n) }

// values are those that a mutation puts in the place of another: borders of
// lengths and ranges, and everything near the forms that the models ask for.
var values = func() []any {
	all := []any{nil, true, false, []any{}, map[string]any{}, []any{nil}, []any{map[string]any{}}, "", " ", "x", "US", "USA",
		"2018-06-13T19:50:20.867000", "2018-06-13T19:50:20", "2018-06-13T19:50:20.867", "2018-06-13T19:50:20,867000", "2018-06-13T19:50:20.867000Z", "2099-01-01T00:00:00.000000",
		"2018-06-13", "2018-06-31", "2018-6-13", "a@b.example", "a@b.example, c@d.example", "a@b.example,", "A <a@b.example>", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}
	for _, n := range []int{0, 1, 2, 6, 7, 15, 16, 32, 33, 64, 65, 86, 87, 90, 91, 128, 129, 256, 257, 2048, 2049} {
		all = append(all, text(n, "x"), text(n, "é"), text(n, "\U0001F600"))
	}
	for _, n := range []string{"0", "-0", "1", "-1", "1.0", "1.5", "1e2", "1e-2", "90", "90.0", "90.0000000000000001", "-90", "-90.0000000000000001", "180", "180.00000000000001", "-180", "-180.1",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9223372036854775807.0", "1e1000", "-1e1000", "1e-1000", text(1000, "9")} {
		all = append(all, json.Number(n))
	}
	return all
}()

var memberNames = []string{"customer_id", "id", "name", "names", "", "$ref", "a/b", "note", "latitude", "field", "detail", "title", "é"}

// mutate spoils a tree in one place, or leaves it good.
func mutate(r *rand.Rand, tree any) any {
	paths := allPaths(tree, nil)
	if len(paths) == 0 {
		return values[r.IntN(len(values))]
	}
	at := paths[r.IntN(len(paths))]
	switch r.IntN(6) {
	case 0:
		return setAt(tree, at, deleted)
	case 1:
		return setAt(tree, at, nil)
	case 2: // an unknown member, perhaps, or a rename
		parent, ok := getAt(tree, at[:len(at)-1]).(map[string]any)
		if !ok {
			return tree
		}
		name := memberNames[r.IntN(len(memberNames))]
		if r.IntN(2) == 0 {
			old := at[len(at)-1].(string)
			value := parent[old]
			delete(parent, old)
			parent[name] = value
			return tree
		}
		parent[name] = values[r.IntN(len(values))]
		return tree
	case 3: // the value of another place
		return setAt(tree, at, clone(getAt(tree, paths[r.IntN(len(paths))])))
	case 4: // an item twice
		if items, ok := getAt(tree, at).([]any); ok && len(items) > 0 {
			return setAt(tree, at, append(slices.Clone(items), clone(items[0])))
		}
	}
	return setAt(tree, at, values[r.IntN(len(values))])
}

// deleted, set at a place, takes the place away.
var deleted any = new(byte)

// allPaths returns the places of all values within a tree, in a fixed order.
func allPaths(tree any, at []any) [][]any {
	var all [][]any
	add := func(step, v any) {
		here := append(slices.Clone(at), step)
		all = append(append(all, here), allPaths(v, here)...)
	}
	switch v := tree.(type) {
	case map[string]any:
		var names []string
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			add(name, v[name])
		}
	case []any:
		for i := range v {
			add(i, v[i])
		}
	}
	return all
}

func getAt(tree any, at []any) any {
	for _, step := range at {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[step.(string)]
		case []any:
			tree = v[step.(int)]
		}
	}
	return tree
}

func setAt(tree any, at []any, value any) any {
	switch parent := getAt(tree, at[:len(at)-1]).(type) {
	case map[string]any:
		if name := at[len(at)-1].(string); value == deleted {
			delete(parent, name)
		} else {
			parent[name] = value
		}
	case []any:
		i := at[len(at)-1].(int)
		if value != deleted {
			parent[i] = value
			return tree
		}
		return setAt(tree, at[:len(at)-1], append(slices.Clone(parent[:i]), parent[i+1:]...))
	}
	return tree
}
