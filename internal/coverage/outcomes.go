package coverage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// otherMethod is the item of the methods that the resource does not have.
const otherMethod = "any other"

// unknownID is an identifier that no record is expected to have.
const unknownID = 1<<62 - 1

// addVersions adds the ways in which a version comes into force.
func (w *writer) addVersions() {
	w.group(groupVersions, "each API version: named by a request, or in force because it was named before; and a client ID that never named one", true)
	for _, v := range w.Contract.Versions() {
		naming := w.good.set("x-api-version", string(v))
		w.item(string(v)+" named", fmt.Sprintf("No request that succeeded named the version %s.", v), w.doing(naming)...)
		w.item(string(v)+" pinned", fmt.Sprintf("No request that succeeded was answered in %s because its client ID had named it before.", v), w.doing(naming, w.good)...)
	}
	body, _ := json.Marshal(map[string]any{"pins": map[string]any{w.client.ID: nil}}) // texts have a JSON form
	unpin := request{method: "PUT", path: "/sessions/{session}/pins", admin: true, body: string(body)}
	w.unpinned = w.item("default", fmt.Sprintf("No request that succeeded came from a client ID that never named a version, and so was answered in %s.", w.Contract.Oldest()),
		w.doing(unpin, w.good)...)
}

// addRoles adds the roles of the fixtures' clients.
func (w *writer) addRoles() {
	w.group(groupRoles, "each role of the fixtures' clients, for each operation", !w.Elsewhere)
	if w.AnyToken {
		return
	}
	seen := map[string]bool{}
	for _, c := range w.clients() {
		w.roles[c.Token] = c.Roles
		for _, role := range c.Roles {
			for _, op := range w.served() {
				name := fmt.Sprintf("%s %s", role, op.Method)
				if !seen[name] {
					seen[name] = true
					w.item(name, fmt.Sprintf("No %s came from a user with the role %s.", op.Method, role), w.requestsBy(op.Method, c)...)
				}
			}
		}
	}
}

// requestsBy returns the request of a client for a record that it may see, or for
// the one of the good request.
func (w *writer) requestsBy(method string, c model.Client) command {
	k := w.record
	if !c.Sees(k.Tenant) {
		if i := slices.IndexFunc(w.keys(), func(k store.Key) bool { return c.Sees(k.Tenant) }); i >= 0 {
			k = w.keys()[i]
		}
	}
	return w.doing(w.request(method, c, k))
}

// addOutcomes adds statuses and errors: what a client can be answered.
func (w *writer) addOutcomes() {
	byStatus := map[int]command{http.StatusOK: w.doing(w.good)}
	codes := w.codes()
	for _, c := range codes {
		status := w.files.Choices.Statuses[c.Code]
		if len(byStatus[status]) == 0 {
			byStatus[status] = c.command
		}
	}
	w.group(groupStatuses, "each status that an answer can have, by the choices in force", true)
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		w.statuses[status] = w.item(fmt.Sprint(status), fmt.Sprintf("No answer of the API had the status %d.", status), byStatus[status]...)
	}
	w.group(groupErrors, "each error that a request can be answered by", true)
	for _, c := range codes {
		sentence := c.sentence()
		if c.Code == model.RepeatedDelete && w.files.Choices.Statuses[c.Code] == http.StatusOK {
			sentence = "No DELETE was for a record that was inactive already."
		}
		w.item(string(c.Code), sentence, c.command...)
	}
}

// code is an error, and the requests that bring it about.
type code struct {
	*model.Kind
	command command
}

// sentence says that nothing brought the error about.
func (c *code) sentence() string {
	return fmt.Sprintf("No request was rejected as %s: %s.", c.Code, c.When)
}

// codes returns the errors that the choices give a status, and that a client
// can bring about in these fixtures, in the order in which they are checked.
func (w *writer) codes() []code {
	var all []code
	for _, k := range model.Kinds() {
		status, chosen := w.files.Choices.Statuses[k.Code]
		if !chosen || status == http.StatusOK && k.Code != model.RepeatedDelete || w.AnyToken && k.Code == model.TokenUnknown {
			continue
		}
		c := code{&k, w.cause(&k)}
		switch k.Code {
		case model.RoleMissing, model.TenantForeign, model.MethodNotImplemented, model.RepeatedDelete:
			if w.ok && len(c.command) == 0 { // no client can bring it about
				continue
			}
		}
		all = append(all, c)
	}
	return all
}

