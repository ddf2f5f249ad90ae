package dispatch

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// State tells how a member stands in its object.
type State uint8

// The three ways in which a member can stand in its object. Which of them a
// member may take is the schemas' business.
const (
	Absent State = iota
	Null
	Present
)

// Field is a member's value with its state; the zero Field is absent.
type Field[T any] struct {
	Value T
	State State
}

// Of returns a present field.
func Of[T any](v T) Field[T] { return Field[T]{Value: v, State: Present} }

// Address is the vendor's CustomerAddressModel. Numbers keep the text that is
// printed.
type Address struct {
	Country, Line1, Line2, Line3, Line4         Field[string]
	Locality, Postcode, Region                  Field[string]
	ID, Latitude, Longitude                     Field[json.Number]
	IsActive, IsBilling, IsPhysical, IsShipping Field[bool]
}

// Contact is the vendor's CustomerContactModel.
type Contact struct {
	Email, Fax, Name, Number                            Field[string]
	ID                                                  Field[json.Number]
	OnAcknowledged, OnCompleted, OnDispatched, OnFailed Field[bool]
	OnNew                                               Field[bool]
}

// CustomerLocation is the vendor's DispatchCustomerLocationModel in its newest
// shape. It is a value: whoever holds one must not change its slices.
type CustomerLocation struct {
	CustomerID, LocationID int64
	IsActive               bool

	AccountNumber1, AccountNumber2        Field[string]
	CreatedOn, LastUpdatedOn, RenewalDate Field[string]
	Name, Note, ReferenceNumber           Field[string]
	SalesRep, SalesRepID                  Field[string]
	ParentID, SuspensionID                Field[json.Number]
	IsCommercial                          Field[bool]
	Addresses                             []Address
	Contacts                              []Contact
}

// pass says what a walk over an object's members does with them.
type pass uint8

const (
	write pass = iota // fields into the tree
	read              // the tree into fields
	list              // every member's name into the tree, and an item of each list
)

// members is one pass over an object's members, so that their names are
// written once for all directions.
type members struct {
	pass pass
	tree Tree
	seen int
	at   string // JSON pointer of the object
	err  *ErrMember
}

func member[T any](m *members, name string, f *Field[T]) {
	switch m.pass {
	case list:
		m.tree[name] = nil
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

func (a *Address) walk(m *members) {
	member(m, "country", &a.Country)
	whole(m, "id", &a.ID)
	member(m, "is_active", &a.IsActive)
	member(m, "is_billing", &a.IsBilling)
	member(m, "is_physical", &a.IsPhysical)
	member(m, "is_shipping", &a.IsShipping)
	member(m, "latitude", &a.Latitude)
	member(m, "line_1", &a.Line1)
	member(m, "line_2", &a.Line2)
	member(m, "line_3", &a.Line3)
	member(m, "line_4", &a.Line4)
	member(m, "locality", &a.Locality)
	member(m, "longitude", &a.Longitude)
	member(m, "postcode", &a.Postcode)
	member(m, "region", &a.Region)
}

func (c *Contact) walk(m *members) {
	member(m, "email", &c.Email)
	member(m, "fax", &c.Fax)
	whole(m, "id", &c.ID)
	member(m, "name", &c.Name)
	member(m, "notify_on_acknowledged_request", &c.OnAcknowledged)
	member(m, "notify_on_completed_request", &c.OnCompleted)
	member(m, "notify_on_dispatched_request", &c.OnDispatched)
	member(m, "notify_on_failed_request", &c.OnFailed)
	member(m, "notify_on_new_request", &c.OnNew)
	member(m, "number", &c.Number)
}

func (l *CustomerLocation) walk(m *members) {
	member(m, "account_number_1", &l.AccountNumber1)
	member(m, "account_number_2", &l.AccountNumber2)
	objects(m, "addresses", &l.Addresses, 15, (*Address).walk)
	objects(m, "contacts", &l.Contacts, 10, (*Contact).walk)
	member(m, "created_on", &l.CreatedOn)
	integer(m, "id", &l.CustomerID)
	boolean(m, "is_active", &l.IsActive)
	member(m, "is_commercial", &l.IsCommercial)
	member(m, "last_updated_on", &l.LastUpdatedOn)
	integer(m, "location_id", &l.LocationID)
	member(m, "name", &l.Name)
	member(m, "note", &l.Note)
	whole(m, "parent_id", &l.ParentID)
	member(m, "reference_number", &l.ReferenceNumber)
	member(m, "renewal_date", &l.RenewalDate)
	member(m, "sales_rep", &l.SalesRep)
	member(m, "sales_rep_id", &l.SalesRepID)
	whole(m, "suspension_id", &l.SuspensionID)
}

// Tree returns the location as a tree of the newest shape, which the caller
// may change.
func (l *CustomerLocation) Tree() Tree {
	t := make(Tree, 18)
	l.walk(&members{tree: t})
	return t
}

// LocationFromTree reads a tree of the newest shape. It asks only what this
// type can hold, else the error is an *ErrMember; whether the values are right is for the schemas to say.
func LocationFromTree(t Tree) (CustomerLocation, error) {
	var l CustomerLocation
	m := &members{pass: read, tree: t}
	l.walk(m)
	m.done(l.walk)
	if m.err != nil {
		return CustomerLocation{}, m.err
	}
	return l, nil
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
