package store

import (
	"encoding/json"
	"iter"
	"strconv"
	"time"

	"dispatchmock/internal/model"
)

// Record is one state of a customer at a location: a JSON document of the
// newest shape, and those of its values that the mock itself works with. It is
// a value that never changes. Two records with the same Revision are the same,
// whatever world they come from.
type Record struct {
	// Revision is given by the world or the base that holds the record.
	Revision uint64
	Key      Key
	Active   bool
	document document
}

// ErrMember is a member of a record that the mock cannot work with.
type ErrMember struct{ Name, Rule string }

func (e *ErrMember) Error() string { return e.Name + ": " + e.Rule }

// NewRecord returns the record of a tenant that a tree of the newest shape is.
// It asks only for what the mock works with, else the error is an *ErrMember;
// whether the values are right is for the schemas to say.
func NewRecord(tenant int64, t model.Tree) (r Record, err error) {
	r.Key.Tenant = tenant
	if r.Key.Customer, err = identifier(t, "id"); err != nil {
		return Record{}, err
	}
	if r.Key.Location, err = identifier(t, "location_id"); err != nil {
		return Record{}, err
	}
	var ok bool
	if r.Active, ok = t["is_active"].(bool); !ok {
		return Record{}, &ErrMember{"is_active", "must be true or false"}
	}
	r.document, err = newDocument(t)
	return r, err
}

func identifier(t model.Tree, name string) (int64, error) {
	text, _ := t[name].(json.Number)
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0, &ErrMember{name, "must be written as a whole number of at most 64 bits"}
	}
	return n, nil
}

// deactivated returns the record with is_active false, and, where touch is not
// nil, with that time as last_updated_on.
func (r Record) deactivated(touch *time.Time) Record {
	r.Active = false
	r.document = r.document.with("is_active", "false")
	if touch != nil {
		r.document = r.document.with("last_updated_on", strconv.Quote(model.Timestamp(*touch)))
	}
	return r
}

// Size returns the size of the record in bytes.
func (r Record) Size() int64 { return int64(len(r.document)) }

// Tree returns the record as a tree of the newest shape, which the caller may
// change.
func (r Record) Tree() model.Tree { return r.document.tree() }

// JSON returns the record as JSON of the newest shape, which nobody may change.
func (r Record) JSON() []byte { return r.document }

// Texts yields the names and values of the record's own members that are texts.
func (r Record) Texts() iter.Seq2[string, string] { return r.document.texts() }

// Print returns the record in the shape of a version, as printed JSON that
// nobody may change and as the tree that it was printed from.
func (r Record) Print(v model.Version) ([]byte, model.Tree, error) {
	t := r.Tree()
	if !model.ToVersion(t, v) {
		return r.document, t, nil
	}
	text, err := newDocument(t)
	return text, t, err
}
