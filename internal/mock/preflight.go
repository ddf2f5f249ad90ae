package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// maxRefused is how many refusals of one preflight are recorded: a client can
// ask for as many header fields as a head has room for.
const maxRefused = 20

// preflight answers a browser's question before it sends the real request.
// Browsers send no credentials with it (Fetch standard), so no header is asked
// for. The answer is the same whatever is asked. What the browser will refuse
// stands in the record, because the page's script learns nothing of it.
func (m *Mock) preflight(q *request) (*wire.Body, *model.Error) {
	method := q.r.Header.Get("Access-Control-Request-Method")
	if method == "" {
		return wire.Empty(), nil
	}
	refused := func(pointer, field, list, documented, value, hint string) {
		q.x.Problems = append(q.x.Problems, exchange.Violation{
			Part: exchange.PartPreflight, Pointer: pointer, Rule: field + ": " + list, Value: cut(value), Schema: "StandardResponseHeadersModel.json",
			Documented: "The sample response has " + field + ": " + documented + ".",
			Hint: fmt.Sprintf("%s does not list %s, so the browser never sends the %s and the page sees only a network error; %s",
				field, cut(value), cut(method), hint)})
	}
	simple := []string{http.MethodGet, http.MethodHead, http.MethodPost} // they need no leave (Fetch standard)
	listed := strings.Split(methods, ",")
	if !slices.Contains(simple, method) && !slices.Contains(listed, method) {
		hint := "use one of the methods that it lists"
		if upper := strings.ToUpper(method); slices.Contains(listed, upper) {
			hint = "methods are case-sensitive, and browsers spell " + upper + " as the page does: send " + upper
		}
		refused("/access-control-request-method", wire.AllowMethods, methods, methods, method, hint)
	}
	asked, _ := contract.HeaderText(q.r.Header, "Access-Control-Request-Headers")
	allowed := strings.Split(m.allowHeaders(), ", ")
	for name := range strings.SplitSeq(asked, ",") {
		name = strings.TrimSpace(name)
		if name == "" || slices.ContainsFunc(allowed, func(other string) bool { return strings.EqualFold(other, name) }) {
			continue
		}
		if len(q.x.Problems) == maxRefused {
			break // the first of them are enough to see what is the matter
		}
		refused("/access-control-request-headers", wire.AllowHeaders, m.allowHeaders(), allowHeaders, name, hintWithout(name))
	}
	return wire.Empty(), nil
}

// hintWithout says how a page does without a header field that it may not send.
func hintWithout(name string) string {
	hint := "send the request without " + cut(name)
	switch strings.ToLower(name) {
	case "x-api-version", "x-request-id":
		return hint + ", or from a server instead of a page; --cors relaxed shows whether this alone is in the way"
	case "x-mock-session":
		return hint + " and name the session by the path, /_s/ID/customers/…"
	case "x-mock-scenario":
		return hint + " and switch the scenario on in a session, or ask for a customer that triggers it"
	}
	return hint + ", or from a server instead of a page"
}
