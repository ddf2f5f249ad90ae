package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/wI2L/jsondiff"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/quota"
)

// reset puts a session back to how it was made, over the newest fixtures; its
// journal is emptied, unless the body keeps it.
func (d *Admin) reset(r *request) (any, error) {
	n := r.session
	d.Sessions.Reset(n)
	d.Coverage.Forget(n.Spec.ID)
	if r.body["keep_journal"] != true {
		d.Journal.Forget(n.Spec.ID)
	}
	return d.getSession(r)
}

// Snapshot is how the admin API shows a snapshot.
type Snapshot struct {
	Name  string    `json:"name"`
	Taken time.Time `json:"taken"`
}

func showSnapshots(n *session.Session) map[string]any {
	list := []Snapshot{}
	for _, s := range n.Snapshots() {
		list = append(list, Snapshot{s.Name, s.Taken})
	}
	return map[string]any{"snapshots": list, "limit": quota.Snapshots}
}

func (d *Admin) takeSnapshot(r *request) (any, error) {
	s, err := r.session.Keep(jsonx.Text(r.body["name"]))
	if err != nil {
		return nil, full(err)
	}
	return created{Snapshot{s.Name, s.Taken}}, nil
}

func (d *Admin) restoreSnapshot(r *request) (any, error) {
	name := r.param("name")
	switch found, err := r.session.Return(name); {
	case !found:
		return nil, noSnapshot(name)
	case err != nil:
		return nil, full(err)
	}
	return d.getSession(r)
}

func (d *Admin) dropSnapshot(r *request) (any, error) {
	if name := r.param("name"); !r.session.Discard(name) {
		return nil, noSnapshot(name)
	}
	return nil, nil
}

func noSnapshot(name string) *Problem {
	return problem(http.StatusNotFound, "The session has no snapshot %.80q.", name)
}

// diff returns what differs from the fixtures: a JSON Patch of the document that
// has each record at /records/TENANT,CUSTOMER,LOCATION, in the newest shape. A
// patch adds nothing to what is not there, so customers have no place of their
// own.
func (d *Admin) diff(r *request) (any, error) { return difference(r.session) }

func difference(n *session.Session) (any, error) {
	patch := jsondiff.Patch{}
	for _, difference := range n.Store.Differences() {
		ops, err := recordOps(difference)
		if err != nil {
			return nil, err
		}
		patch = append(patch, ops...)
	}
	return map[string]any{"patch": patch, "pins": pinsOf(n)}, nil
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
