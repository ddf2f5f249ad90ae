package mock

import (
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// tell adds a problem to the exchange, with all that a person needs who
// reads of it there: more than the status line has room for.
func (m *Mock) tell(q *request, p *problem) {
	f := p.violation
	if name, ok := strings.CutPrefix(f.Pointer, "/"); ok && f.Part == exchange.PartRequestHeader {
		m.tellOfHeader(q, name, &f)
	} else if found := placeholder.FindString(f.Value); found != "" {
		f.Hint = found + " is the documentation's placeholder; the value " + f.Hint
	}
	switch p.err.Code {
	case model.AuthorizationInvalid, model.TokenUnknown, model.RoleMissing:
		f.Hint += m.whoMay(q)
	case model.RecordUnknown, model.RepeatedDelete:
		f.Hint += "; " + strings.ReplaceAll(p.err.Code.Kind().Hint, "{session}", q.s.Spec.ID)
	case model.TenantForeign:
		if len(q.client.Tenants) == 0 {
			f.Hint += "; give its client tenants in the fixtures"
		}
	}
	q.x.Problems = append(q.x.Problems, f)
}

// tellOfHeader says what the value of a header field does not: that it is a
// placeholder, which is no secret, or that there are several.
func (m *Mock) tellOfHeader(q *request, name string, f *exchange.Violation) {
	lines := q.r.Header[http.CanonicalHeaderKey(name)]
	text, _ := contract.HeaderText(q.r.Header, http.CanonicalHeaderKey(name))
	if found := placeholder.FindString(text); found != "" {
		f.Hint = found + " is the documentation's placeholder; the value " + f.Hint
	}
	if name == "authorization" && len(lines) == 0 {
		f.Hint += "; send Authorization: Bearer and a token"
	}
	if len(lines) > 1 {
		f.Hint += fmt.Sprintf("; it was sent %d times: send it once", len(lines))
	}
}

// maxNamed is how many clients a hint names.
const maxNamed = 3

// whoMay names the clients whose tokens would do; the tokens themselves stand
// in no journal.
func (m *Mock) whoMay(q *request) string {
	if m.AnyToken {
		return "; with --auth any every well-formed token works"
	}
	base := q.s.Store.Base()
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
