package model

import "testing"

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