// cause returns the requests that bring an error about: those of the table, but
// where these fixtures decide.
func (w *writer) cause(k *model.Kind) command {
	switch k.Code {
	case model.MethodNotImplemented:
		return w.toUnserved()
	case model.RoleMissing:
		return w.withoutRole()
	case model.TenantForeign:
		return w.toForeignTenant()
	case model.TenantUnknown:
		return w.doing(w.good.set("x-tenant-id", fmt.Sprint(w.unknownTenant())))
	case model.RecordUnknown:
		return w.doing(w.good.at(w.path(fmt.Sprint(unknownID), fmt.Sprint(unknownID))))
	case model.RepeatedDelete:
		return w.deletingTwice()
	}
	return w.doing(w.example(k.Example))
}

// example returns the request of the table, as one of these fixtures.
func (w *writer) example(e *model.Example) request {
	r := w.good
	r.method, r.path = cmp.Or(e.Method, r.method), cmp.Or(e.Path, r.path)
	if e.Customer != "" {
		r.path = w.path(e.Customer, "1")
	}
	if e.Session != "" {
		r.path = "/_s/" + e.Session + r.path
	}
	switch {
	case e.Header != "" && e.Size > 0:
		r.options = fmt.Sprintf(`-H "%s: $(printf %%0%dd 0)"`, e.Header, e.Size)
	case e.Header != "":
		r = r.set(e.Header, e.Value)
	case e.Cut: // the rest of the body never comes: curl gives up
		r.options = fmt.Sprintf("-X DELETE -H 'Content-Length: %d' -d '{}' --max-time 1", e.Size)
	case e.Size > 0:
		r.before, r.options = fmt.Sprintf("head -c %d /dev/zero | ", e.Size), "-X DELETE -H Expect: --data-binary @-"
	}
	return r
}

// toUnserved returns a request of an operation that is not performed.
func (w *writer) toUnserved() command {
	all := w.Contract.Operations()
	i := slices.IndexFunc(all, func(op *contract.Operation) bool { return !op.Served })
	if i < 0 {
		return nil
	}
	return w.doing(w.good.by(all[i].Method))
}

// withoutRole returns a request of a user who may not make it.
func (w *writer) withoutRole() command {
	for _, op := range w.served() {
		for _, c := range w.clients() {
			if !w.may(c, op) {
				return w.requestsBy(op.Method, c)
			}
		}
	}
	return nil
}

// toForeignTenant returns a request for a tenant that exists and is not the
// client's: one with records before one without.
func (w *writer) toForeignTenant() command {
	var tenants []int64
	for _, k := range w.keys() {
		tenants = append(tenants, k.Tenant)
	}
	for _, c := range w.clients() {
		tenants = append(tenants, c.Tenants...)
	}
	i := slices.IndexFunc(tenants, func(tenant int64) bool { return !w.client.Sees(tenant) })
	if i < 0 {
		return nil
	}
	return w.doing(w.good.set("x-tenant-id", fmt.Sprint(tenants[i])))
}

func (w *writer) unknownTenant() int64 {
	id := int64(99)
	for w.files.Base.HasTenant(id) {
		id++
	}
	return id
}

// deletingTwice deactivates a record two times.
func (w *writer) deletingTwice() command {
	if w.delete == nil {
		return nil
	}
	r := w.good.by(w.delete.Method)
	return w.doing(r, r)
}

// addSpellings adds the methods and the two forms of the path.
func (w *writer) addSpellings() {
	w.group(groupMethods, "each method of the resource, and any other", true)
	for _, op := range w.Contract.Operations() {
		w.methods[op.Method] = w.item(op.Method, fmt.Sprintf("No request had the method %s (%s).", op.Method, op.Name), w.doing(w.good.by(op.Method))...)
	}
	w.methods[otherMethod] = w.item(otherMethod, "No request had a method that the resource does not have.", w.doing(w.good.by(http.MethodPut))...)
	w.group(groupSlashes, "the path without a slash at its end, and with one", false)
	w.slashes[0] = w.item("without", "No path was without a slash at its end.", w.doing(w.good)...)
	w.slashes[1] = w.item("with", "No path had a slash at its end.", w.doing(w.good.at(w.good.path+"/"))...)
}
