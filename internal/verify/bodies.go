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
	"dispatchmock/internal/jsonx"
)

// bodies returns the answers that have the record as their body.
func (r *run) bodies() ([]*answer, error) {
	answers, err := r.all()
	if err != nil {
		return nil, err
	}
	var bodies []*answer
	for _, a := range answers {
		if a.op != nil && a.status == 200 && a.method != http.MethodOptions {
			bodies = append(bodies, a)
		}
	}
	if len(bodies) == 0 {
		return nil, errUndecided("no answer has a record: see get/valid/status")
	}
	return bodies, nil
}

// validate returns the rules that an answer's body breaks in its version.
func (r *run) validate(a *answer) []exchange.Violation {
	if m, ok := a.op.Reply(a.version, a.status); !a.validated && ok && m != nil && a.tree != nil {
		a.broke = m.Validate(a.tree, exchange.PartBody, r.Now())
	}
	a.validated = true
	return a.broke
}

// bodies adds the rules of the record: one case for each member that some
// version has. Every record of the run is validated by its own version.
func (k *catalogue) bodies() {
	op := k.operation(http.MethodGet)
	if op == nil {
		return
	}
	k.add(Case{Name: "body/json", Grade: Page, Documented: "The body is JSON.", Source: "the endpoint's page", check: func(r *run) ([]Difference, error) {
		bodies, err := r.bodies()
		var differences []Difference
		for _, a := range bodies {
			if a.broken != nil || a.object() == nil {
				differences = append(differences, a.differs("/body", "a JSON object", fmt.Sprintf("%.120q (%v)", a.body, a.broken)))
			}
		}
		return differences, err
	}})
	var places []contract.Place
	for _, v := range k.c.Versions() {
		m, _ := op.Reply(v, 200)
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
	m, _ := op.Reply(k.oldest, 200)
	k.add(Case{Name: "body/no-others", Grade: Page, Documented: "The model has no other member.", Source: m.Rule("additionalProperties"),
		check: func(r *run) ([]Difference, error) {
			return r.violations(func(path []string) bool {
				return !slices.ContainsFunc(places, func(p contract.Place) bool { return within(path, p.Path) }) && len(path) > 0
			})
		}})
	k.identity()
}

// findings gathers what the bodies break at the paths that are meant.
func (r *run) violations(meant func(path []string) bool) ([]Difference, error) {
	bodies, err := r.bodies()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(bodies, func(a *answer) bool { return a.version != "" }) {
		return nil, errUndecided("no record tells its version: see headers/X-API-VERSION/present")
	}
	var differences []Difference
	for _, a := range bodies {
		for _, f := range r.validate(a) {
			if !meant(jsonx.Tokens(f.Pointer)) {
				continue
			}
			got := f.Value
			if f.Rule == "required" {
				got = "no such member"
			}
			differences = append(differences, a.differs("/body"+f.Pointer, f.Hint, got))
		}
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
	documented, _ := p.Doc["description"].(string)
	k.add(Case{Name: "body/" + p.Model + "." + p.Name, Grade: gradeOf(p.Doc["$comment"], ""), Documented: documented, Source: p.Schema,
		check: func(r *run) ([]Difference, error) {
			differences, err := r.violations(func(path []string) bool { return within(path, p.Path) })
			if err != nil || len(differences) > 0 {
				return differences, err
			}
			bodies, err := r.bodies()
			if err != nil {
				return nil, err
			}
			for _, a := range bodies {
				if has(a.tree, p.Path) {
					return nil, nil
				}
			}
			return nil, errSkip("no answer has the member; name a record that has it with another --record")
		}})
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
	for _, c := range []struct {
		name, member, documented string
		grade                    Grade
		want                     func(Record) int64
	}{
		{"customer", "id", "The customer identifier is that of the path.", Page, func(r Record) int64 { return r.Customer }},
		{"location", "location_id", "The location identifier is that of the path.", Inferred, func(r Record) int64 { return r.Location }},
	} {
		k.add(Case{Name: "record/" + c.name, Grade: c.grade, Documented: c.documented, Source: "the endpoint's page", check: func(r *run) ([]Difference, error) {
			bodies, err := r.bodies()
			if err != nil {
				return nil, err
			}
			var differences []Difference
			for _, a := range bodies {
				record, ok := r.asked(a.path)
				o := a.object()
				if !ok || o == nil {
					continue
				}
				name := k.nameIn(a.version, c.member)
				want := json.Number(strconv.FormatInt(c.want(record), 10))
				if got, ok := o[name].(json.Number); ok && got != want {
					differences = append(differences, a.differs("/body/"+name, string(want), string(got)))
				}
			}
			return differences, nil
		}})
	}
}

// asked returns the run's record that a path names in its plain spelling.
func (r *run) asked(path string) (Record, bool) {
	path, _, _ = strings.Cut(path, "?")
	i := slices.IndexFunc(r.Records, func(record Record) bool { return record.path() == strings.TrimSuffix(path, "/") })
	if i < 0 {
		return Record{}, false
	}
	return r.Records[i], true
}
