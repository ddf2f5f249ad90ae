// Package store holds what is: clients, customer locations and version pins,
// in memory. A Base is what the fixtures said and never changes; a Store is a
// thin layer of changes over it.
package store

import (
	"math"
	"slices"
	"sync/atomic"

	"dispatchmock/internal/model"
)

// revisions are given out once in a process, so that what was printed of a
// record can be kept by its revision alone.
var revisions atomic.Uint64

// Base is what the fixtures said. It is shared by any number of Stores.
type Base struct {
	records []Record       // in the order of their keys
	clients []model.Client // in the order of the fixtures
	byToken map[string]int // index into clients
	tenants map[int64]struct{}
}

// Builder gathers a Base. Its methods report what stands twice.
type Builder struct {
	base  Base
	index map[Key]int
	chunk []byte // documents side by side: they take a tenth less memory
	size  int    // of all documents
}

// NewBuilder returns an empty builder.
func NewBuilder() *Builder {
	return &Builder{base: Base{byToken: map[string]int{}, tenants: map[int64]struct{}{}}, index: map[Key]int{}}
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
func (b *Builder) AddClient(c model.Client) bool {
	if _, old := b.base.byToken[c.Token]; old {
		return false
	}
	b.base.byToken[c.Token] = len(b.base.clients)
	b.base.clients = append(b.base.clients, c)
	return true
}

// AddRecord adds a customer at a location. Where there is one already it adds
// nothing and returns how many records were added before that one.
func (b *Builder) AddRecord(r Record) (first int, ok bool) {
	if first, old := b.index[r.Key]; old {
		return first, false
	}
	size := len(r.document)
	if len(b.chunk)+size > cap(b.chunk) {
		b.chunk = make([]byte, 0, max(size, min(b.size, maxChunk)))
	}
	from := len(b.chunk)
	b.chunk = append(b.chunk, r.document...)
	b.size += size
	r.document = b.chunk[from:len(b.chunk):len(b.chunk)]
	b.index[r.Key] = len(b.base.records)
	b.base.records = append(b.base.records, r)
	return 0, true
}

// maxChunk is how many bytes of documents stand side by side.
const maxChunk = 256 << 10

// Records returns the records that were added.
func (b *Builder) Records() map[Key]Record {
	records := make(map[Key]Record, len(b.base.records))
	for _, r := range b.base.records {
		records[r.Key] = r
	}
	return records
}

// Build ends the building.
func (b *Builder) Build() *Base {
	base := b.base
	base.records = slices.Clone(base.records)
	slices.SortFunc(base.records, func(a, b Record) int { return a.Key.Compare(b.Key) })
	n := uint64(len(base.records))
	first := revisions.Add(n) - n + 1
	for i := range base.records {
		base.records[i].Revision = first + uint64(i)
	}
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
	return len(b.locations(k)) > 0
}

// locations returns the records of a customer.
func (b *Base) locations(k Key) []Record {
	k.Location = math.MinInt64
	from, _ := b.find(k)
	k.Location = math.MaxInt64
	to, last := b.find(k)
	if last {
		to++
	}
	return b.records[from:to]
}

// find returns where a key stands among those of the records, or would stand.
func (b *Base) find(k Key) (i int, found bool) {
	return slices.BinarySearchFunc(b.records, k, func(r Record, k Key) int { return r.Key.Compare(k) })
}

// Client returns the client of a token.
func (b *Base) Client(token string) (model.Client, bool) {
	i, ok := b.byToken[token]
	if !ok {
		return model.Client{}, false
	}
	return b.clients[i], true
}

// Clients returns all clients in the order of the fixtures. Nobody may change
// the slice.
func (b *Base) Clients() []model.Client { return b.clients }

// Keys returns the names of all records in order.
func (b *Base) Keys() []Key {
	keys := make([]Key, len(b.records))
	for i, r := range b.records {
		keys[i] = r.Key
	}
	return keys
}

// Records returns how many records there are.
func (b *Base) Records() int { return len(b.records) }

// Tenants returns how many tenants there are.
func (b *Base) Tenants() int { return len(b.tenants) }

func (b *Base) record(k Key) (Record, bool) {
	i, ok := b.find(k)
	if !ok {
		return Record{}, false
	}
	return b.records[i], true
}
