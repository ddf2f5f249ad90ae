package mock

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/session"
)

// placeholder is what the page's samples print where a value belongs.
var placeholder = regexp.MustCompile(`\{[a-z_-]+\}`)

// headerDetail says to the client what is wrong with a header field.
func (m *Mock) headerDetail(q *request, name string, f exchange.Violation) string {
	text, _ := contract.HeaderText(q.r.Header, http.CanonicalHeaderKey(name))
	if name == "authorization" {
		// The value is a secret, so it is not sent back; a placeholder is none.
		if p := placeholder.FindString(text); p != "" {
			return sentence(p + " is the documentation's placeholder; put a token in its place" + m.hint(q.s))
		}
		return sentence(f.Hint + m.hint(q.s))
	}
	return detail(f, text)
}

// detail says to the client which rule a value breaks.
func detail(f exchange.Violation, text string) string {
	if p := placeholder.FindString(text); p != "" {
		return sentence(p + " is the documentation's placeholder; the value " + f.Hint)
	}
	if f.Value == "" {
		return sentence(f.Hint)
	}
	return sentence(f.Hint + "; received " + cut(text))
}

// maxReceived is how many bytes of a received value are sent back.
const maxReceived = 64

func cut(text string) string {
	if len(text) > maxReceived {
		return fmt.Sprintf("%q... (%d bytes)", text[:maxReceived], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// hint names a token that works.
func (m *Mock) hint(s *session.Session) string {
	if m.AnyToken {
		return "; with --auth any every well-formed token works, try Bearer any-token"
	}
	if token := m.exampleToken(s); token != "" {
		return "; try Bearer " + token
	}
	return ""
}

func (m *Mock) tenantsOf(q *request) string {
	if q.client.AllTenants {
		return "; there is no such tenant"
	}
	if len(q.client.Tenants) == 0 {
		return ", which has no tenant"
	}
	return "; its tenants are " + strings.Trim(strings.ReplaceAll(fmt.Sprint(q.client.Tenants), " ", ", "), "[]")
}

// sentence makes a text a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
