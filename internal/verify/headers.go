package verify

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
)

// all returns every answer of the run, after it has asked for one of each kind.
func (r *run) all() ([]*answer, error) {
	for _, p := range r.kinds() {
		if _, err := r.get(p); err != nil {
			return nil, err
		}
	}
	if r.Writes {
		if _, err := r.sequence(); err != nil {
			return r.sent, nil // the cases of the sequence say why
		}
	}
	return r.sent, nil
}

// kinds has one request for each kind of answer that needs neither writes nor
// another token.
func (r *run) kinds() []probe {
	b := r.baseline()
	kinds := []probe{b, b.with("no authorization", "Authorization"), b.with("no x-tenant-id", "x-tenant-id"),
		b.at("unknown record", Record{nobody, nobody}.path()), r.nowhere(), r.preflight()}
	for _, record := range r.Records[1:] {
		kinds = append(kinds, b.at("get "+record.path(), record.path()))
	}
	return kinds
}

// each validates every answer and gathers the differences.
func each(validate func(*answer) []Difference) check {
	return func(r *run) ([]Difference, error) {
		answers, err := r.all()
		if err != nil {
			return nil, err
		}
		var differences []Difference
		for _, a := range answers {
			differences = append(differences, validate(a)...)
		}
		return differences, nil
	}
}

// headers adds the rules of the response's header section, for every answer of
// the run.
func (k *catalogue) headers() {
	m := k.c.Otherwise().ReplyHeaders(k.oldest, contract.CORSDocumented)
	places := m.Places()
	var names []string
	for _, place := range places {
		names = append(names, place.Name)
		k.header(m, place)
	}
	k.add(Case{Name: "headers/X-REQUEST-ID/echo", Grade: Assumed, Documented: "A valid x-request-id is sent back.",
		Source: "fixtures/choices.json#/properties/request_id_echo", check: echo})
	k.add(Case{Name: "headers/X-REQUEST-ID/fresh", Grade: Inferred, Documented: "A request identifier: two requests have two.",
		Source: m.Rule("properties/X-REQUEST-ID"), check: fresh})
	k.add(Case{Name: "headers/once", Grade: Page, Documented: "No field of the sample stands twice.", Source: m.Rule("properties"),
		check: each(func(a *answer) []Difference {
			for i, f := range a.fields {
				if slices.ContainsFunc(a.fields[:i], func(g exchange.Field) bool { return strings.EqualFold(g.Name, f.Name) }) && slices.Contains(names, f.Name) {
					return []Difference{a.differs("/headers/"+f.Name, "one line", "two")}
				}
			}
			return nil
		})})
	k.add(Case{Name: "headers/order", Grade: Assumed, Documented: "The sample's fields stand in the order of their names; no program may rely on it.", Source: m.Rule("properties"),
		check: each(func(a *answer) []Difference {
			var got []string
			for _, f := range a.fields {
				if slices.Contains(names, f.Name) {
					got = append(got, f.Name)
				}
			}
			if want := slices.Sorted(slices.Values(got)); !slices.Equal(got, want) {
				return []Difference{a.differs("/headers", strings.Join(want, ", "), strings.Join(got, ", "))}
			}
			return nil
		})})
	for _, extra := range k.c.Otherwise().ReplyHeaders(k.oldest, contract.CORSRelaxed).Places() {
		if slices.Contains(names, extra.Name) {
			continue
		}
		names = append(names, extra.Name)
		k.add(Case{Name: "headers/" + extra.Name + "/not-sent", Grade: Page, Documented: "The page's sample has no such field, so a page of another origin cannot read what it would list.",
			Source: m.Rule("additionalProperties"), check: each(func(a *answer) []Difference {
				if v, ok := a.value(extra.Name); ok {
					return []Difference{a.differs("/headers/"+extra.Name, "no such field", v)}
				}
				return nil
			})})
	}
	k.add(Case{Name: "headers/no-others", Grade: Inferred, Documented: "The page's sample has no other field; what stands between may add some.", Source: m.Rule("additionalProperties"),
		check: each(func(a *answer) []Difference {
			var differences []Difference
			for _, f := range a.fields {
				if !slices.ContainsFunc(append(names, hopByHop()...), func(name string) bool { return strings.EqualFold(name, f.Name) }) {
					differences = append(differences, a.differs("/headers/"+f.Name, "no such field", f.Value))
				}
			}
			return differences
		})})
}

