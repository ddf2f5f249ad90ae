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
		b.at("unknown record", Record{unusedID, unusedID}.path()), r.unknownPath(), r.preflight()}
	for _, record := range r.Records[1:] {
		kinds = append(kinds, b.at("get "+record.path(), record.path()))
	}
	return kinds
}

// headers adds the rules of the response's header section, for every answer of
// the run.
func (k *catalogue) headers() {
	m := k.c.Unmatched().ReplyHeaders(k.oldest, contract.CORSDocumented)
	names := namesOf(m.Places())
	for _, place := range m.Places() {
		k.header(m, place)
	}
	add := func(name string, g Grade, documented, keyword string, check check) {
		k.add(Case{Name: "headers/" + name, Grade: g, Documented: documented, Source: m.Rule(keyword), check: check})
	}
	k.add(Case{Name: "headers/X-REQUEST-ID/echo", Grade: Assumed, Documented: "A valid x-request-id is sent back.",
		Source: "fixtures/choices.json#/properties/request_id_echo", check: checkEcho})
	add("X-REQUEST-ID/fresh", Inferred, "A request identifier: two requests have two.", "properties/X-REQUEST-ID", checkFresh)
	add("once", Page, "No field of the sample stands twice.", "properties", each(func(a *answer) []Difference {
		for i, f := range a.fields {
			if slices.Contains(names, f.Name) && slices.ContainsFunc(a.fields[:i], named(f.Name)) {
				return a.differs("/headers/"+f.Name, "one line", "two")
			}
		}
		return nil
	}))
	add("order", Assumed, "The sample's fields stand in the order of their names; no program may rely on it.", "properties", each(func(a *answer) []Difference {
		var got []string
		for _, f := range a.fields {
			if slices.Contains(names, f.Name) {
				got = append(got, f.Name)
			}
		}
		if slices.IsSorted(got) {
			return nil
		}
		return a.differs("/headers", strings.Join(slices.Sorted(slices.Values(got)), ", "), strings.Join(got, ", "))
	}))
	known := slices.Concat(names, hopByHop())
	for _, extra := range namesOf(k.c.Unmatched().ReplyHeaders(k.oldest, contract.CORSRelaxed).Places()) {
		if slices.Contains(names, extra) {
			continue
		}
		known = append(known, extra)
		add(extra+"/not-sent", Page, "The page's sample has no such field, so a page of another origin cannot read what it would list.", "additionalProperties", each(func(a *answer) []Difference {
			if v, ok := a.value(extra); ok {
				return a.differs("/headers/"+extra, "no such field", v)
			}
			return nil
		}))
	}
	add("no-others", Inferred, "The page's sample has no other field; what stands between may add some.", "additionalProperties", each(func(a *answer) []Difference {
		var differences []Difference
		for _, f := range a.fields {
			if !slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, f.Name) }) {
				differences = append(differences, a.differs("/headers/"+f.Name, "no such field", f.Value)...)
			}
		}
		return differences
	}))
}

// hopByHop are the fields that speak of the connection, not of the answer.
func hopByHop() []string { return []string{"Connection", "Keep-Alive", "Transfer-Encoding"} }

// named matches the fields of a name, in any spelling.
func named(name string) func(exchange.Field) bool {
	return func(f exchange.Field) bool { return strings.EqualFold(f.Name, name) }
}

// mustHave reports whether an answer must have a field.
func mustHave(a *answer, place contract.Place) bool {
	switch place.Name {
	case "Content-Type":
		return place.Required || len(a.body) > 0
	case "WWW-Authenticate":
		return place.Required || a.status == http.StatusUnauthorized
	}
	return place.Required
}

// header adds the rules of one field: that it is there, its spelling, its
// value.
func (k *catalogue) header(m *contract.Model, place contract.Place) {
	at := "/headers/" + place.Name
	add := func(ending string, differences func(*answer) []Difference) {
		c := factOf(place)
		c.Name, c.check = "headers/"+place.Name+ending, each(differences)
		k.add(c)
	}
	add("/present", func(a *answer) []Difference {
		if _, ok := a.value(place.Name); mustHave(a, place) && !ok {
			return a.differs(at, "a field of that name", "none")
		}
		return nil
	})
	add("/spelling", func(a *answer) []Difference {
		for _, f := range a.fields {
			if f.Name != place.Name && strings.EqualFold(f.Name, place.Name) {
				return a.differs(at, "the name "+place.Name, f.Name)
			}
		}
		return nil
	})
	add("/value", func(a *answer) []Difference {
		var differences []Difference
		for _, f := range a.fields {
			if strings.EqualFold(f.Name, place.Name) {
				for _, violation := range m.ValidateText(place.Name, f.Value) {
					differences = append(differences, a.differs(at, violation.Hint, f.Value)...)
				}
			}
		}
		return differences
	})
}

// checkEcho holds the request ID that the run sent against the one that came
// back.
func checkEcho(r *run) ([]Difference, error) {
	const want = "0b4cf5a6-52ad-4ee4-9d0a-3a5a1a4f8f6e"
	request := request(func(r *run) probe { return r.baseline().with("a request ID of the client's", "x-request-id", want) })
	a, err := request.send(r)
	if err != nil {
		return nil, err
	}
	got, ok := a.value("X-REQUEST-ID")
	switch {
	case !ok:
		return nil, doesNotHold("headers/X-REQUEST-ID/present")
	case got != want:
		return a.differs("/headers/X-REQUEST-ID", want, got), nil
	}
	return nil, nil
}

// checkFresh holds that no two answers have one request ID, but for those whose
// requests sent theirs.
func checkFresh(r *run) ([]Difference, error) {
	answers, err := r.all()
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, a := range answers {
		id, ok := a.value("X-REQUEST-ID")
		if !ok || slices.ContainsFunc(a.probe.fields, named("x-request-id")) {
			continue
		}
		if other, twice := seen[id]; twice {
			return a.differs("/headers/X-REQUEST-ID", "one that no other answer has", fmt.Sprintf("%s, as in the answer to %q", id, other)), nil
		}
		seen[id] = a.name
	}
	return nil, nil
}
