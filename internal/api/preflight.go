package api

import (
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
)

// preflight answers a browser's question before it sends the real request. It
// asks for no header: browsers send no credentials with it (Fetch standard).
// The answer is the same whatever is asked; that the browser will take it for
// a refusal stands in the record, because the page's script is told nothing.
func (a *API) preflight(c *call) (*wire.Body, *dispatch.Fault) {
	method := c.r.Header.Get("Access-Control-Request-Method")
	if method == "" {
		return wire.Empty(), nil
	}
	if !simpleMethod(method) && !listed(methods, method, func(a, b string) bool { return a == b }) {
		c.refusedPreflight("/access-control-request-method", wire.AllowMethods, methods, method, method,
			"use one of the methods that it lists")
	}
	asked, _ := contract.HeaderText(c.r.Header, "Access-Control-Request-Headers")
	allowed := a.allowHeaders()
	for name := range strings.SplitSeq(asked, ",") {
		if name = strings.TrimSpace(name); name == "" || listed(allowed, name, strings.EqualFold) {
			continue
		}
		c.refusedPreflight("/access-control-request-headers", wire.AllowHeaders, allowed, name, method,
			"send the request without "+cut(name)+", or from a server instead of a page; --cors relaxed shows whether this alone is in the way")
	}
	return wire.Empty(), nil
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
func (c *call) refusedPreflight(pointer, field, list, value, method, remedy string) {
	c.x.Problems = append(c.x.Problems, exchange.Finding{
		Part: exchange.PartPreflight, Pointer: pointer, Rule: field + ": " + list, Value: cut(value), Schema: "StandardResponseHeadersModel.json",
		Documented: "The sample response has " + field + ": " + list + ".",
		Remedy: fmt.Sprintf("%s does not list %s, so the browser never sends the %s and the page sees only a network error; %s",
			field, cut(value), cut(method), remedy)})
}
