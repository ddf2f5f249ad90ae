package dispatch

import "encoding/json"

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
