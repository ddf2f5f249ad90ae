package coverage

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/world"
)

// nobody is an identifier that no record is expected to have.
const nobody = 1<<62 - 1

// outcomes are statuses and faults: what a client can be answered.
func (w *writer) outcomes() {
	if w.op == nil {
		return
	}
	byStatus := map[int]command{http.StatusOK: w.doing(w.good)}
	codes := w.codes()
	for _, c := range codes {
		status := w.files.Choices.Statuses[c.code]
		if old, ok := byStatus[status]; !ok || len(old) == 0 {
			byStatus[status] = c.command
		}
	}
	w.group("statuses", "each status that an answer can have, by the choices in force", true)
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		w.statuses[status] = w.item(fmt.Sprint(status), fmt.Sprintf("No answer of the API had the status %d.", status), byStatus[status]...)
	}
	w.group("faults", "each fault of a request that can be brought about", true)
	for _, c := range codes {
		i := w.item(string(c.code), fmt.Sprintf("No request was refused as %s: %s.", c.code, c.when), c.command...)
		w.faults[string(c.code)] = i
		if c.code == dispatch.RepeatedDelete && w.files.Choices.Statuses[c.code] == http.StatusOK {
			w.items[i].sentence = "No DELETE was for a record that was inactive already."
			w.repeated = i
		}
	}
}

// code is a fault, when it comes, and the requests that bring it about.
type code struct {
	code    dispatch.Code
	when    string
	command command
}

// codes returns the faults that the choices give a status, and that a client
// can bring about in these fixtures, in the order in which they are checked.
func (w *writer) codes() []code {
	g := w.good
	all := []code{
		{dispatch.PathUnknown, "a path that the API does not have", w.doing(g.at("/no/such/path"))},
		{dispatch.MethodNotImplemented, "a method that the API has and the mock does not perform", w.unserved()},
		{dispatch.MethodNotAllowed, "a method that the resource does not have", w.doing(g.by(http.MethodPut))},
		{dispatch.AuthorizationInvalid, "authorization that is missing or malformed", w.doing(g.without("authorization"))},
		{dispatch.TenantIDInvalid, "an x-tenant-id that is missing or no integer", w.doing(g.set("x-tenant-id", "one"))},
		{dispatch.APIVersionInvalid, "an x-api-version that is none of the versions", w.doing(g.set("x-api-version", "none"))},
		{dispatch.RequestIDInvalid, "an x-request-id that is no UUID", w.doing(g.set("x-request-id", "1"))},
		{dispatch.ContentTypeInvalid, "a content-type that is not application/json", w.doing(g.set("content-type", "text/plain"))},
		{dispatch.NotAcceptable, "an accept that admits no JSON", w.doing(g.set("accept", "text/html"))},
		{dispatch.PathInvalid, "a path parameter that is no integer", w.doing(g.at(w.path("abc", "1")))},
		{dispatch.TokenUnknown, "a well-formed token that nobody has", w.doing(g.set("Authorization", "Bearer no-such-token"))},
		{dispatch.RoleMissing, "a user without the operation's role", w.roleless()},
		{dispatch.TenantForeign, "a tenant of somebody else", w.foreign()},
		{dispatch.TenantUnknown, "a tenant that there is not", w.doing(g.set("x-tenant-id", fmt.Sprint(w.noTenant())))},
		{dispatch.RecordUnknown, "a record that there is not", w.doing(g.at(w.path(fmt.Sprint(nobody), fmt.Sprint(nobody))))},
		{dispatch.RepeatedDelete, "a DELETE of a record that is inactive already", w.twice()},
	}
	return slices.DeleteFunc(all, func(c code) bool {
		status, chosen := w.files.Choices.Statuses[c.code]
		switch {
		case !chosen || status == http.StatusOK && c.code != dispatch.RepeatedDelete:
			return true
		case c.code == dispatch.TokenUnknown:
			return w.AnyToken
		case c.code == dispatch.RoleMissing, c.code == dispatch.TenantForeign, c.code == dispatch.MethodNotImplemented, c.code == dispatch.RepeatedDelete:
			return w.ok && len(c.command) == 0 // nobody can bring it about
		}
		return false
	})
}

// unserved returns a request of an operation that is not performed.
func (w *writer) unserved() command {
	for _, op := range w.Contract.Operations() {
		if !op.Served {
			return w.doing(w.good.by(op.Method))
		}
	}
	return nil
}

// roleless returns a request of a user who may not make it.
func (w *writer) roleless() command {
	for _, op := range w.served() {
		for _, c := range w.clients() {
			if r, ok := w.askedBy(op.Method, c); ok && !w.may(c, op) {
				return command{r}
			}
		}
	}
	return nil
}

// foreign returns a request for a tenant that exists and is not the client's.
func (w *writer) foreign() command {
	for _, k := range w.keys() {
		if w.ok && !w.client.Sees(k.Tenant) {
			return command{w.good.set("x-tenant-id", fmt.Sprint(k.Tenant))}
		}
	}
	for _, c := range w.clients() { // a tenant without records
		for _, tenant := range c.Tenants {
			if w.ok && !w.client.Sees(tenant) {
				return command{w.good.set("x-tenant-id", fmt.Sprint(tenant))}
			}
		}
	}
	return nil
}

func (w *writer) noTenant() int64 {
	for id := int64(99); ; id++ {
		if !w.files.Base.HasTenant(id) {
			return id
		}
	}
}

// twice deactivates a record two times.
func (w *writer) twice() command {
	if w.delete == nil {
		return nil
	}
	r := w.good.by(w.delete.Method)
	return w.doing(r, r)
}

// spellings are the methods and the two forms of the path.
func (w *writer) spellings() {
	if w.op == nil {
		return
	}
	w.group("methods", "each method of the resource, and any other", true)
	for _, op := range w.Contract.Operations() {
		w.methods[op.Method] = w.item(op.Method, fmt.Sprintf("No request had the method %s (%s).", op.Method, op.Name), w.doing(w.good.by(op.Method))...)
	}
	w.otherMethod = w.item("any other", "No request had a method that the resource does not have.", w.doing(w.good.by(http.MethodPut))...)
	w.group("slashes", "the path without a slash at its end, and with one", false)
	w.slashes[0] = w.item("without", "No path was without a slash at its end.", w.doing(w.good)...)
	w.slashes[1] = w.item("with", "No path had a slash at its end.", w.doing(w.good.at(w.good.path+"/"))...)
}

func keyName(k world.Key) string { return fmt.Sprintf("%d/%d/%d", k.Tenant, k.Customer, k.Location) }
