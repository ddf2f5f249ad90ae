package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// sampleTime is the time of the page's sample response.
var sampleTime = time.Date(2022, 8, 20, 1, 38, 16, 0, time.UTC)

// record returns a record with a name.
func record(tenant, customer, location int64, active bool, name string) Record {
	number := func(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
	r, err := NewRecord(tenant, model.Tree{"id": number(customer), "location_id": number(location), "is_active": active, "name": name,
		"last_updated_on": "2020-04-22T17:23:17.363000"})
	if err != nil {
		panic(err)
	}
	return r
}

// textOf returns what a record says, whatever its revision.
func textOf(r Record) string { return string(r.document) }

// someBase has customers 0 … n-1 at locations 0 and 1 of tenants 1 and 2; each
// fifth is inactive.
func someBase(n int) *Base {
	b := NewBuilder()
	for tenant := range int64(2) {
		b.AddTenant(tenant + 1)
		for customer := range int64(n) {
			for location := range int64(2) {
				b.AddRecord(record(tenant+1, customer, location, (customer+location)%5 != 0, fmt.Sprint("customer ", tenant, customer, location)))
			}
		}
	}
	return b.Build()
}

// TestBuilder holds what a base is made of, and what stands twice.
func TestBuilder(t *testing.T) {
	t.Parallel()
	b := NewBuilder()
	if !b.AddTenant(1) || b.AddTenant(1) || !b.AddTenant(-1) || !b.HasTenant(1) || b.HasTenant(0) {
		t.Error("want each tenant to be new once")
	}
	if !b.AddClient(model.Client{Token: "a", ID: "first"}) || b.AddClient(model.Client{Token: "a", ID: "second"}) || !b.AddClient(model.Client{Token: "A", ID: "first"}) {
		t.Error("want each token to be new once")
	}
	for i, k := range []Key{{1, 2, 1}, {1, 1, 2}, {1, 1, 1}} {
		if _, ok := b.AddRecord(record(k.Tenant, k.Customer, k.Location, false, fmt.Sprint("added ", i))); !ok {
			t.Errorf("record %d is not taken", i)
		}
	}
	if first, ok := b.AddRecord(record(1, 1, 1, true, "again")); ok || first != 2 {
		t.Errorf("got %d, %t for a record that stands already, want the number of the first, 2", first, ok)
	}
	if _, ok := b.AddRecord(record(-1, 1, 1, false, "other")); !ok {
		t.Error("the same customer at the same location of another tenant is not taken")
	}
	base := b.Build()
	for k, want := range map[Key]bool{{Tenant: 1, Customer: 1}: true, {Tenant: 1, Customer: 2}: true, {Tenant: -1, Customer: 1}: true,
		{Tenant: 1, Customer: 3}: false, {Tenant: -1, Customer: 2}: false, {Tenant: 2, Customer: 1}: false} {
		if got := base.HasCustomer(k); got != want {
			t.Errorf("the base has the customer %v: %v, want %v", k, got, want)
		}
	}
	if base.Records() != 4 || base.Tenants() != 2 || !base.HasTenant(-1) || base.HasTenant(2) {
		t.Errorf("got %d records and %d tenants, want 4 and 2", base.Records(), base.Tenants())
	}
	if c, ok := base.Client("a"); !ok || c.ID != "first" {
		t.Errorf("got the client %+v, want the first of the token", c)
	}
	if _, ok := base.Client("b"); ok {
		t.Error("got a client for an unknown token")
	}
	if all := base.Clients(); len(all) != 2 || all[0].Token != "a" || all[1].Token != "A" {
		t.Errorf("got the clients %v, want the order in which they were added", all)
	}
	keys := base.Keys()
	if want := []Key{{-1, 1, 1}, {1, 1, 1}, {1, 1, 2}, {1, 2, 1}}; !reflect.DeepEqual(keys, want) {
		t.Errorf("got the keys %v, want %v", keys, want)
	}
	for k, name := range map[Key]string{{1, 2, 1}: "added 0", {1, 1, 2}: "added 1", {1, 1, 1}: "added 2", {-1, 1, 1}: "other"} {
		if r, ok := base.record(k); !ok || textOf(r) != textOf(record(k.Tenant, k.Customer, k.Location, false, name)) {
			t.Errorf("%v: got %s, %t, want the record %q", k, textOf(r), ok, name)
		}
	}
	keys[0] = Key{}
	if base.Keys()[0] == keys[0] {
		t.Error("a caller can change the base's keys")
	}
}

// TestCompare holds the order of keys.
func TestCompare(t *testing.T) {
	t.Parallel()
	ordered := []Key{{-1, 9, 9}, {1, -5, 9}, {1, 2, 3}, {1, 2, 4}, {1, 3, 0}, {2, 0, 0}}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := a.Compare(b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v and %v: got %d", a, b, got)
			}
		}
	}
}

