package dispatch

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// fill sets every field of a struct to the state, with a value that tells the
// field from all others.
func fill(v reflect.Value, state State, n *int) {
	for i := range v.NumField() {
		*n++
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Field[string]:
			f.State = state
			if state == Present {
				f.Value = "text " + string(rune('A'+*n))
			}
		case *Field[json.Number]:
			f.State = state
			if state == Present {
				f.Value = json.Number(strings.Repeat("1", *n%15+1))
				if name := v.Type().Field(i).Name; name == "Latitude" || name == "Longitude" {
					f.Value += ".5"
				}
			}
		case *Field[bool]:
			f.State = state
			f.Value = state == Present && *n%2 == 0
		case *int64:
			*f = int64(*n)
		case *bool:
			*f = *n%2 == 0
		case *[]Address:
			*f = make([]Address, 2)
			for i := range *f {
				fill(reflect.ValueOf(&(*f)[i]).Elem(), state, n)
			}
		case *[]Contact:
			*f = make([]Contact, 2)
			for i := range *f {
				fill(reflect.ValueOf(&(*f)[i]).Elem(), state, n)
			}
		default:
			panic("a field of a new type: " + v.Type().Field(i).Name)
		}
	}
}

// locations returns one location for each state of its members, and some whose
// members differ.
func locations() map[string]CustomerLocation {
	all := map[string]CustomerLocation{}
	for name, state := range map[string]State{"absent": Absent, "null": Null, "present": Present} {
		var l CustomerLocation
		n := 0
		fill(reflect.ValueOf(&l).Elem(), state, &n)
		all[name] = l
	}
	mixed := all["present"]
	mixed.Note, mixed.SalesRep, mixed.IsCommercial = Field[string]{}, Field[string]{State: Null}, Of(false)
	mixed.CustomerID, mixed.LocationID, mixed.IsActive = -1<<63, 1<<63-1, false
	mixed.Addresses, mixed.Contacts = []Address{}, []Contact{{}}
	all["mixed"] = mixed
	return all
}

// TestTreeRoundTrip holds that a location becomes a tree and again the same
// location, whatever state its members are in.
func TestTreeRoundTrip(t *testing.T) {
	t.Parallel()
	for name, l := range locations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := l.Tree()
			got, err := LocationFromTree(tree)
			if err != nil || !reflect.DeepEqual(got, l) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, l)
			}
			if again := got.Tree(); !reflect.DeepEqual(again, tree) {
				t.Errorf("got the tree %v\nwant %v", again, tree)
			}
		})
	}
}

// TestTreeMembers holds which members the tree has in each state: an absent
// one is not null, and null is not absent.
func TestTreeMembers(t *testing.T) {
	t.Parallel()
	always := []string{"addresses", "contacts", "id", "is_active", "location_id"}
	all := []string{"account_number_1", "account_number_2", "addresses", "contacts", "created_on", "id", "is_active", "is_commercial", "last_updated_on",
		"location_id", "name", "note", "parent_id", "reference_number", "renewal_date", "sales_rep", "sales_rep_id", "suspension_id"}
	address := []string{"country", "id", "is_active", "is_billing", "is_physical", "is_shipping", "latitude", "line_1", "line_2", "line_3", "line_4", "locality", "longitude", "postcode", "region"}
	contact := []string{"email", "fax", "id", "name", "notify_on_acknowledged_request", "notify_on_completed_request", "notify_on_dispatched_request", "notify_on_failed_request", "notify_on_new_request", "number"}
	for name, l := range locations() {
		if name == "mixed" {
			continue
		}
		tree := l.Tree()
		inner := func(member string) Tree { return tree[member].([]any)[1].(Tree) }
		check := func(what string, tree Tree, want []string) {
			if name == "absent" {
				want = slices.DeleteFunc(slices.Clone(want), func(n string) bool { return what != "location" || !slices.Contains(always, n) })
			}
			if got := slices.Sorted(maps.Keys(tree)); !slices.Equal(got, want) {
				t.Errorf("%s %s: got %v, want %v", name, what, got, want)
			}
			seen := map[any]bool{}
			for member, v := range tree {
				if s := v; name == "null" && s != nil && !slices.Contains(always, member) {
					t.Errorf("%s %s: %s is %v, want null", name, what, member, v)
				}
				if s, ok := v.(string); ok && seen[s] {
					t.Errorf("%s %s: %s has the value of another member, %v", name, what, member, v)
				}
				if s, ok := v.(string); ok {
					seen[s] = true
				}
			}
		}
		check("location", tree, all)
		check("address", inner("addresses"), address)
		check("contact", inner("contacts"), contact)
	}
}

