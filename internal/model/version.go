// Package model holds the vendor's words as Go types: versions, customer
// locations, clients, roles and errors. It knows no HTTP and no clock, and it
// repeats no rule of the schemas.
package model

// Version is the name of an API version as the vendor prints it, such as
// "2021/04/07". Names are dates, so they sort as text.
type Version string

// Tree is a JSON object as decoded: values are nil, bool, string, json.Number,
// []any and map[string]any.
type Tree = map[string]any

// Change is one breaking change of one model. Records are kept in the newest
// shape; Downgrade turns a tree of the shape that Version brought into the
// shape before it, and Upgrade does the reverse. Both change the tree in place.
type Change struct {
	Version   Version
	Model     string
	Sentence  string // the documentation's sentence (grade P)
	Downgrade func(Tree)
	Upgrade   func(Tree)
}

// ModelCustomerLocation is the vendor's name of the model of a customer at a
// location.
const ModelCustomerLocation = "DispatchCustomerLocationModel"

// Changes returns the breaking changes of this API, oldest first.
func Changes() []Change {
	return []Change{{
		Version:   "2021/04/07",
		Model:     ModelCustomerLocation,
		Sentence:  "customer_id was renamed to id.",
		Downgrade: rename("id", "customer_id"),
		Upgrade:   rename("customer_id", "id"),
	}}
}

// ToVersion turns a tree of the newest shape into the shape of version v, and
// reports whether that is another.
func ToVersion(t Tree, v Version) (other bool) {
	changes := Changes()
	for i := len(changes) - 1; i >= 0; i-- {
		if changes[i].Version > v {
			changes[i].Downgrade(t)
			other = true
		}
	}
	return other
}

// FromVersion turns a tree of version v's shape into the newest shape.
func FromVersion(t Tree, v Version) {
	for _, c := range Changes() {
		if c.Version > v {
			c.Upgrade(t)
		}
	}
}

func rename(from, to string) func(Tree) {
	return func(t Tree) {
		if v, ok := t[from]; ok {
			delete(t, from)
			t[to] = v
		}
	}
}
