package mock_test

import (
	"fmt"
	"net/http"
	"testing"

	"dispatchmock/internal/testkit"
)

// TestRoles holds who may call what against api-facts.md, by hand: the golden
// exchanges of the roles were written by the server itself.
func TestRoles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role        string
		delete, get bool // P and V
	}{
		{"Public", false, false},
		{"Admin", false, true},
		{"Driver", false, true},
		{"Dispatcher", true, true},
		{"CrmUser", false, true},
		{"ThirdPartyDispatcher", false, true},
		{"ThirdPartyDriver", false, true},
		{"ThirdPartyAdmin", false, false},
		{"ThirdPartyCrmUser", false, false},
		{"ClientCustomer", false, true},
	} {
		for _, adminToo := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, admin_is_dispatcher %v", c.role, adminToo), func(t *testing.T) {
				t.Parallel()
				client := fmt.Sprintf(`{"clients": [{"token": "role-token", "client_id": "role-app", "roles": [%q], "tenants": [1]}]}`, c.role)
				r := testkit.Start(t, testkit.Settings{Data: testkit.Data{Files: map[string]string{"role.json": client}, Choices: fmt.Sprintf(`{"admin_is_dispatcher": %v}`, adminToo)}})
				for method, may := range map[string]bool{http.MethodGet: c.get, http.MethodDelete: c.delete || adminToo && c.role == "Admin"} {
					want := http.StatusForbidden
					if may {
						want = http.StatusOK
					}
					if a := r.Ask(t, method, testkit.Resource, "Authorization: Bearer role-token", "x-tenant-id: 1"); a.Status != want {
						t.Errorf("%s by %s: got %d %s, want %d", method, c.role, a.Status, a.Reason, want)
					}
				}
			})
		}
	}
}
