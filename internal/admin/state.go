package admin

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/quota"
)

// unwrapped gives errors of a record that the admin API put into a fixture file's
// form the pointers of the record alone.
func unwrapped(err error) error {
	var diags jsonx.Diagnostics
	if !errors.As(err, &diags) {
		return err
	}
	diags = slices.Clone(diags)
	for i := range diags {
		diags[i].Pointer = strings.TrimPrefix(diags[i].Pointer, "/customer_locations/0/record")
	}
	return diags
}

// reset puts a session back to how it was made, over the newest fixtures; its
// journal is emptied, unless the body keeps it.
func (d *Admin) reset(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	doc, err := d.body(r, "reset")
	if err != nil {
		return nil, err
	}
	d.Sessions.Reset(n)
	d.Coverage.Forget(n.Spec.ID)
	if doc["keep_journal"] != true {
		d.Journal.Forget(n.Spec.ID)
	}
	return d.show(r, n), nil
}

// Snapshot is how the admin API shows a snapshot.
type Snapshot struct {
	Name  string    `json:"name"`
	Taken time.Time `json:"taken"`
}

func (d *Admin) listSnapshots(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	list := []Snapshot{}
	for _, s := range n.Snapshots() {
		list = append(list, Snapshot{s.Name, s.Taken})
	}
	return map[string]any{"snapshots": list, "limit": quota.Snapshots}, nil
}

func (d *Admin) takeSnapshot(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	doc, err := d.body(r, "snapshot")
	if err != nil {
		return nil, err
	}
	s, err := n.Keep(jsonx.Text(doc["name"]))
	if err != nil {
		return nil, full(err)
	}
	return created{Snapshot{s.Name, s.Taken}}, nil
}

func (d *Admin) restoreSnapshot(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	name := mux.Vars(r)["name"]
	switch found, err := n.Return(name); {
	case !found:
		return nil, noSnapshot(name)
	case err != nil:
		return nil, full(err)
	}
	return d.show(r, n), nil
}

func (d *Admin) dropSnapshot(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	if name := mux.Vars(r)["name"]; !n.Discard(name) {
		return nil, noSnapshot(name)
	}
	return nil, nil
}

func noSnapshot(name string) *Problem {
	return problem(http.StatusNotFound, "The session has no snapshot %.80q.", name)
}
