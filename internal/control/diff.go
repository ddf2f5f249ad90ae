package control

import (
	"fmt"
	"net/http"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/session"
	"dispatchmock/internal/world"
)

// Op is one operation of a JSON Patch (RFC 6902).
type Op struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
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
		ops = append(ops, recordOps(difference)...)
	}
	return map[string]any{"patch": ops, "pins": n.World.Pins()}, nil
}

func recordOps(d world.Difference) []Op {
	at := fmt.Sprintf("/records/%d/%d/%d", d.Key.Tenant, d.Key.Customer, d.Key.Location)
	switch {
	case d.After == nil:
		return []Op{{Op: "remove", Path: at}}
	case d.Before == nil:
		return []Op{{"add", at, d.After.Tree()}}
	}
	return memberOps(at, d.Before, d.After)
}

// memberOps compares two states of a record member by member.
func memberOps(at string, before, after *dispatch.CustomerLocation) []Op {
	return nil
}
