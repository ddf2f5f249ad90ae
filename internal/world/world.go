// Package world holds what is: clients, customer locations and version pins,
// in memory. A Base is what the fixtures said and never changes; a World is a
// thin layer of changes over it.
package world

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

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

// Build ends the building.
func (b *Builder) Build() *Base {
	base := b.base
	base.records = slices.Clip(base.records)
	n := uint64(len(base.records))
	base.first = revisions.Add(n) - n + 1
	return &base
}

// HasTenant reports whether there is such a tenant.
func (b *Base) HasTenant(id int64) bool {
	_, ok := b.tenants[id]
	return ok
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

// maxPins is how many client IDs a world remembers versions of; under
// --auth any every token is a client ID, and so their number has no end.
const maxPins = 10_000

// World is a Base with changes. It is safe for concurrent use.
type World struct {
	base *Base

	mu      sync.RWMutex
	changed map[Key]Record
	pins    *simplelru.LRU[string, dispatch.Version]
}

// New returns a world that is as its base says. It costs the same whatever the
// size of the base.
func New(base *Base) *World { return &World{base: base} }

// Base returns what the world was before all changes.
func (w *World) Base() *Base { return w.base }

// Record returns the state of a customer at a location.
func (w *World) Record(k Key) (Record, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.record(k)
}

func (w *World) record(k Key) (Record, bool) {
	if r, ok := w.changed[k]; ok {
		return r, true
	}
	return w.base.record(k)
}

// Deactivate marks a record inactive and returns its state afterwards; changed
// tells the one call that made the transition from those that came later.
// Where touch is not zero, the transition sets last_updated_on to it.
func (w *World) Deactivate(k Key, touch time.Time) (after Record, changed, found bool) {
	if r, ok := w.Record(k); !ok || !r.IsActive {
		return r, false, ok
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r, _ := w.record(k)
	if !r.IsActive {
		return r, false, true
	}
	r.IsActive = false
	r.Revision = revisions.Add(1)
	if !touch.IsZero() {
		r.LastUpdatedOn = dispatch.Of(dispatch.Timestamp(touch))
	}
	if w.changed == nil {
		w.changed = map[Key]Record{}
	}
	w.changed[k] = r
	return r, true, true
}

// Pin remembers the version that a client ID named.
func (w *World) Pin(clientID string, v dispatch.Version) {
	if w.Pinned(clientID) == v {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pins == nil {
		// The error is about a size below 1.
		w.pins, _ = simplelru.NewLRU[string, dispatch.Version](maxPins, nil)
	}
	w.pins.Add(clientID, v)
}

// Pinned returns the version that a client ID named last, or "".
func (w *World) Pinned(clientID string) dispatch.Version {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.pins == nil {
		return ""
	}
	v, _ := w.pins.Peek(clientID)
	return v
}
