package coverage

import (
	"fmt"
	"net/http"
	"slices"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/model"
)

// The items of the preflights.
const preflightAllowed, preflightRefused = "allowed", "refused"

// patiently has curl give up what a scenario never answers.
const patiently = "--max-time 5"

// addPreflights adds what a browser asks before a page's DELETE.
func (w *writer) addPreflights() {
	if !slices.ContainsFunc(w.Contract.Operations(), func(op *contract.Operation) bool { return op.Method == http.MethodOptions }) {
		return
	}
	w.group(groupPreflights, "what a browser asks before a page's request: one that it may send, and one that it may not", false)
	ask := request{method: http.MethodOptions, path: w.good.path, fields: []field{
		{name: "Origin", value: "http://localhost:3000"}, {name: "Access-Control-Request-Method", value: http.MethodDelete}}}
	w.item(preflightAllowed, "No preflight asked for what a page may send.", w.doing(ask.set("Access-Control-Request-Headers", "authorization,x-tenant-id"))...)
	w.item(preflightRefused, "No preflight asked for what a page may not send.", w.doing(ask.set("Access-Control-Request-Headers", "x-not-listed"))...)
}

// addLimits adds what the mock's own reading of HTTP rejects.
func (w *writer) addLimits() {
	w.group(groupLimits, "errors of requests that are not HTTP, are too large, or name no session", false)
	for _, k := range model.Kinds() {
		if k.Status == 0 || k.When == "" {
			continue
		}
		r := w.example(k.Example)
		r.alone = true
		c := code{&k, w.doing(r)}
		w.item(string(k.Code), c.sentence(), c.command...)
	}
}

// addRecords adds the records of the fixtures, where they are few.
func (w *writer) addRecords() {
	keys := w.keys()
	if len(keys) > maxRecords {
		return
	}
	w.group(groupRecords, "each record of the fixtures: tenant/customer/location", false)
	for _, k := range keys {
		var cmd command
		clients := w.clients()
		if i := slices.IndexFunc(clients, func(c model.Client) bool { return c.Sees(k.Tenant) && w.may(c, w.op) }); i >= 0 {
			r := w.request(w.op.Method, clients[i], k)
			if w.files.RecordScenarios[k] != "" {
				r.options = patiently
			}
			cmd = command{r}
		}
		w.records[k] = w.item(fmt.Sprintf("%d/%d/%d", k.Tenant, k.Customer, k.Location),
			fmt.Sprintf("No request was for the customer %d at the location %d of tenant %d.", k.Customer, k.Location, k.Tenant), cmd...)
	}
}

// addScenarios adds the scenarios of the catalogue.
func (w *writer) addScenarios() {
	w.group(groupScenarios, "each scenario of the catalogue", false)
	if w.files.Scenarios == nil {
		return
	}
	for _, s := range w.files.Scenarios.All() {
		w.item(s.Name, fmt.Sprintf("No request met the scenario %s: %s", s.Name, s.Description), w.triggering(s)...)
	}
}

// triggering returns requests that a scenario takes over.
func (w *writer) triggering(s *scenario.Scenario) command {
	o := s.Trigger()
	if !w.ok || o.Undetermined {
		return nil
	}
	k, c := w.record, w.client
	for _, member := range []struct{ asked, of *int64 }{{o.Tenant, &k.Tenant}, {o.Customer, &k.Customer}, {o.Location, &k.Location}} {
		if member.asked != nil {
			*member.of = *member.asked
		}
	}
	if o.Client != "" {
		clients := w.clients()
		i := slices.IndexFunc(clients, func(c model.Client) bool { return c.ID == o.Client })
		if i < 0 {
			return nil
		}
		c = clients[i]
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
	r = r.set("X-Mock-Scenario", s.Name)
	r.repeat, r.options = o.Repeat, patiently
	return command{r}
}
