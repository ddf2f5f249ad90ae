package coverage

import (
	"net/http"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/store"
)

// The groups in which an exchange finds what it covers.
const (
	groupHeaders    = "request headers"
	groupParameters = "path parameters"
	groupVersions   = "versions"
	groupRoles      = "roles"
	groupStatuses   = "statuses"
	groupErrors     = "errors"
	groupMethods    = "methods"
	groupSlashes    = "slashes"
	groupPreflights = "preflights"
	groupLimits     = "limits"
	groupRecords    = "records"
	groupScenarios  = "scenarios"
)

// match appends what an exchange covers.
func (g *grid) match(items []int, x *exchange.Exchange, r *http.Request, route *contract.Route) []int {
	own := !x.Altered && len(x.Violations) == 0 && x.Err == nil // the API's answer
	if x.Scenario != "" {
		items = g.find(items, groupScenarios, x.Scenario)
	}
	if own && x.ErrorCode != "" {
		items = g.find(g.find(items, groupErrors, x.ErrorCode), groupLimits, x.ErrorCode)
	}
	if r == nil {
		return items
	}
	op := g.operations[x.Operation]
	if op != nil {
		items = append(items, g.methods[op.Method])
	} else if own && route.Resource != nil {
		i, ok := g.methods[r.Method]
		if !ok {
			i = g.methods[otherMethod]
		}
		items = append(items, i)
	}
	if op != nil && op.Method == http.MethodOptions {
		if r.Header.Get("Access-Control-Request-Method") != "" {
			items = g.find(items, groupPreflights, preflight(x))
		}
		return items
	}
	if i, ok := g.statuses[x.Status]; ok && own {
		items = append(items, i)
	}
	if op == nil || !op.Served {
		return items
	}
	slash := 0
	if route.Slash {
		slash = 1
	}
	items = append(items, g.slashes[slash])
	items = g.matchInputs(items, x, r, route)
	return g.matchClient(items, op, x, r, route, own)
}

// preflight returns whether a preflight was allowed or refused.
func preflight(x *exchange.Exchange) string {
	if slices.ContainsFunc(x.Problems, func(v exchange.Violation) bool { return v.Part == exchange.PartPreflight }) {
		return preflightRefused
	}
	return preflightAllowed
}

// matchInputs appends what header fields and path parameters cover: how each is
// right, or which keywords it breaks.
func (g *grid) matchInputs(items []int, x *exchange.Exchange, r *http.Request, route *contract.Route) []int {
	problems := x.Problems
	if g.validates || x.Scenario != "" {
		// What the API found is not all, or nothing was validated.
		problems = slices.Concat(route.Headers, route.Path)
	}
	for i := range g.headers {
		h := &g.headers[i]
		var broken bool
		items, broken = g.matchBroken(items, groupHeaders, h, problems, exchange.PartRequestHeader)
		_, present := r.Header[h.key]
		switch {
		case !present && h.absent != none:
			items = append(items, h.absent)
		case present && !broken:
			items = append(items, h.right)
		}
	}
	for i := range g.parameters {
		p := &g.parameters[i]
		var broken bool
		if items, broken = g.matchBroken(items, groupParameters, p, problems, exchange.PartPath); !broken {
			items = append(items, p.right)
		}
	}
	return items
}

// matchBroken appends the keywords that an input breaks, and reports whether there
// are any.
func (g *grid) matchBroken(items []int, group string, in *input, problems []exchange.Violation, part string) (found []int, broken bool) {
	for i := range problems {
		v := &problems[i]
		if v.Rejected || v.Part != part || len(v.Pointer) != len(in.name)+1 || v.Pointer[1:] != in.name {
			continue
		}
		broken = true
		word, _, _ := strings.Cut(v.Rule, ":")
		if word == "required" {
			word = "absent"
		}
		items = g.find(items, group, in.name, " ", word)
	}
	return items, broken
}

// matchClient appends whose request it is, in which version, for which record.
func (g *grid) matchClient(items []int, op *contract.Operation, x *exchange.Exchange, r *http.Request, route *contract.Route, own bool) []int {
	if x.ClientID == "" {
		return items
	}
	if x.Invalid() == nil && len(g.roles) > 0 {
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		for _, role := range g.roles[token] {
			items = g.find(items, groupRoles, string(role), " ", op.Method)
		}
	}
	good := own && x.Status == http.StatusOK
	if good {
		switch {
		case x.VersionAsked != "":
			items = g.find(items, groupVersions, x.VersionAsked, " named")
		case x.VersionPinned != "":
			items = g.find(items, groupVersions, x.VersionPinned, " pinned")
		default:
			items = append(items, g.unpinned)
		}
		if x.Repeated {
			items = g.find(items, groupErrors, "repeated_delete")
		}
	}
	k := store.Key{Tenant: route.Tenant.Value, Customer: route.Customer.Value, Location: route.Location.Value}
	if i, ok := g.records[k]; ok && (good || x.Scenario != "") && route.Tenant.OK && route.Customer.OK && route.Location.OK {
		items = append(items, i)
	}
	return items
}
