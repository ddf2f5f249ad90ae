package coverage

import (
	"fmt"
	"net/http"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// means are what the mock and its fixtures have beside the contract.
func (w *writer) means() {
	if w.op == nil {
		return
	}
	w.preflight()
	w.limits()
	if keys := w.keys(); len(keys) <= maxRecords {
		w.group("records", "each record of the fixtures: tenant/customer/location", false)
		for _, k := range keys {
			r, ok := w.reading(k)
			var c command
			if ok {
				c = command{r}
			}
			i := w.item(keyName(k), fmt.Sprintf("No request was for the customer %d at the location %d of tenant %d.", k.Customer, k.Location, k.Tenant), c...)
			w.records[k] = i
		}
		w.tidy()
	}
	w.group("scenarios", "each scenario of the catalogue", false)
	if w.files.Scenarios != nil {
		for _, s := range w.files.Scenarios.All() {
			w.scenarios[s.Name] = w.item(s.Name, fmt.Sprintf("No request met the scenario %s: %s", s.Name, s.Description), w.staged(s)...)
		}
	}
	w.tidy()
}

// patiently has curl give up what a scenario never answers.
const patiently = "--max-time 5"

// reading returns a request for a record of who may read it.
func (w *writer) reading(k store.Key) (request, bool) {
	for _, c := range w.clients() {
		if c.Sees(k.Tenant) && w.may(c, w.op) {
			r := w.request(w.op.Method, c, k)
			if w.files.RecordScenarios[k] != "" {
				r.options = patiently
			}
			return r, true
		}
	}
	return request{}, false
}

// preflight asks what a browser asks before a page's DELETE.
func (w *writer) preflight() {
	if _, ok := w.methods[http.MethodOptions]; !ok {
		return
	}
	w.group("preflights", "what a browser asks before a page's request: one that it may send, and one that it may not", false)
	ask := request{method: http.MethodOptions, path: w.good.path, fields: []field{
		{name: "Origin", value: "http://localhost:3000"}, {name: "Access-Control-Request-Method", value: http.MethodDelete}}}
	w.preflights[0] = w.item("allowed", "No preflight asked for what a page may send.", w.doing(ask.with("Access-Control-Request-Headers", "authorization,x-tenant-id"))...)
	w.preflights[1] = w.item("refused", "No preflight asked for what a page may not send.", w.doing(ask.with("Access-Control-Request-Headers", "x-not-listed"))...)
}

// limits are what the mock's own reading of HTTP refuses.
func (w *writer) limits() {
	w.group("limits", "faults of requests that are no good HTTP, are too large, or name no session", false)
	for _, k := range model.Kinds() {
		if k.Status == 0 || k.When == "" {
			continue
		}
		r := w.example(k.Example)
		r.alone = true
		w.fault(code{&k, w.doing(r)})
	}
}

// staged returns requests that a scenario takes over.
func (w *writer) staged(s *scenario.Scenario) command {
	o := s.Trigger()
	k := w.record
	for _, member := range []struct {
		asked *int64
		of    *int64
	}{{o.Tenant, &k.Tenant}, {o.Customer, &k.Customer}, {o.Location, &k.Location}} {
		if member.asked != nil {
			*member.of = *member.asked
		}
	}
	c, ok := w.client, w.ok
	if o.Client != "" {
		ok = false
		for _, other := range w.clients() {
			if other.ID == o.Client && !ok {
				c, ok = other, w.ok
			}
		}
	}
	if !ok || o.Undetermined {
		return nil
	}
	r := w.request(w.op.Method, c, k)
	if o.Method != "" {
		r = r.by(o.Method)
	}
	for _, f := range o.Headers {
		r = r.set(f[0], f[1]) // none of which may be a token
	}
	if o.Version != "" {
		r = r.set("x-api-version", string(o.Version))
	}
	r = r.with("X-Mock-Scenario", s.Name)
	r.repeat = o.Repeat
	r.options = patiently
	return command{r}
}
