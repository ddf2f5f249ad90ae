package verify

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// sequence is a record before, during and after its deactivation, all in one
// version.
type sequence struct{ before, removed, after, again, last *answer }

func (r *run) sequence() (*sequence, error) {
	if err := r.works(http.MethodGet); err != nil {
		return nil, err
	}
	s := &sequence{}
	for _, step := range []struct {
		to     **answer
		method string
		name   string
	}{
		{&s.before, http.MethodGet, "deactivate: GET before"},
		{&s.removed, http.MethodDelete, "deactivate: DELETE"},
		{&s.after, http.MethodGet, "deactivate: GET after"},
		{&s.again, http.MethodDelete, "deactivate: DELETE again"},
		{&s.last, http.MethodGet, "deactivate: GET at the end"},
	} {
		p := r.valid(step.method)
		p.name = step.name
		a, err := r.get(p)
		if err != nil {
			return nil, err
		}
		*step.to = a
	}
	return s, nil
}

// repeats returns an error where a repeated DELETE does not get the record:
// the cases of DELETE repeat it.
func (r *run) repeats() error {
	s, err := r.sequence()
	if err != nil {
		return err
	}
	if s.removed.status != 200 {
		return errUndecided("deactivate/status does not hold")
	}
	if s.again.status != 200 {
		return errSkip("a repeated DELETE is answered " + s.again.line() + ", so it cannot be told why another is refused")
	}
	return nil
}

// deactivate adds what a DELETE does, and what it leaves alone.
func (k *catalogue) deactivate(op *contract.Operation) {
	if op == nil {
		return
	}
	const sample, other = "the endpoint's page", "the vendor's sample of GET on the same record"
	step := func(name string, g Grade, documented, source string, check func(*sequence) ([]Difference, error)) {
		k.add(Case{Name: "deactivate/" + name, Grade: g, Documented: documented, Source: source, Needs: needs(op), check: func(r *run) ([]Difference, error) {
			s, err := r.sequence()
			if err != nil {
				return nil, err
			}
			return check(s)
		}})
	}
	step("status", Page, op.Description, sample, func(s *sequence) ([]Difference, error) {
		if s.removed.status == 200 {
			return nil, nil
		}
		return s.removed.wrongStatus("200"), nil
	})
	step("is_active", Page, "The answer has is_active false: a soft delete.", sample, func(s *sequence) ([]Difference, error) {
		return inactive(s.removed, "deactivate/status")
	})
	m, _ := op.Reply(k.newest(), 200)
	if m == nil {
		return
	}
	for _, place := range m.Places() {
		if len(place.Path) != 1 || place.Name == "is_active" {
			continue
		}
		g := Inferred
		if place.Doc["type"] == "array" {
			g = Page // the sample's addresses and contacts keep theirs
		}
		step("keeps/"+place.Name, g, "Deactivating changes is_active alone.", other, func(s *sequence) ([]Difference, error) {
			return keeps(s, place.Name, k.nameIn(k.oldest, place.Name))
		})
	}
	step("read-back/status", Assumed, "An inactive record is still read.", "nothing public says", func(s *sequence) ([]Difference, error) {
		if s.removed.status != 200 || s.after.status == 200 {
			return nil, nil
		}
		return s.after.wrongStatus("200"), nil
	})
	step("read-back/is_active", Page, "A deactivated record stays deactivated: it is read back as inactive, or not at all.", sample, func(s *sequence) ([]Difference, error) {
		if s.after.refused() {
			return nil, nil
		}
		return inactive(s.after, "deactivate/status")
	})
	step("read-back/same-record", Inferred, "GET and DELETE print the same record.", other, func(s *sequence) ([]Difference, error) {
		return sameMembers(s.removed, s.after, "is_active")
	})
	step("repeated/status", k.choiceGrade(model.RepeatedDelete), k.choiceText(model.RepeatedDelete), k.choiceSource(model.RepeatedDelete), func(s *sequence) ([]Difference, error) {
		if want := k.choice(model.RepeatedDelete); s.removed.status == 200 && s.again.status != want {
			return s.again.wrongStatus(statusText(want)), nil
		}
		return nil, nil
	})
	step("repeated/same-body", Assumed, "Deactivating again answers the same.", "nothing public says", func(s *sequence) ([]Difference, error) {
		if s.again.status != 200 {
			return nil, errSkip("a repeated DELETE is answered " + s.again.line())
		}
		return sameMembers(s.removed, s.again, "")
	})
	k.add(Case{Name: "deactivate/body-ignored", Grade: Inferred, Documented: "There is no request body; one that is sent, as by the page's own sample, is ignored.",
		Source: sample, Needs: needs(op), check: func(r *run) ([]Difference, error) {
			p := r.valid(op.Method).with("deactivate: DELETE with a body", "Content-Length", "2")
			p.body = "{}"
			a, err := r.validatable(op.Method, p)
			if err != nil || a.status == 200 {
				return nil, err
			}
			return a.wrongStatus("200"), nil
		}})
}

func (k *catalogue) choiceGrade(code model.Code) Grade {
	return gradeOf(k.choices[string(code)].Doc["$comment"], "")
}

// nameIn returns the name that a member of the newest version has in another:
// the one that takes its place in the documented list of changes.
func (k *catalogue) nameIn(v model.Version, name string) string {
	t := model.Tree{name: nil}
	model.ToVersion(t, v)
	for other := range t {
		return other
	}
	return name
}

func inactive(a *answer, by string) ([]Difference, error) {
	o := a.object()
	switch active, ok := o["is_active"].(bool); {
	case a.status != 200 || o == nil:
		return nil, errUndecided(by + " does not hold")
	case !ok:
		return nil, errUndecided("is_active is not a boolean: see body/DispatchCustomerLocationModel.is_active")
	case active:
		return []Difference{a.differs("/body/is_active", "false", "true")}, nil
	}
	return nil, nil
}

// keeps compares one member before the DELETE with the answer to it, under
// whichever of its names it has.
func keeps(s *sequence, name, older string) ([]Difference, error) {
	before, removed := s.before.object(), s.removed.object()
	if s.removed.status != 200 || removed == nil || before == nil {
		return nil, errUndecided("deactivate/status does not hold")
	}
	if before["is_active"] != true {
		return nil, errSkip("the record was inactive before; name an active one")
	}
	if _, ok := before[name]; !ok {
		name = older
	}
	want, had := before[name]
	got, has := removed[name]
	switch {
	case had && !has:
		return []Difference{s.removed.differs("/body/"+name, text(want), "no such member")}, nil
	case !had && has:
		return []Difference{s.removed.differs("/body/"+name, "no such member", text(got))}, nil
	case !reflect.DeepEqual(want, got):
		return []Difference{s.removed.differs("/body/"+name, text(want), text(got))}, nil
	}
	return nil, nil
}

// sameMembers compares two answers, member by member.
func sameMembers(want, got *answer, but string) ([]Difference, error) {
	a, b := want.object(), got.object()
	if want.status != 200 || got.status != 200 || a == nil || b == nil {
		return nil, errSkip("one of the two is answered without a record")
	}
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if v, ok := b[name]; name != but && (!ok || !reflect.DeepEqual(v, a[name])) {
			differences = append(differences, got.differs("/body/"+name, text(a[name]), text(v)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok && name != but {
			differences = append(differences, got.differs("/body/"+name, "no such member", text(b[name])))
		}
	}
	return differences, nil
}

// text prints a value of a body.
func text(v any) string {
	b, err := jsonx.AppendJSON(nil, v)
	if err != nil {
		return "a value that is not JSON"
	}
	return strings.TrimSpace(string(b))
}
