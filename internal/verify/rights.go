package verify

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
)

// stranger is a well-formed token that nobody was given.
const stranger = "dispatchmock-verify.unknown.token"

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
	const name = "token/unknown"
	send := func(r *run) probe {
		return r.valid(op.Method).with(prefix(op)+name, "Authorization", "Bearer "+stranger)
	}
	k.refusals(op, refusal{name: name, needs: needs(op), send: send,
		grade: Page, documented: "Only users with certain roles may call the operation.", source: "the endpoint's page",
		status: k.choice(model.TokenUnknown), statusGrade: Assumed, statusText: k.choiceText(model.TokenUnknown), statusSource: k.choiceSource(model.TokenUnknown)})
	k.add(Case{Name: prefix(op) + name + "/no-server-error", Grade: Vendor, Documented: "An invalid token is never answered with a server error.",
		Source: "the vendor's changelog, 2019", Needs: needs(op), check: func(r *run) ([]Difference, error) {
			a, err := r.validatable(op.Method, send(r))
			if err != nil || a.status < 500 {
				return nil, err
			}
			return a.wrongStatus("no 5xx"), nil
		}})
}

func (k *catalogue) tenants(op *contract.Operation) {
	tenant := func(name string, id func(*run) int64) func(*run) probe {
		return func(r *run) probe {
			return r.valid(op.Method).with(prefix(op)+name, "x-tenant-id", strconv.FormatInt(id(r), 10)).other()
		}
	}
	const foreign = "A tenant that is not assigned to the caller is answered 403."
	k.refusals(op, refusal{name: "tenant/foreign", needs: append(needs(op), NeedsTenant), grade: Vendor, documented: foreign, source: "the vendor's changelog, 2019",
		send:   tenant("tenant/foreign", func(r *run) int64 { return *r.ForeignTenant }),
		status: http.StatusForbidden, statusGrade: Vendor, statusText: foreign, statusSource: "the vendor's changelog, 2019"})
	k.refusals(op, refusal{name: "tenant/unknown", needs: needs(op), grade: Inferred, documented: "A token sees only its own tenants.", source: "the vendor's list of tenants",
		send:   tenant("tenant/unknown", func(*run) int64 { return nobody }),
		status: k.choice(model.TenantUnknown), statusGrade: Assumed, statusText: k.choiceText(model.TenantUnknown), statusSource: k.choiceSource(model.TenantUnknown)})
}

// role adds what a token of a role may do.
func (k *catalogue) role(op *contract.Operation, role model.Role) {
	name := "role/" + string(role)
	need := append(needs(op), needsRole(string(role)))
	send := func(r *run) probe {
		return r.valid(op.Method).with(prefix(op)+name, "Authorization", "Bearer "+r.RoleTokens[role])
	}
	documented := fmt.Sprintf("%s is for the roles %v.", op.Name, op.Roles)
	grade := gradeOf(op.Comment, "")
	if slices.Contains(op.Roles, role) {
		k.add(Case{Name: prefix(op) + name + "/accepted", Grade: grade, Documented: documented, Source: "operations.json", Needs: need,
			check: func(r *run) ([]Difference, error) {
				a, err := r.validatable(op.Method, send(r))
				if err != nil || a.status == 200 {
					return nil, err
				}
				return a.wrongStatus("200"), nil
			}})
		return
	}
	if role == model.RoleAdmin {
		// The changelog says otherwise than the page.
		documented, grade = documented+" The vendor's changelog of 2019 adds Admin.", Assumed
	}
	k.refusals(op, refusal{name: name, needs: need, send: send, grade: grade, documented: documented, source: "operations.json",
		status: k.choice(model.RoleMissing), statusGrade: Assumed, statusText: k.choiceText(model.RoleMissing), statusSource: k.choiceSource(model.RoleMissing)})
}
