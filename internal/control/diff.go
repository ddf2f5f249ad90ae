package control

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
)

// Op is one operation of a JSON Patch (RFC 6902).
type Op struct {
	Op   string `json:"op"`
	Path string `json:"path"`
	// Value is as the API prints it; a removal has none.
	Value json.RawMessage `json:"value,omitempty"`
}

// diff tells what differs from the fixtures: a JSON Patch of the document that
// has each record at /records/TENANT/CUSTOMER/LOCATION, in the newest shape.
func (d *Door) diff(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	return d.difference(n)
}

func (d *Door) difference(n *session.Session) (any, error) {
	ops := []Op{}
	for _, difference := range n.World.Differences() {
		more, err := recordOps(difference)
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	pins := n.World.Pins()
	if pins == nil {
		pins = map[string]dispatch.Version{}
	}
	return map[string]any{"patch": ops, "pins": pins}, nil
}

func recordOps(d world.Difference) ([]Op, error) {
	at := fmt.Sprintf("/records/%d/%d/%d", d.Key.Tenant, d.Key.Customer, d.Key.Location)
	switch {
	case d.After == nil:
		return []Op{{Op: "remove", Path: at}}, nil
	case d.Before == nil:
		value, err := wire.AppendJSON(nil, d.After.Tree())
		return []Op{{"add", at, value}}, err
	}
	return memberOps(at, d.Before.Tree(), d.After.Tree())
}

// memberOps compares two states of a record member by member.
func memberOps(at string, before, after dispatch.Tree) ([]Op, error) {
	names := map[string]bool{}
	for _, tree := range []dispatch.Tree{before, after} {
		for name := range tree {
			names[name] = true
		}
	}
	var ops []Op
	for _, name := range slices.Sorted(maps.Keys(names)) {
		old, was := before[name]
		now, is := after[name]
		switch {
		case !is:
			ops = append(ops, Op{Op: "remove", Path: at + "/" + name})
		case !was || !reflect.DeepEqual(old, now):
			value, err := wire.AppendJSON(nil, now)
			if err != nil {
				return nil, err
			}
			verb := "replace"
			if !was {
				verb = "add"
			}
			ops = append(ops, Op{verb, at + "/" + name, value})
		}
	}
	return ops, nil
}
