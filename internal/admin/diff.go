package admin

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/wI2L/jsondiff"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// diff tells what differs from the fixtures: a JSON Patch of the document that
// has each record at /records/TENANT,CUSTOMER,LOCATION, in the newest shape. A
// patch adds nothing to what is not there, so customers have no place of their
// own.
func (d *Admin) diff(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	return d.difference(n)
}

func (d *Admin) difference(n *session.Session) (any, error) {
	patch := jsondiff.Patch{}
	for _, difference := range n.Store.Differences() {
		ops, err := recordOps(difference)
		if err != nil {
			return nil, err
		}
		patch = append(patch, ops...)
	}
	pins := n.Store.Pins()
	if pins == nil {
		pins = map[string]model.Version{}
	}
	return map[string]any{"patch": patch, "pins": pins}, nil
}

func recordOps(d store.Difference) (jsondiff.Patch, error) {
	at := fmt.Sprintf("/records/%d,%d,%d", d.Key.Tenant, d.Key.Customer, d.Key.Location)
	switch {
	case d.After == nil:
		return jsondiff.Patch{{Type: jsondiff.OperationRemove, Path: at}}, nil
	case d.Before == nil:
		return jsondiff.Patch{{Type: jsondiff.OperationAdd, Path: at, Value: json.RawMessage(d.After.JSON())}}, nil
	}
	// Numbers stay as they are written: a float would change large ones.
	ops, err := jsondiff.CompareWithoutMarshal(d.Before.Tree(), d.After.Tree())
	for i := range ops {
		ops[i].Path = at + ops[i].Path
		if ops[i].From != "" {
			ops[i].From = at + ops[i].From
		}
	}
	return ops, err
}
