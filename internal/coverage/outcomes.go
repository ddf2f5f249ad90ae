package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
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
		status := w.files.Choices.Statuses[c.Code]
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
		i := w.fault(c)
		if c.Code == model.RepeatedDelete && w.files.Choices.Statuses[c.Code] == http.StatusOK {
			w.items[i].sentence = "No DELETE was for a record that was inactive already."
			w.repeated = i
		}
	}
}

// fault adds the item of an error.
func (w *writer) fault(c code) int {
	name := string(c.Code)
	w.faults[name] = w.item(name, fmt.Sprintf("No request was refused as %s: %s.", name, c.When), c.command...)
	return w.faults[name]
}

// code is an error, and the requests that bring it about.
type code struct {
	*model.Kind
	command command
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
			if w.ok && len(c.command) == 0 { // nobody can bring it about
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
		return w.unserved()
	case model.RoleMissing:
		return w.roleless()
	case model.TenantForeign:
		return w.foreign()
	case model.TenantUnknown:
		return w.doing(w.good.set("x-tenant-id", fmt.Sprint(w.noTenant())))
	case model.RecordUnknown:
		return w.doing(w.good.at(w.path(fmt.Sprint(nobody), fmt.Sprint(nobody))))
	case model.RepeatedDelete:
		return w.twice()
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

func keyName(k store.Key) string { return fmt.Sprintf("%d/%d/%d", k.Tenant, k.Customer, k.Location) }
