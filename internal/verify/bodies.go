package verify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
)

// some returns the answers of the run that are meant; that there is none is
// another case's failure.
func (r *run) some(none string, meant func(*answer) bool) ([]*answer, error) {
	answers, err := r.all()
	if err != nil {
		return nil, err
	}
	var list []*answer
	for _, a := range answers {
		if meant(a) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil, errUndecided(none)
	}
	return list, nil
}

// bodies returns the answers that have the record as their body.
func (r *run) bodies() ([]*answer, error) {
	return r.some("no answer has a record: see get/valid/status", func(a *answer) bool {
		return a.op != nil && a.status == http.StatusOK && a.method != http.MethodOptions
	})
}

// validate returns the rules that an answer's body breaks in its version.
func (r *run) validate(a *answer) []exchange.Violation {
	if m, ok := a.op.Reply(a.version, a.status); !a.validated && ok && m != nil && a.tree != nil {
		a.violations = m.Validate(a.tree, exchange.PartBody, r.Now())
	}
	a.validated = true
	return a.violations
}

// bodies adds the rules of the record: one case for each member that some
// version has. Every record of the run is validated by its own version.
func (k *catalogue) bodies() {
	op := k.operation(http.MethodGet)
	if op == nil {
		return
	}
	k.add(Case{Name: "body/json", Grade: Page, Documented: "The body is JSON.", Source: sourcePage, check: checkEach((*run).bodies, func(_ *run, a *answer) []Difference {
		if a.broken == nil && a.object() != nil {
			return nil
		}
		return a.differs("/body", "a JSON object", fmt.Sprintf("%.120q (%v)", a.body, a.broken))
	})})
	var places []contract.Place
	for _, v := range k.c.Versions() {
		m, _ := op.Reply(v, http.StatusOK)
		if m == nil {
			return
		}
		for _, p := range m.Places() {
			if !slices.ContainsFunc(places, func(q contract.Place) bool { return slices.Equal(p.Path, q.Path) }) {
				places = append(places, p)
			}
		}
	}
	for _, p := range places {
		k.member(p)
	}
	m, _ := op.Reply(k.oldest, http.StatusOK)
	k.add(Case{Name: "body/no-others", Grade: Page, Documented: "The model has no other member.", Source: m.Rule("additionalProperties"),
		check: func(r *run) ([]Difference, error) {
			return r.violations(func(path []string) bool {
				return !slices.ContainsFunc(places, func(p contract.Place) bool { return within(path, p.Path) }) && len(path) > 0
			})
		}})
	k.identity()
}

// violations gathers what the bodies break at the paths that are meant.
func (r *run) violations(meant func(path []string) bool) ([]Difference, error) {
	bodies, err := r.bodies()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(bodies, func(a *answer) bool { return a.version != "" }) {
		return nil, errUndecided("no record reports its version: see headers/X-API-VERSION/present")
	}
	var differences []Difference
	for _, a := range bodies {
		differences = append(differences, a.differencesOf(r.validate(a), meant)...)
	}
	return differences, nil
}

// within reports whether a path is a place, "*" being any item of it, or the
// place's own item.
func within(path, place []string) bool {
	if len(path) < len(place) {
		return false
	}
	for i, token := range place {
		if token != path[i] && token != "*" {
			return false
		}
	}
	for _, rest := range path[len(place):] {
		if _, err := strconv.Atoi(rest); err != nil {
			return false
		}
	}
	return true
}

// member adds a member of the model.
func (k *catalogue) member(p contract.Place) {
	c := factOf(p)
	c.Name, c.check = "body/"+p.Model+"."+p.Name, func(r *run) ([]Difference, error) {
		differences, err := r.violations(func(path []string) bool { return within(path, p.Path) })
		if err != nil || len(differences) > 0 {
			return differences, err
		}
		bodies, err := r.bodies()
		if err == nil && !slices.ContainsFunc(bodies, func(a *answer) bool { return has(a.tree, p.Path) }) {
			err = errSkip("no answer has the member; name a record that has it with another --record")
		}
		return nil, err
	}
	k.add(c)
}

// has reports whether a tree has a place, in some item.
func has(v any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[path[0]]
		return ok && has(next, path[1:])
	case []any:
		return path[0] == "*" && slices.ContainsFunc(v, func(item any) bool { return has(item, path[1:]) })
	}
	return false
}

// identity adds that the record is the one that the path names.
func (k *catalogue) identity() {
	add := func(c Case, member string, want func(Record) int64) {
		c.Source = sourcePage
		c.check = checkEach((*run).bodies, func(r *run, a *answer) []Difference {
			record, ok := r.recordAt(a.path)
			if !ok {
				return nil
			}
			name := k.nameIn(a.version, member)
			id := json.Number(strconv.FormatInt(want(record), 10))
			if got, ok := a.object()[name].(json.Number); ok && got != id {
				return a.differs("/body/"+name, string(id), string(got))
			}
			return nil
		})
		k.add(c)
	}
	add(Case{Name: "record/customer", Grade: Page, Documented: "The customer identifier is that of the path."}, "id", func(r Record) int64 { return r.Customer })
	add(Case{Name: "record/location", Grade: Inferred, Documented: "The location identifier is that of the path."}, "location_id", func(r Record) int64 { return r.Location })
}

// recordAt returns the run's record that a path names in its plain spelling.
func (r *run) recordAt(path string) (Record, bool) {
	path, _, _ = strings.Cut(path, "?")
	i := slices.IndexFunc(r.Records, func(record Record) bool { return record.path() == strings.TrimSuffix(path, "/") })
	if i < 0 {
		return Record{}, false
	}
	return r.Records[i], true
}
