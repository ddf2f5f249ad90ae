package coverage

import (
	"encoding/json"
	"fmt"
	"slices"

	"dispatchmock/internal/model"
)

// versions are the ways in which a version comes into force.
func (w *writer) versions() {
	w.group("versions", "each API version: named by a request, or in force because it was named before; and a client ID that never named one", true)
	w.unpinned = none
	if w.op == nil {
		w.tidy()
		return
	}
	for _, v := range w.Contract.Versions() {
		naming := w.good.set("x-api-version", string(v))
		w.named[string(v)] = w.item(string(v)+" named", fmt.Sprintf("No request that succeeded named the version %s.", v), w.doing(naming)...)
		w.pinned[string(v)] = w.item(string(v)+" pinned", fmt.Sprintf("No request that succeeded was answered in %s because its client ID had named it before.", v),
			w.doing(naming, w.good)...)
	}
	unpin := request{method: "PUT", path: "/sessions/{session}/pins", admin: true}
	body, _ := json.Marshal(map[string]any{"pins": map[string]any{w.client.ID: nil}}) // texts have a JSON form
	unpin.body = string(body)
	w.unpinned = w.item("default", fmt.Sprintf("No request that succeeded came from a client ID that never named a version, and so was answered in %s.", w.Contract.Oldest()),
		w.doing(unpin, w.good)...)
}

// people are the roles of the fixtures' clients.
func (w *writer) people() {
	w.group("roles", "each role of the fixtures' clients, for each operation", !w.Elsewhere)
	defer w.tidy()
	if w.AnyToken {
		return
	}
	type call struct {
		role   model.Role
		method string
	}
	items := map[call]int{}
	for _, c := range w.clients() {
		for _, role := range c.Roles {
			for _, op := range w.served() {
				k := call{role, op.Method}
				i, ok := items[k]
				if !ok {
					r, sent := w.askedBy(op.Method, c)
					var cmd command
					if sent {
						cmd = w.doing(r)
					}
					i = w.item(fmt.Sprintf("%s %s", role, op.Method), fmt.Sprintf("No %s came from a user with the role %s.", op.Method, role), cmd...)
					items[k] = i
				}
				h := holder{c.Token, op.Method}
				if !slices.Contains(w.roles[h], i) {
					w.roles[h] = append(w.roles[h], i)
				}
			}
		}
	}
}

// askedBy returns the request of a client for a record that it may see, or for
// the one of the good request.
func (w *writer) askedBy(method string, c model.Client) (request, bool) {
	if !w.ok {
		return request{}, false
	}
	k := w.record
	if !c.Sees(k.Tenant) {
		for _, other := range w.keys() {
			if c.Sees(other.Tenant) {
				k = other
				break
			}
		}
	}
	return w.request(method, c, k), true
}
