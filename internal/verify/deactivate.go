package verify

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
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
	if s.removed.status != http.StatusOK {
		return doesNotHold("deactivate/status")
	}
	if s.again.status != http.StatusOK {
		return errSkip("a repeated DELETE is answered " + s.again.line() + ", so it cannot be known why another is refused")
	}
	return nil
}

// deactivate adds what a DELETE does, and what it leaves alone.
func (k *catalogue) deactivate(op *contract.Operation) {
	if op == nil {
		return
	}
	const sourceSample = "the vendor's sample of GET on the same record"
	step := func(name string, g Grade, documented, source string, check func(*sequence) ([]Difference, error)) {
		k.add(Case{Name: "deactivate/" + name, Grade: g, Documented: documented, Source: source, Needs: needs(op), check: func(r *run) ([]Difference, error) {
			s, err := r.sequence()
			if err != nil {
				return nil, err
			}
			return check(s)
		}})
	}
	step("status", Page, op.Description, sourcePage, func(s *sequence) ([]Difference, error) {
		return s.removed.checkStatus("200", is(http.StatusOK)), nil
	})
	step("is_active", Page, "The answer has is_active false: a soft delete.", sourcePage, func(s *sequence) ([]Difference, error) {
		return s.removed.checkInactive()
	})
	m, _ := op.Reply(k.newest(), http.StatusOK)
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
		step("keeps/"+place.Name, g, "Deactivating changes is_active alone.", sourceSample, func(s *sequence) ([]Difference, error) {
			return s.keeps(place.Name, k.nameIn(k.oldest, place.Name))
		})
	}
	step("read-back/status", Assumed, "An inactive record is still read.", sourceNone, func(s *sequence) ([]Difference, error) {
		if s.removed.status != http.StatusOK {
			return nil, nil
		}
		return s.after.checkStatus("200", is(http.StatusOK)), nil
	})
	step("read-back/is_active", Page, "A deactivated record stays deactivated: it is read back as inactive, or not at all.", sourcePage, func(s *sequence) ([]Difference, error) {
		if refused(s.after.status) {
			return nil, nil
		}
		return s.after.checkInactive()
	})
	step("read-back/same-record", Inferred, "GET and DELETE print the same record.", sourceSample, func(s *sequence) ([]Difference, error) {
		return sameMembers(s.removed, s.after, "is_active")
	})
	repeated := k.chosen(model.RepeatedDelete)
	grade := gradeOf(k.choices[string(model.RepeatedDelete)].Doc["$comment"], "")
	step("repeated/status", grade, repeated.Documented, repeated.Source, func(s *sequence) ([]Difference, error) {
		if s.removed.status != http.StatusOK {
			return nil, nil
		}
		return s.again.checkStatus(strconv.Itoa(repeated.status), is(repeated.status)), nil
	})
	step("repeated/same-body", Assumed, "Deactivating again answers the same.", sourceNone, func(s *sequence) ([]Difference, error) {
		if s.again.status != http.StatusOK {
			return nil, errSkip("a repeated DELETE is answered " + s.again.line())
		}
		return sameMembers(s.removed, s.again, "")
	})
	withBody := request(func(r *run) probe {
		p := r.valid(op.Method).with("deactivate: DELETE with a body", "Content-Length", "2")
		p.body = "{}"
		return p
	})
	k.add(Case{Name: "deactivate/body-ignored", Grade: Inferred, Documented: "There is no request body; one that is sent, as by the page's own sample, is ignored.",
		Source: sourcePage, Needs: needs(op), check: checkStatus(withBody.send, "200", is(http.StatusOK))})
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

// checkInactive holds that the answer's record is inactive.
func (a *answer) checkInactive() ([]Difference, error) {
	o := a.object()
	switch active, ok := o["is_active"].(bool); {
	case a.status != http.StatusOK || o == nil:
		return nil, doesNotHold("deactivate/status")
	case !ok:
		return nil, errUndecided("is_active is not a boolean: see body/DispatchCustomerLocationModel.is_active")
	case active:
		return a.differs("/body/is_active", "false", "true"), nil
	}
	return nil, nil
}

// keeps compares one member before the DELETE with the answer to it, under
// whichever of its names it has.
func (s *sequence) keeps(name, older string) ([]Difference, error) {
	before, removed := s.before.object(), s.removed.object()
	if s.removed.status != http.StatusOK || removed == nil || before == nil {
		return nil, doesNotHold("deactivate/status")
	}
	if before["is_active"] != true {
		return nil, errSkip("the record was inactive before; name an active one")
	}
	if _, ok := before[name]; !ok {
		name = older
	}
	return s.removed.compareMember(name, before, removed), nil
}

// compareMember compares a member of two records, of which the second is the
// answer's.
func (a *answer) compareMember(name string, want, got map[string]any) []Difference {
	before, had := want[name]
	now, has := got[name]
	if had == has && reflect.DeepEqual(before, now) {
		return nil
	}
	show := func(v any, there bool) string {
		if !there {
			return "no such member"
		}
		return printed(v)
	}
	return a.differs("/body/"+name, show(before, had), show(now, has))
}

// sameMembers compares two answers, member by member.
func sameMembers(want, got *answer, but string) ([]Difference, error) {
	a, b := want.object(), got.object()
	if want.status != http.StatusOK || got.status != http.StatusOK || a == nil || b == nil {
		return nil, errSkip("one of the two is answered without a record")
	}
	names := maps.Clone(a)
	maps.Copy(names, b)
	delete(names, but)
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		differences = append(differences, got.compareMember(name, a, b)...)
	}
	return differences, nil
}

// printed prints a value of a body.
func printed(v any) string {
	b, err := jsonx.AppendJSON(nil, v)
	if err != nil {
		return "a value that is not JSON"
	}
	return strings.TrimSpace(string(b))
}
