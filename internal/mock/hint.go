package mock

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

// placeholder is what the page's samples print where a value belongs.
var placeholder = regexp.MustCompile(`\{[a-z_-]+\}`)

// hintAtPlaceholder returns a hint that says so where a text has a placeholder.
func hintAtPlaceholder(text, hint string) (string, bool) {
	found := placeholder.FindString(text)
	if found == "" {
		return hint, false
	}
	return found + " is the documentation's placeholder; the value " + hint, true
}

// headerDetail says to the client what is wrong with a header field.
func (m *Mock) headerDetail(q *request, name string, v exchange.Violation) string {
	text, _ := contract.HeaderText(q.r.Header, http.CanonicalHeaderKey(name))
	if name != "authorization" {
		return detail(v, text)
	}
	// The value is a secret, so it is not sent back; a placeholder is none.
	if p := placeholder.FindString(text); p != "" {
		return sentence(p + " is the documentation's placeholder; put a token in its place" + m.tokenHint(q.s))
	}
	return sentence(v.Hint + m.tokenHint(q.s))
}

// detail says to the client which rule a value breaks.
func detail(v exchange.Violation, text string) string {
	hint, ok := hintAtPlaceholder(text, v.Hint)
	if !ok && v.Value != "" {
		hint += "; received " + cut(text)
	}
	return sentence(hint)
}

// maxReceived is how many bytes of a received value are sent back.
const maxReceived = 64

func cut(text string) string {
	if len(text) > maxReceived {
		return fmt.Sprintf("%q... (%d bytes)", text[:maxReceived], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// sentence makes a text a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

const anyTokenWorks = "; with --auth any every well-formed token works"

// tokenHint names a token that works.
func (m *Mock) tokenHint(s *session.Session) string {
	if m.AnyToken {
		return anyTokenWorks + ", try Bearer any-token"
	}
	for _, op := range m.Contract.Operations() {
		if op.Method != http.MethodDelete {
			continue
		}
		for _, c := range s.Store.Base().Clients() {
			if c.HasAny(op.Roles) && len(c.Tenants) > 0 {
				return "; try Bearer " + c.Token
			}
		}
	}
	return ""
}

func tenantsOf(c *model.Client) string {
	if c.AllTenants {
		return "; there is no such tenant"
	}
	if len(c.Tenants) == 0 {
		return ", which has no tenant"
	}
	return "; its tenants are " + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Tenants), " ", ", "), "[]")
}

// addProblem adds a problem to the exchange, with hints for which the status
// line has no room.
func (m *Mock) addProblem(q *request, p *problem) {
	v := p.violation
	if name, ok := strings.CutPrefix(v.Pointer, "/"); ok && v.Part == exchange.PartRequestHeader {
		addHeaderHints(q.r.Header, name, &v)
	} else {
		v.Hint, _ = hintAtPlaceholder(v.Value, v.Hint)
	}
	switch p.err.Code {
	case model.AuthorizationInvalid, model.TokenUnknown, model.RoleMissing:
		v.Hint += m.clientHint(q)
	case model.RecordUnknown, model.RepeatedDelete:
		v.Hint += "; " + strings.ReplaceAll(p.err.Code.Kind().Hint, "{session}", q.s.Spec.ID)
	case model.TenantForeign:
		if len(q.client.Tenants) == 0 {
			v.Hint += "; give its client tenants in the fixtures"
		}
	}
	q.x.Problems = append(q.x.Problems, v)
}

// addHeaderHints says what the shown value of a header field does not: that it is a
// placeholder, which is no secret, or that there are several.
func addHeaderHints(h http.Header, name string, v *exchange.Violation) {
	key := http.CanonicalHeaderKey(name)
	text, _ := contract.HeaderText(h, key)
	v.Hint, _ = hintAtPlaceholder(text, v.Hint)
	switch n := len(h[key]); {
	case n == 0 && name == "authorization":
		v.Hint += "; send Authorization: Bearer and a token"
	case n > 1:
		v.Hint += fmt.Sprintf("; it was sent %d times: send it once", n)
	}
}

// maxNamed is how many clients a hint names.
const maxNamed = 3

// clientHint names the clients whose tokens would do; the tokens themselves stand
// in no journal.
func (m *Mock) clientHint(q *request) string {
	if m.AnyToken {
		return anyTokenWorks
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
