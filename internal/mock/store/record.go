package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"iter"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// Key names a customer at a location of a tenant.
type Key struct{ Tenant, Customer, Location int64 }

// Compare orders keys by tenant, customer and location.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Tenant, o.Tenant), cmp.Compare(k.Customer, o.Customer), cmp.Compare(k.Location, o.Location))
}

// Record is one state of a customer at a location: a JSON document of the
// newest shape, and those of its values that the mock itself works with. It is
// a value that never changes. Two records with the same Revision are the same,
// whatever store they come from.
type Record struct {
	// Revision is given by the store or the base that holds the record.
	Revision uint64
	Key      Key
	Active   bool
	document []byte // as jsonx.AppendJSON prints it
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
	r.document, err = printTree(t)
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

// usualBytes is a size that the allocator has, and the page's sample fits in.
const usualBytes = 1152

func printTree(t model.Tree) ([]byte, error) {
	text, err := jsonx.AppendJSON(make([]byte, 0, usualBytes), t)
	if cap(text)-len(text) > len(text)/8 { // documents are kept for long
		text = bytes.Clone(text)
	}
	return text, err
}

// deactivated returns the record with is_active false, and, where touch is not
// nil, with that time as last_updated_on.
func (r Record) deactivated(touch *time.Time) Record {
	t := r.Tree()
	t["is_active"] = false
	if touch != nil {
		t["last_updated_on"] = model.Timestamp(*touch)
	}
	r.Active = false
	r.document, _ = printTree(t) // it was printed before
	return r
}

// SizeOf returns how many bytes count for a session that writes a record. A
// document may have a quarter of its length to spare.
func SizeOf(r Record) int64 { return quota.PerEntry + quota.Text(len(r.document)) }

// Tree returns the record as a tree of the newest shape, which the caller may
// change.
func (r Record) Tree() model.Tree {
	tree, _ := jsonx.Parse(r.document) // it was printed as JSON
	t, _ := tree.(model.Tree)
	return t
}

// JSON returns the record as JSON of the newest shape, which nobody may change.
func (r Record) JSON() []byte { return r.document }

// Texts yields the names and values of the record's own members that are texts.
func (r Record) Texts() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		d := jsontext.NewDecoder(bytes.NewReader(r.document)) // it was printed as JSON
		_, _ = d.ReadToken()
		for d.PeekKind() == '"' {
			token, _ := d.ReadToken()
			name := token.String()
			if d.PeekKind() != '"' {
				_ = d.SkipValue()
				continue
			}
			if text, _ := d.ReadToken(); !yield(name, text.String()) {
				return
			}
		}
	}
}

// Print returns the record in the shape of a version, as printed JSON that
// nobody may change and as the tree that it was printed from.
func (r Record) Print(v model.Version) ([]byte, model.Tree, error) {
	t := r.Tree()
	if !model.ToVersion(t, v) {
		return r.document, t, nil
	}
	text, err := printTree(t)
	return text, t, err
}
