package mock

import (
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
	"dispatchmock/internal/exchange"
)

// tell adds a problem to the exchange, with all that a person needs who
// reads of it there: more than the status line has room for.
func (m *Mock) tell(q *request, p *problem) {
	f := p.finding
	if name, ok := strings.CutPrefix(f.Pointer, "/"); ok && f.Part == exchange.PartRequestHeader {
		m.tellOfHeader(q, name, &f)
	} else if found := placeholder.FindString(f.Value); found != "" {
		f.Remedy = found + " is the documentation's placeholder; the value " + f.Remedy
	}
	switch p.fault.Code {
	case model.AuthorizationInvalid, model.TokenUnknown, model.RoleMissing:
		f.Remedy += m.whoMay(q)
	case model.RecordUnknown, model.RepeatedDelete:
		f.Remedy += "; " + strings.ReplaceAll(p.fault.Code.Kind().Hint, "{session}", q.s.Spec.ID)
	case model.TenantForeign:
		if len(q.client.Tenants) == 0 {
			f.Remedy += "; give its client tenants in the fixtures"
		}
	}
	q.x.Problems = append(q.x.Problems, f)
}

// tellOfHeader says what the value of a header field does not: that it is a
// placeholder, which is no secret, or that there are several.
func (m *Mock) tellOfHeader(q *request, name string, f *exchange.Finding) {
	lines := q.r.Header[http.CanonicalHeaderKey(name)]
	text, _ := contract.HeaderText(q.r.Header, http.CanonicalHeaderKey(name))
	if found := placeholder.FindString(text); found != "" {
		f.Remedy = found + " is the documentation's placeholder; the value " + f.Remedy
	}
	if name == "authorization" && len(lines) == 0 {
		f.Remedy += "; send Authorization: Bearer and a token"
	}
	if len(lines) > 1 {
		f.Remedy += fmt.Sprintf("; it was sent %d times: send it once", len(lines))
	}
}

// maxNamed is how many clients a remedy names.
const maxNamed = 3

// whoMay names the clients whose tokens would do; the tokens themselves stand
// in no journal.
func (m *Mock) whoMay(q *request) string {
	if m.AnyToken {
		return "; with --auth any every well-formed token works"
	}
	base := q.s.World.Base()
	tenant := q.route.Tenant
	anyTenant := !tenant.OK || !base.HasTenant(tenant.Value)
	var names []string
	for _, client := range base.Clients() {
		sees := client.Sees(tenant.Value) || anyTenant && len(client.Tenants) > 0
		if client.HasAny(q.rules.Roles) && sees && len(names) < maxNamed {
			names = append(names, client.ID)
		}
	}
	if len(names) == 0 {
		return "; no client of the fixtures may: give one the role and a tenant"
	}
	return "; use the token of one of these clients of the fixtures: " + strings.Join(names, ", ")
}
