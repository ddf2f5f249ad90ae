package verify

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
)

// unknownToken is a well-formed token that was issued to nobody.
const unknownToken = "dispatchmock-verify.unknown.token"

// rights adds the cases of tokens, roles and tenants.
func (k *catalogue) rights(op *contract.Operation) {
	if op == nil || op.RequestHeaders(k.oldest) == nil {
		return
	}
	k.tokens(op)
	k.tenants(op)
	for _, role := range k.roles {
		k.role(op, role)
	}
}

func (k *catalogue) tokens(op *contract.Operation) {
	name := prefix(op) + "token/unknown"
	request := request(func(r *run) probe { return r.valid(op.Method).with(name, "Authorization", "Bearer "+unknownToken) })
	k.refused(refusal{request: request, want: "4xx", chosen: k.chosen(model.TokenUnknown),
		Case: Case{Name: name, Grade: Page, Documented: "Only users with certain roles may call the operation.", Source: sourcePage, Needs: needs(op)}})
	k.add(Case{Name: name + "/no-server-error", Grade: Vendor, Documented: "An invalid token is never answered with a server error.",
		Source: sourceChangelog, Needs: needs(op), check: checkStatus(request.send, "no 5xx", noServerError)})
}

func (k *catalogue) tenants(op *contract.Operation) {
	add := func(c Case, status chosen, id func(*run) int64) {
		c.Name = prefix(op) + c.Name
		k.refused(refusal{Case: c, want: "4xx", chosen: status, request: func(r *run) probe {
			return r.valid(op.Method).with(c.Name, "x-tenant-id", strconv.FormatInt(id(r), 10)).other()
		}})
	}
	foreign := Case{Name: "tenant/foreign", Grade: Vendor, Documented: "A tenant that is not assigned to the caller is answered 403.",
		Source: sourceChangelog, Needs: needs(op, NeedsTenant)}
	add(foreign, chosen{http.StatusForbidden, foreign}, func(r *run) int64 { return *r.ForeignTenant })
	add(Case{Name: "tenant/unknown", Grade: Inferred, Documented: "A token sees only its own tenants.", Source: "the vendor's list of tenants", Needs: needs(op)},
		k.chosen(model.TenantUnknown), func(*run) int64 { return unusedID })
}

// role adds what a token of a role may do.
func (k *catalogue) role(op *contract.Operation, role model.Role) {
	name := prefix(op) + "role/" + string(role)
	c := Case{Name: name, Grade: gradeOf(op.Comment, ""), Documented: fmt.Sprintf("%s is for the roles %v.", op.Name, op.Roles),
		Source: sourceOperations, Needs: needs(op, needsRole(string(role)))}
	request := request(func(r *run) probe {
		return r.valid(op.Method).with(name, "Authorization", "Bearer "+r.RoleTokens[role])
	})
	if slices.Contains(op.Roles, role) {
		c.Name += "/accepted"
		c.check = checkStatus(request.send, "200", is(http.StatusOK))
		k.add(c)
		return
	}
	if role == model.RoleAdmin {
		// The changelog says otherwise than the page.
		c.Documented, c.Grade = c.Documented+" The vendor's changelog of 2019 adds Admin.", Assumed
	}
	k.refused(refusal{Case: c, request: request, want: "4xx", chosen: k.chosen(model.RoleMissing)})
}