// plainStore is what a store must be: maps without any layers.
type plainStore struct {
	records map[Key]plainRecord
	pins    map[string]model.Version
}

// plainRecord is a record without its revision.
type plainRecord struct {
	active bool
	text   string
}

func plain(r Record) plainRecord { return plainRecord{r.Active, textOf(r)} }

func plainOf(base *Base) *plainStore {
	p := &plainStore{map[Key]plainRecord{}, map[string]model.Version{}}
	for _, r := range base.records {
		p.records[r.Key] = plain(r)
	}
	return p
}

// TestOverlay holds a store, and others over the same base, against plain maps
// through thousands of random calls.
func TestOverlay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2, seed))
			base := someBase(6)
			stores := []*Store{New(base), New(base), New(base)}
			plains := []*plainStore{plainOf(base), plainOf(base), plainOf(base)}
			saved := make([]State, len(stores))
			savedPlain := []plainStore{*plainOf(base), *plainOf(base), *plainOf(base)}
			revision := map[uint64]plainRecord{}
			for range 3000 {
				i := r.IntN(len(stores))
				w, p := stores[i], plains[i]
				k := Key{int64(r.IntN(4)), int64(r.IntN(8)), int64(r.IntN(3))}
				client := fmt.Sprint("client ", r.IntN(5))
				switch r.IntN(8) {
				case 0:
					var touch *time.Time
					if r.IntN(2) == 0 {
						touch = new(sampleTime.Add(time.Duration(r.IntN(1000)) * time.Second))
					}
					before, there := p.records[k]
					did, found := w.Deactivate(k, touch)
					want := before
					if there && before.active {
						want.active, want.text = false, strings.Replace(want.text, `"is_active": true`, `"is_active": false`, 1)
						if touch != nil {
							want.text = regexp.MustCompile(`"last_updated_on": "[^"]*"`).ReplaceAllString(want.text, `"last_updated_on": "`+model.Timestamp(*touch)+`"`)
						}
					}
					if found != there || did.Changed != (there && before.active) || plain(did.After) != want || plain(did.Before) != before {
						t.Fatalf("Deactivate(%v): got %+v, found %t, want %+v of %+v, %t", k, did, found, want, before, there)
					}
					if there {
						p.records[k] = want
					}
				case 1:
					got, found := w.Record(k)
					want, there := p.records[k]
					if found != there || plain(got) != want {
						t.Fatalf("Record(%v): got %+v, %t, want %+v, %t", k, got, found, want, there)
					}
					if !found {
						break
					}
					if known, old := revision[got.Revision]; old && known != plain(got) || got.Revision == 0 {
						t.Fatalf("Record(%v): revision %d was %+v and is %+v", k, got.Revision, known, plain(got))
					}
					revision[got.Revision] = plain(got)
				case 2:
					v := model.Version([]string{"2019/02/08", "2021/04/07", "2023/04/19"}[r.IntN(3)])
					w.Pin(client, v)
					p.pins[client] = v
				case 3:
					if got := w.Pinned(client); got != p.pins[client] {
						t.Fatalf("Pinned(%s): got %q, want %q", client, got, p.pins[client])
					}
				case 4:
					put := record(k.Tenant, k.Customer, k.Location, r.IntN(2) == 0, fmt.Sprint("put ", r.Int()))
					if err := w.Put(map[Key]Record{k: put}); err != nil {
						t.Fatal(err)
					}
					p.records[k] = plain(put)
				case 5:
					_, there := p.records[k]
					if got := w.Remove(k); got != there {
						t.Fatalf("Remove(%v): got %t, want %t", k, got, there)
					}
					delete(p.records, k)
				case 6:
					w.Revert(k)
					delete(p.records, k)
					if r, ok := base.record(k); ok {
						p.records[k] = plain(r)
					}
				case 7:
					if r.IntN(2) == 0 {
						saved[i], savedPlain[i] = w.Save(), plainStore{maps.Clone(p.records), maps.Clone(p.pins)}
						break
					}
					w.Restore(saved[i])
					*p = plainStore{maps.Clone(savedPlain[i].records), maps.Clone(savedPlain[i].pins)}
				}
			}
			for i, w := range stores {
				changed := 0
				for k := range maps.Keys(plains[i].records) {
					if original, ok := base.record(k); !ok || plain(original) != plains[i].records[k] {
						changed++
					}
				}
				if n := w.Changed(); n < changed || n > len(base.records)+4*8*3 {
					t.Fatalf("store %d says that %d records are changed, want at least %d, and no more than there are", i, n, changed)
				}
			}
			for i, was := range someBase(6).records {
				if r, ok := New(base).Record(was.Key); !ok || plain(r) != plain(base.records[i]) || plain(r) != plain(was) {
					t.Fatalf("after all calls a new store has %s at %v, want the base's record as it was", textOf(r), was.Key)
				}
			}
		})
	}
}

