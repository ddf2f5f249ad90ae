package coverage

import (
	"net/http"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/store"
)

// match appends what an exchange covers.
func (g *grid) match(items []int, x *exchange.Exchange, r *http.Request, route *contract.Route) []int {
	add := func(i int, ok bool) {
		if ok && i != none {
			items = append(items, i)
		}
	}
	own := !x.Altered && len(x.Violations) == 0 && x.Err == nil // the API's answer
	if x.Scenario != "" {
		i, ok := g.scenarios[x.Scenario]
		add(i, ok)
	}
	if own && x.ErrorCode != "" {
		i, ok := g.faults[x.ErrorCode]
		add(i, ok)
	}
	if r == nil {
		return items
	}
	op := g.operations[x.Operation]
	if op == nil {
		if own && route.Resource != nil {
			i, ok := g.methods[r.Method]
			if !ok {
				i = g.otherMethod
			}
			add(i, true)
		}
		i, ok := g.statuses[x.Status]
		add(i, ok && own)
		return items
	}
	i, ok := g.methods[op.Method]
	add(i, ok)
	if op.Method == http.MethodOptions {
		if r.Header.Get("Access-Control-Request-Method") != "" {
			add(g.preflights[refused(x)], true)
		}
		return items
	}
	i, ok = g.statuses[x.Status]
	add(i, ok && own)
	if !op.Served {
		return items
	}
	add(g.slashes[ending(route)], true)
	items = g.inputs(items, x, r, route)
	return g.identity(items, op, x, r, route, own)
}

func ending(route *contract.Route) int {
	if route.Slash {
		return 1
	}
	return 0
}

func refused(x *exchange.Exchange) int {
	for i := range x.Problems {
		if x.Problems[i].Part == exchange.PartPreflight {
			return 1
		}
	}
	return 0
}

// inputs appends what header fields and path parameters cover: how each is
// right, or which keywords it breaks.
func (g *grid) inputs(items []int, x *exchange.Exchange, r *http.Request, route *contract.Route) []int {
	problems := x.Problems
	if g.validates || x.Scenario != "" {
		// What the API found is not all, or it was not asked.
		problems = slices.Concat(route.Headers, route.Path)
	}
	for i := range g.headers {
		h := &g.headers[i]
		broken := false
		items, broken = h.broken(items, problems, exchange.PartRequestHeader)
		_, present := r.Header[h.key]
		switch {
		case !present && h.absent != none:
			items = append(items, h.absent)
		case present && !broken && h.valid != none:
			items = append(items, h.valid)
		}
	}
	for i := range g.parameters {
		p := &g.parameters[i]
		broken := false
		if items, broken = p.broken(items, problems, exchange.PartPath); !broken {
			items = append(items, p.valid)
		}
	}
	return items
}

// broken appends the keywords that the rule's value breaks, and reports whether
// there are any.
func (r *rule) broken(items []int, problems []exchange.Violation, part string) ([]int, bool) {
	any := false
	for i := range problems {
		f := &problems[i]
		if f.Rejected || f.Part != part || len(f.Pointer) != len(r.name)+1 || f.Pointer[1:] != r.name {
			continue
		}
		any = true
		word, _, _ := strings.Cut(f.Rule, ":")
		if k, ok := r.words[word]; ok {
			items = append(items, k)
		}
	}
	return items, any
}

// identity appends who asked, in which version, for which record.
func (g *grid) identity(items []int, op *contract.Operation, x *exchange.Exchange, r *http.Request, route *contract.Route, own bool) []int {
	if x.ClientID == "" {
		return items
	}
	if x.Invalid() == nil && len(g.roles) > 0 {
		if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
			items = append(items, g.roles[holder{token, op.Method}]...)
		}
	}
	good := own && x.Status == http.StatusOK
	if good {
		i, ok := g.unpinned, x.VersionPinned == ""
		switch {
		case x.VersionAsked != "":
			i, ok = g.named[x.VersionAsked]
		case x.VersionPinned != "":
			i, ok = g.pinned[x.VersionPinned]
		}
		if ok && i != none {
			items = append(items, i)
		}
		if x.Repeated && g.repeated != none {
			items = append(items, g.repeated)
		}
	}
	if (good || x.Scenario != "") && len(g.records) > 0 {
		k := store.Key{Tenant: route.Tenant.Value, Customer: route.Customer.Value, Location: route.Location.Value}
		if i, ok := g.records[k]; ok && route.Tenant.OK && route.Customer.OK && route.Location.OK {
			items = append(items, i)
		}
	}
	return items
}
