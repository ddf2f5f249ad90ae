package mock

import (
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// preflight answers a browser's question before it sends the real request. It
// asks for no header: browsers send no credentials with it (Fetch standard).
// The answer is the same whatever is asked; that the browser will take it for
// a refusal stands in the record, because the page's script is told nothing.
func (m *Mock) preflight(q *request) (*wire.Body, *model.Error) {
	method := q.r.Header.Get("Access-Control-Request-Method")
	if method == "" {
		return wire.Empty(), nil
	}
	if !simpleMethod(method) && !listed(methods, method, func(a, b string) bool { return a == b }) {
		hint := "use one of the methods that it lists"
		if upper := strings.ToUpper(method); listed(methods, upper, func(a, b string) bool { return a == b }) {
			hint = "methods are case-sensitive, and browsers spell " + upper + " as the page does: send " + upper
		}
		q.refusedPreflight("/access-control-request-method", wire.AllowMethods, methods, methods, method, method, hint)
	}
	asked, _ := contract.HeaderText(q.r.Header, "Access-Control-Request-Headers")
	allowed := m.allowHeaders()
	for name := range strings.SplitSeq(asked, ",") {
		if name = strings.TrimSpace(name); name == "" || listed(allowed, name, strings.EqualFold) {
			continue
		}
		if len(q.x.Problems) == maxRefused {
			break // the first of them are enough to see what is the matter
		}
		q.refusedPreflight("/access-control-request-headers", wire.AllowHeaders, allowed, allowHeaders, name, method, without(name))
	}
	return wire.Empty(), nil
}

// maxRefused is how many refusals of one preflight are recorded: a client can
// ask for as many header fields as a head has room for.
const maxRefused = 20

// without says how a page does without a header field that it may not send.
func without(name string) string {
	hint := "send the request without " + cut(name)
	switch strings.ToLower(name) {
	case "x-api-version", "x-request-id":
		return hint + ", or from a server instead of a page; --cors relaxed shows whether this alone is in the way"
	case "x-mock-session":
		return hint + " and name the session by the path, /_s/ID/customers/…"
	case "x-mock-scenario":
		return hint + " and switch the scenario on in a session, or ask for the customer that carries it"
	}
	return hint + ", or from a server instead of a page"
}

// simpleMethod reports a method that needs no leave (Fetch standard).
func simpleMethod(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPost
}

func listed(list, name string, same func(a, b string) bool) bool {
	for one := range strings.SplitSeq(list, ",") {
		if same(strings.TrimSpace(one), name) {
			return true
		}
	}
	return false
}

// refusedPreflight records what the browser will refuse, and that nothing else
// will come from it.
func (q *request) refusedPreflight(pointer, field, list, documented, value, method, hint string) {
	q.x.Problems = append(q.x.Problems, exchange.Violation{
		Part: exchange.PartPreflight, Pointer: pointer, Rule: field + ": " + list, Value: cut(value), Schema: "StandardResponseHeadersModel.json",
		Documented: "The sample response has " + field + ": " + documented + ".",
		Hint: fmt.Sprintf("%s does not list %s, so the browser never sends the %s and the page sees only a network error; %s",
			field, cut(value), cut(method), hint)})
}
