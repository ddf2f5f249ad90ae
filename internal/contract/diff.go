package contract

import (
	"maps"
	"reflect"
	"slices"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Delta is one place where two versions' schemas differ.
type Delta struct {
	Model   string `json:"model"`
	Pointer string `json:"pointer"`
	// Before and After are what the schemas say there, as short JSON; "" where
	// there is nothing.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff returns where the models of two versions differ, by model and pointer.
// Words for people, such as descriptions of what stayed, count as well: they
// are the documentation's.
func (c *Contract) Diff(before, after model.Version) []Delta {
	a, b := c.Models(before), c.Models(after)
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if a[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var deltas []Delta
	for _, name := range names {
		var x, y any
		if m := a[name]; m != nil {
			x = m.src.doc
		}
		if m := b[name]; m != nil {
			y = m.src.doc
		}
		deltas = append(deltas, diff(name, "", x, y)...)
	}
	return deltas
}

func diff(model, pointer string, a, b any) []Delta {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	x, ok := a.(map[string]any)
	y, ok2 := b.(map[string]any)
	if ok && ok2 {
		var deltas []Delta
		names := maps.Clone(x)
		maps.Copy(names, y)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if name == "$schema" || name == "$comment" {
				continue
			}
			deltas = append(deltas, diff(model, pointer+"/"+jsonx.Escape(name), x[name], y[name])...)
		}
		return deltas
	}
	p, ok := a.([]any)
	q, ok2 := b.([]any)
	if ok && ok2 {
		return diffSets(model, pointer, p, q)
	}
	return []Delta{{Model: model, Pointer: pointer, Before: present(a), After: present(b)}}
}

// diffSets compares two lists whose order means nothing: required, enum, type.
func diffSets(model, pointer string, a, b []any) []Delta {
	has := func(list []any, v any) bool {
		return slices.ContainsFunc(list, func(w any) bool { return reflect.DeepEqual(v, w) })
	}
	var deltas []Delta
	for _, v := range a {
		if !has(b, v) {
			deltas = append(deltas, Delta{Model: model, Pointer: pointer, Before: jsonx.Short(v)})
		}
	}
	for _, v := range b {
		if !has(a, v) {
			deltas = append(deltas, Delta{Model: model, Pointer: pointer, After: jsonx.Short(v)})
		}
	}
	return deltas
}

func present(v any) string {
	if v == nil {
		return ""
	}
	return jsonx.Short(uncommented(v))
}

// uncommented returns a schema without the comments, which are the contract's
// own.
func uncommented(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for name, e := range m {
		if name != "$comment" && name != "$schema" {
			out[name] = uncommented(e)
		}
	}
	return out
}
