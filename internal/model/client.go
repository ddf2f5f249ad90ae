package model

import "slices"

// Role is the name of a user's role, as the vendor spells it.
type Role string

// The two roles that the code itself speaks of; all others come from files.
const (
	RoleDispatcher Role = "Dispatcher"
	RoleAdmin      Role = "Admin"
)

// Client is what a token stands for: the client ID that the token was issued to, and
// the user's roles and tenants.
type Client struct {
	Token   string
	ID      string
	User    string
	Roles   []Role
	Tenants []int64
	// AllTenants is set under --auth any.
	AllTenants bool
}

// HasAny reports whether the client's user has one of the roles.
func (c *Client) HasAny(roles []Role) bool {
	for _, r := range c.Roles {
		if slices.Contains(roles, r) {
			return true
		}
	}
	return false
}

// Sees reports whether the tenant is the client's own.
func (c *Client) Sees(tenant int64) bool {
	return c.AllTenants || slices.Contains(c.Tenants, tenant)
}