// TestLocationFromTreeRefuses holds what a location cannot hold, and that the
// error names the place.
func TestLocationFromTreeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(Tree)
		want   string
	}{
		{"unknown member", func(t Tree) { t["nickname"] = "x" }, "/nickname: no such member"},
		{"older name", func(t Tree) { t["customer_id"] = t["id"]; delete(t, "id") }, "/id: must be written as a whole number of at most 64 bits"},
		{"both names", func(t Tree) { t["customer_id"] = t["id"] }, "/customer_id: no such member"},
		{"wrong type", func(t Tree) { t["name"] = json.Number("1") }, "/name: 1 is no string"},
		{"number for a truth value", func(t Tree) { t["is_active"] = json.Number("1") }, "/is_active: 1 is no bool"},
		{"identifier absent", func(t Tree) { delete(t, "id") }, "/id: must be written as a whole number of at most 64 bits"},
		{"identifier null", func(t Tree) { t["location_id"] = nil }, "/location_id: must be written as a whole number of at most 64 bits"},
		{"identifier with a fraction", func(t Tree) { t["id"] = json.Number("1.0") }, "/id: must be written as a whole number of at most 64 bits"},
		{"identifier beyond 64 bits", func(t Tree) { t["id"] = json.Number("9223372036854775808") }, "/id: must be written as a whole number of at most 64 bits"},
		{"parent with a fraction", func(t Tree) { t["parent_id"] = json.Number("2.0") }, "/parent_id: must be written as a whole number of at most 64 bits"},
		{"suspension with an exponent", func(t Tree) { t["suspension_id"] = json.Number("1e+16") }, "/suspension_id: must be written as a whole number of at most 64 bits"},
		{"address with a fraction", func(t Tree) { t["addresses"].([]any)[1].(Tree)["id"] = json.Number("1.0") }, "/addresses/1/id: must be written as a whole number of at most 64 bits"},
		{"name that a pointer escapes", func(t Tree) { t["a/b~c"] = nil }, "/a~1b~0c: no such member"},
		{"activity absent", func(t Tree) { delete(t, "is_active") }, "/is_active: must be true or false"},
		{"activity null", func(t Tree) { t["is_active"] = nil }, "/is_active: must be true or false"},
		{"addresses absent", func(t Tree) { delete(t, "addresses") }, "/addresses: must be an array"},
		{"contacts null", func(t Tree) { t["contacts"] = nil }, "/contacts: must be an array"},
		{"addresses an object", func(t Tree) { t["addresses"] = Tree{} }, "/addresses: map[] is no []interface {}"},
		{"item no object", func(t Tree) { t["contacts"] = []any{Tree{}, "x"} }, "/contacts: item 1 is no object"},
		{"nested unknown member", func(t Tree) { t["addresses"].([]any)[1].(Tree)["planet"] = "x" }, "/addresses/1/planet: no such member"},
		{"nested wrong type", func(t Tree) { t["contacts"].([]any)[0].(Tree)["email"] = true }, "/contacts/0/email: true is no string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := locations()["present"]
			tree := l.Tree()
			c.change(tree)
			if got, err := LocationFromTree(tree); err == nil || err.Error() != c.want {
				t.Errorf("got %+v, %v, want the error %q", got, err, c.want)
			}
		})
	}
	if _, err := LocationFromTree(nil); err == nil {
		t.Error("a location without anything gave no error")
	}
}

// TestTreeIsACopy holds that a caller may change a tree.
func TestTreeIsACopy(t *testing.T) {
	t.Parallel()
	l := locations()["present"]
	want := locations()["present"]
	tree := l.Tree()
	tree["name"] = "changed"
	tree["addresses"].([]any)[0].(Tree)["line_1"] = "changed"
	tree["addresses"].([]any)[1] = nil
	if !reflect.DeepEqual(l, want) {
		t.Errorf("got %+v after its tree was changed, want %+v", l, want)
	}
}

// TestClient holds roles and tenants.
func TestClient(t *testing.T) {
	t.Parallel()
	c := Client{Roles: []Role{"Driver", RoleAdmin}, Tenants: []int64{1, -2}}
	if c.HasAny(nil) || c.HasAny([]Role{RoleDispatcher, "driver"}) || !c.HasAny([]Role{RoleDispatcher, "Driver"}) {
		t.Error("want a role to be found by its exact name, and among any of those asked for")
	}
	if !c.Sees(1) || !c.Sees(-2) || c.Sees(2) || c.Sees(0) {
		t.Error("want its own tenants and no other")
	}
	if c.AllTenants = true; !c.Sees(2) {
		t.Error("want every tenant where all are its own")
	}
	if none := (&Client{}); none.Sees(0) || none.HasAny([]Role{""}) {
		t.Error("want nothing of a client that has nothing")
	}
}
