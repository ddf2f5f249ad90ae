// Package world holds what is: clients, customer locations and version pins,
// in memory. A Base is what the fixtures said and never changes; a World is a
// thin layer of changes over it.
package world

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"dispatchmock/internal/dispatch"
)

// Key names a customer at a location of a tenant.
type Key struct{ Tenant, Customer, Location int64 }

// Compare orders keys by tenant, customer and location.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Tenant, o.Tenant), cmp.Compare(k.Customer, o.Customer), cmp.Compare(k.Location, o.Location))
}

// Record is one state of a customer at a location. Two records with the same
// Revision are the same, whatever world they come from.
type Record struct {
	Revision uint64
	dispatch.CustomerLocation
}

// revisions are given out once in a process, so that what was printed of a
// record can be kept by its revision alone.
var revisions atomic.Uint64

// Base is an immutable world, shared by any number of Worlds.
type Base struct {
	records []dispatch.CustomerLocation
	index   map[Key]int
	first   uint64 // revision of records[0]; the others follow
	keys    []Key
	clients map[string]dispatch.Client
	order   []string // tokens in the order of the fixtures
	tenants map[int64]struct{}
	sorted  func() []Key // all names in order, sorted when first asked for
}

// Builder gathers a Base. Its methods report what stands twice.
type Builder struct{ base Base }

// NewBuilder returns an empty builder.
func NewBuilder() *Builder {
	return &Builder{Base{index: map[Key]int{}, clients: map[string]dispatch.Client{}, tenants: map[int64]struct{}{}}}
}

// AddTenant adds a tenant and reports whether it is new.
func (b *Builder) AddTenant(id int64) bool {
	_, old := b.base.tenants[id]
	b.base.tenants[id] = struct{}{}
	return !old
}

// HasTenant reports whether the tenant was added.
func (b *Builder) HasTenant(id int64) bool { return b.base.HasTenant(id) }

// AddClient adds a client and reports whether its token is new.
func (b *Builder) AddClient(c dispatch.Client) bool {
	if _, old := b.base.clients[c.Token]; old {
		return false
	}
	b.base.clients[c.Token] = c
	b.base.order = append(b.base.order, c.Token)
	return true
}

// AddRecord adds a customer at a location. Where there is one already it adds
// nothing and returns how many records were added before that one.
func (b *Builder) AddRecord(tenant int64, l dispatch.CustomerLocation) (first int, ok bool) {
	k := Key{tenant, l.CustomerID, l.LocationID}
	if first, old := b.base.index[k]; old {
		return first, false
	}
	b.base.index[k] = len(b.base.records)
	b.base.records = append(b.base.records, l)
	b.base.keys = append(b.base.keys, k)
	return 0, true
}

// Customers returns the customers that have a location, each as a Key without
// one.
func (b *Builder) Customers() map[Key]struct{} {
	customers := make(map[Key]struct{}, len(b.base.keys))
	for _, k := range b.base.keys {
		customers[Key{Tenant: k.Tenant, Customer: k.Customer}] = struct{}{}
	}
	return customers
}

// Records returns the records that were added.
func (b *Builder) Records() map[Key]dispatch.CustomerLocation {
	records := make(map[Key]dispatch.CustomerLocation, len(b.base.keys))
	for i, k := range b.base.keys {
		records[k] = b.base.records[i]
	}
	return records
}

// Build ends the building.
func (b *Builder) Build() *Base {
	base := b.base
	base.records = slices.Clip(base.records)
	n := uint64(len(base.records))
	base.first = revisions.Add(n) - n + 1
	base.sorted = sync.OnceValue(func() []Key { return slices.SortedFunc(slices.Values(base.keys), Key.Compare) })
	return &base
}

// HasTenant reports whether there is such a tenant.
func (b *Base) HasTenant(id int64) bool {
	_, ok := b.tenants[id]
	return ok
}

// HasCustomer reports whether a customer, named by a key without a location,
// has a location.
func (b *Base) HasCustomer(k Key) bool {
	keys := b.sorted()
	k.Location = math.MinInt64
	i, _ := slices.BinarySearchFunc(keys, k, Key.Compare)
	return i < len(keys) && keys[i].Tenant == k.Tenant && keys[i].Customer == k.Customer
}

// Client returns the holder of a token.
func (b *Base) Client(token string) (dispatch.Client, bool) {
	c, ok := b.clients[token]
	return c, ok
}

// Clients returns all clients in the order of the fixtures.
func (b *Base) Clients() []dispatch.Client {
	clients := make([]dispatch.Client, len(b.order))
	for i, token := range b.order {
		clients[i] = b.clients[token]
	}
	return clients
}

// Keys returns the names of all records in the order of the fixtures.
func (b *Base) Keys() []Key { return slices.Clone(b.keys) }

// Records returns how many records there are.
func (b *Base) Records() int { return len(b.records) }

// Tenants returns how many tenants there are.
func (b *Base) Tenants() int { return len(b.tenants) }

func (b *Base) record(k Key) (Record, bool) {
	i, ok := b.index[k]
	if !ok {
		return Record{}, false
	}
	return Record{b.first + uint64(i), b.records[i]}, true
}