// hopByHop are the fields that speak of the connection, not of the answer.
func hopByHop() []string { return []string{"Connection", "Keep-Alive", "Transfer-Encoding"} }

// expected reports whether an answer must have a field.
func expected(a *answer, place contract.Place) (must bool, g Grade) {
	switch {
	case place.Required:
		return true, Page
	case place.Name == "Content-Type":
		return len(a.body) > 0, Page
	case place.Name == "WWW-Authenticate":
		return a.status == http.StatusUnauthorized, Assumed
	}
	return false, Page
}

// header adds the rules of one field: that it is there, its spelling, its
// value.
func (k *catalogue) header(m *contract.Model, place contract.Place) {
	documented, _ := place.Doc["description"].(string)
	grade := gradeOf(place.Doc["$comment"], "")
	base := Case{Grade: grade, Documented: documented, Source: place.Schema}
	present, spelling, value := base, base, base
	present.Name, spelling.Name, value.Name = "headers/"+place.Name+"/present", "headers/"+place.Name+"/spelling", "headers/"+place.Name+"/value"
	at := "/headers/" + place.Name
	present.check = each(func(a *answer) []Difference {
		must, _ := expected(a, place)
		if _, ok := a.value(place.Name); must && !ok {
			return []Difference{a.differs(at, "a field of that name", "none")}
		}
		return nil
	})
	spelling.check = each(func(a *answer) []Difference {
		for _, f := range a.fields {
			if f.Name != place.Name && strings.EqualFold(f.Name, place.Name) {
				return []Difference{a.differs(at, "the name "+place.Name, f.Name)}
			}
		}
		return nil
	})
	value.check = each(func(a *answer) []Difference {
		var differences []Difference
		for _, f := range a.fields {
			if strings.EqualFold(f.Name, place.Name) {
				for _, violation := range m.ValidateText(place.Name, f.Value) {
					differences = append(differences, a.differs(at, violation.Hint, f.Value))
				}
			}
		}
		return differences
	})
	k.add(present)
	k.add(spelling)
	k.add(value)
}

// echo holds the request IDs that the run sent against those that came back.
func echo(r *run) ([]Difference, error) {
	a, err := r.validatable(http.MethodGet, r.baseline().with("a request ID of the client's", "x-request-id", "0b4cf5a6-52ad-4ee4-9d0a-3a5a1a4f8f6e"))
	if err != nil {
		return nil, err
	}
	want := a.probe.fields[len(a.probe.fields)-1].Value
	got, ok := a.value("X-REQUEST-ID")
	switch {
	case !ok:
		return nil, errUndecided("headers/X-REQUEST-ID/present does not hold")
	case got != want:
		return []Difference{a.differs("/headers/X-REQUEST-ID", want, got)}, nil
	}
	return nil, nil
}

// fresh holds that no two answers have one request ID, but for those whose
// requests sent theirs.
func fresh(r *run) ([]Difference, error) {
	answers, err := r.all()
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, a := range answers {
		id, ok := a.value("X-REQUEST-ID")
		if !ok || slices.ContainsFunc(a.probe.fields, func(f exchange.Field) bool { return strings.EqualFold(f.Name, "x-request-id") }) {
			continue
		}
		if other, twice := seen[id]; twice {
			return []Difference{a.differs("/headers/X-REQUEST-ID", "one that no other answer has", fmt.Sprintf("%s, as in the answer to %q", id, other))}, nil
		}
		seen[id] = a.name
	}
	return nil, nil
}
