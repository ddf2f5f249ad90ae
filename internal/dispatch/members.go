package dispatch

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/quota"
)

// pass says what a walk over an object's members does with them.
type pass uint8

const (
	write pass = iota // fields into the tree
	read              // the tree into fields
	list              // every member's name into the tree, and an item of each list
	weigh             // the memory of all values
)

// members is one pass over an object's members, so that their names are
// written once for all directions.
type members struct {
	pass  pass
	tree  Tree
	seen  int
	bytes int64
	at    string // JSON pointer of the object
	err   *ErrMember
}

func member[T any](m *members, name string, f *Field[T]) {
	switch m.pass {
	case list:
		m.tree[name] = nil
	case weigh:
		m.bytes += weight(f.Value)
	case write:
		switch f.State {
		case Present:
			m.tree[name] = f.Value
		case Null:
			m.tree[name] = nil
		}
	case read:
		v, ok := m.tree[name]
		if !ok {
			return
		}
		m.seen++
		if v == nil {
			f.State = Null
			return
		}
		t, ok := v.(T)
		if !ok {
			m.fail(name, "%v is no %T", v, t)
			return
		}
		*f = Of(t)
	}
}

// ErrMember is a member whose value a CustomerLocation cannot hold.
type ErrMember struct {
	Pointer string // JSON pointer into the tree
	Rule    string
}

func (e *ErrMember) Error() string { return e.Pointer + ": " + e.Rule }

func (m *members) fail(name, format string, args ...any) {
	if m.err == nil {
		m.err = &ErrMember{m.at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name), fmt.Sprintf(format, args...)}
	}
}

// done reports, after a read pass, a member that nothing asked for.
func (m *members) done(walk func(*members)) {
	if m.err != nil || m.seen == len(m.tree) {
		return
	}
	known := &members{pass: list, tree: Tree{}}
	walk(known)
	for _, name := range slices.Sorted(maps.Keys(m.tree)) {
		if _, ok := known.tree[name]; !ok {
			m.fail(name, "no such member")
			return
		}
	}
}

// whole passes over a member that is an identifier: the schemas take 1.0 for
// an integer, and it would be printed so.
func whole(m *members, name string, f *Field[json.Number]) {
	member(m, name, f)
	if m.pass == read && strings.ContainsAny(string(f.Value), ".eE") {
		m.fail(name, mustBeWhole)
	}
}

const mustBeWhole = "must be written as a whole number of at most 64 bits"

// integer passes over a member that must be there and fit 64 bits, because
// records are found by it.
func integer(m *members, name string, n *int64) {
	f := Of(json.Number(""))
	if m.pass == write {
		f.Value = json.Number(strconv.FormatInt(*n, 10))
	}
	member(m, name, &f)
	if m.pass != read || m.err != nil {
		return
	}
	i, err := strconv.ParseInt(string(f.Value), 10, 64)
	if err != nil {
		m.fail(name, mustBeWhole)
	}
	*n = i
}

// boolean passes over a member that must be there.
func boolean(m *members, name string, b *bool) {
	f := Of(*b)
	if m.pass == read {
		f.State = Absent
	}
	member(m, name, &f)
	if m.pass != read {
		return
	}
	if f.State != Present {
		m.fail(name, "must be true or false")
	}
	*b = f.Value
}

// objects passes over a member that is an array of objects.
func objects[T any](m *members, name string, items *[]T, size int, walk func(*T, *members)) {
	if m.pass == list {
		item := make(Tree, size)
		walk(new(T), &members{pass: list, tree: item})
		m.tree[name] = []any{item}
		return
	}
	if m.pass == weigh {
		m.bytes += quota.Text(len(*items) * int(reflect.TypeFor[T]().Size()))
		for i := range *items {
			walk(&(*items)[i], m)
		}
		return
	}
	var f Field[[]any]
	if m.pass == write {
		f = Of(make([]any, len(*items)))
		for i := range *items {
			t := make(Tree, size)
			walk(&(*items)[i], &members{tree: t})
			f.Value[i] = t
		}
	}
	member(m, name, &f)
	if m.pass != read {
		return
	}
	if f.State != Present {
		m.fail(name, "must be an array")
		return
	}
	*items = make([]T, len(f.Value))
	for i, v := range f.Value {
		t, ok := v.(Tree)
		if !ok {
			m.fail(name, "item %d is no object", i)
			return
		}
		in := &members{pass: read, tree: t, at: fmt.Sprintf("%s/%s/%d", m.at, name, i)}
		walk(&(*items)[i], in)
		in.done(func(m *members) { walk(new(T), m) })
		if m.err == nil {
			m.err = in.err
		}
	}
}