// TestRevisions holds that two states never have one revision, over bases and
// stores, and that an unchanged record has one revision in all stores.
func TestRevisions(t *testing.T) {
	t.Parallel()
	seen := map[uint64]string{}
	note := func(what string, r Record) {
		t.Helper()
		if before, twice := seen[r.Revision]; twice || r.Revision == 0 {
			t.Fatalf("revision %d belongs to %s and to %s", r.Revision, before, what)
		}
		seen[r.Revision] = what
	}
	for b := range 3 {
		base := someBase(4)
		first, second := New(base), New(base)
		for _, k := range base.Keys() {
			r, _ := first.Record(k)
			note(fmt.Sprintf("base %d, %v", b, k), r)
			if other, _ := second.Record(k); other.Revision != r.Revision {
				t.Fatalf("%v is revision %d in one store and %d in another, unchanged", k, r.Revision, other.Revision)
			}
			for n, w := range []*Store{first, second} {
				did, _ := w.Deactivate(k, nil)
				after := did.After
				if did.Changed {
					note(fmt.Sprintf("base %d, store %d, %v deactivated", b, n, k), after)
				} else if after.Revision != r.Revision {
					t.Fatalf("%v was inactive and has revision %d, want %d as before", k, after.Revision, r.Revision)
				}
				if again, _ := w.Record(k); again.Revision != after.Revision {
					t.Fatalf("%v is read as revision %d, want %d", k, again.Revision, after.Revision)
				}
			}
		}
	}
	if base := NewBuilder().Build(); base.Records() != 0 {
		t.Error("an empty base has records")
	}
}

// TestPinsAreBounded holds that a store remembers a bounded number of client
// IDs, the ones that named a version last.
func TestPinsAreBounded(t *testing.T) {
	t.Parallel()
	w := New(someBase(1))
	if got := w.Pinned("nobody"); got != "" {
		t.Errorf("got %q before anybody named a version", got)
	}
	for i := range quota.Pins + 100 {
		w.Pin(fmt.Sprint(i), "2021/04/07")
		if i == quota.Pins-1 {
			w.Pin("0", "2023/04/19") // named again, so not the oldest
		}
	}
	if n := w.pins.Len(); n != quota.Pins {
		t.Errorf("remembers %d client IDs, want %d", n, quota.Pins)
	}
	for client, want := range map[string]model.Version{"0": "2023/04/19", "1": "", "100": "", "101": "2021/04/07", fmt.Sprint(quota.Pins + 99): "2021/04/07"} {
		if got := w.Pinned(client); got != want {
			t.Errorf("client ID %s: got %q, want %q", client, got, want)
		}
	}
}

// TestNewIsCheap holds that a store costs the same whatever its base.
func TestNewIsCheap(t *testing.T) {
	small, large := someBase(1), someBase(2000)
	var w *Store
	few := testing.AllocsPerRun(20, func() { w = New(small) })
	many := testing.AllocsPerRun(20, func() { w = New(large) })
	if few != many || many > 2 {
		t.Errorf("got %v allocations over a small base and %v over a large one, want the same few", few, many)
	}
	if w.Base() != large {
		t.Error("a store does not know its base")
	}
}

// TestPage holds the order, the limit and the place to go on from, over records
// of the base, changed, removed and added ones.
func TestPage(t *testing.T) {
	t.Parallel()
	b := NewBuilder()
	b.AddTenant(1)
	for i := range int64(4) {
		b.AddRecord(numbered(t, 10*(i+1)))
	}
	w := New(b.Build())
	customers := func(after *Key, limit int) (list []int64, more bool) {
		page, more := w.Page(after, limit, nil)
		for _, k := range page {
			list = append(list, k.Customer)
		}
		return list, more
	}
	if got, more := customers(nil, 10); !slices.Equal(got, []int64{10, 20, 30, 40}) || more {
		t.Errorf("unchanged: got %v, %v", got, more)
	}
	k := numbered(t, 20).Key
	w.Deactivate(k, nil)
	w.Remove(numbered(t, 30).Key)
	if err := w.Put(map[Key]Record{numbered(t, 25).Key: numbered(t, 25)}); err != nil {
		t.Fatal(err)
	}
	if got, more := customers(nil, 10); !slices.Equal(got, []int64{10, 20, 25, 40}) || more {
		t.Errorf("changed: got %v, %v", got, more)
	}
	if got, more := customers(&k, 1); !slices.Equal(got, []int64{25}) || !more {
		t.Errorf("behind one: got %v, %v, want 25 and more", got, more)
	}
}

// numbered returns a record of tenant 1 at location 1.
func numbered(t *testing.T, customer int64) Record {
	t.Helper()
	r, err := NewRecord(1, model.Tree{"id": json.Number(strconv.FormatInt(customer, 10)), "location_id": json.Number("1"), "is_active": true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
