package verify

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
)

// versions adds the cases of naming a version, and of the version that is in
// force when a request names none.
func (k *catalogue) versions(op *contract.Operation) {
	if op == nil || op.RequestHeaders(k.oldest) == nil {
		return
	}
	i := slices.IndexFunc(op.RequestHeaders(k.oldest).Places(), func(p contract.Place) bool { return p.Name == "x-api-version" })
	if i < 0 {
		return
	}
	place := op.RequestHeaders(k.oldest).Places()[i]
	documented, _ := place.Doc["description"].(string)
	grade := gradeOf(place.Doc["$comment"], "")
	for _, v := range k.c.Versions() {
		name := prefix(op) + "x-api-version/" + folder(v)
		send := func(r *run) (*answer, error) { return r.validatable(op.Method, r.valid(op.Method).naming(name, v)) }
		base := Case{Grade: grade, Documented: documented, Source: place.Schema, Needs: append(needs(op), NeedsPins)}
		accepted, told, same := base, base, base
		accepted.Name = name + "/accepted"
		accepted.check = func(r *run) ([]Difference, error) {
			a, err := send(r)
			if err != nil || a.status == 200 {
				return nil, err
			}
			return a.wrongStatus("200: there is the version " + string(v)), nil
		}
		told.Name, told.Documented = name+"/told", "The version in force is told in X-API-VERSION."
		told.check = func(r *run) ([]Difference, error) {
			a, err := send(r)
			if err != nil {
				return nil, err
			}
			return told1(a, v)
		}
		same.Name, same.Documented = name+"/same-record", "A version changes the names of members, not what they say."
		same.check = func(r *run) ([]Difference, error) {
			a, err := send(r)
			if err != nil {
				return nil, err
			}
			base, err := r.get(r.valid(op.Method).naming(prefix(op)+"x-api-version/"+folder(k.oldest), k.oldest))
			if err != nil {
				return nil, err
			}
			return sameRecord(base, a)
		}
		k.add(accepted)
		k.add(told)
		if v != k.oldest {
			k.add(same)
		}
	}
	if op.Method != http.MethodGet {
		return
	}
	k.add(Case{Name: prefix(op) + "x-api-version/name-in-capitals/told", Grade: Vendor, Documented: "The header's name is compared without case.",
		Source: "the vendor's version guide", Needs: []Need{NeedsPins}, check: func(r *run) ([]Difference, error) {
			v := k.newest()
			p := r.valid(op.Method).naming(prefix(op)+"x-api-version/name-in-capitals", v)
			p.fields[len(p.fields)-1].Name = "X-API-VERSION"
			// The version before must be another, else nothing is seen.
			if _, err := r.get(r.valid(op.Method).naming("the oldest version, before the newest in capitals", k.oldest)); err != nil {
				return nil, err
			}
			a, err := r.validatable(op.Method, p)
			if err != nil {
				return nil, err
			}
			plain, err := r.get(r.valid(op.Method).naming(prefix(op)+"x-api-version/"+folder(v), v))
			if err != nil {
				return nil, err
			}
			if t, ok := plain.value("X-API-VERSION"); !ok || t != string(v) {
				return nil, errUndecided(plain.name + "/told does not hold")
			}
			return told1(a, v)
		}})
	k.pins(op)
}

func (k *catalogue) newest() model.Version { return k.c.Versions()[len(k.c.Versions())-1] }

// told1 holds the version that one answer tells against the one that it must.
func told1(a *answer, v model.Version) ([]Difference, error) {
	got, ok := a.value("X-API-VERSION")
	switch {
	case !ok:
		return nil, errUndecided("headers/X-API-VERSION/present does not hold")
	case got != string(v):
		return []Difference{a.differs("/headers/X-API-VERSION", string(v), got)}, nil
	}
	return nil, nil
}

// folder writes a version as the schemas' folders are named.
func folder(v model.Version) string { return strings.ReplaceAll(string(v), "/", "-") }

// sameRecord compares the members that two versions have both.
func sameRecord(base, a *answer) ([]Difference, error) {
	if a.object() == nil || a.status != 200 {
		return nil, errUndecided(a.name + "/accepted does not hold")
	}
	var differences []Difference
	got, want := a.object(), base.object()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		v, ok := got[name]
		if ok && !reflect.DeepEqual(v, want[name]) {
			differences = append(differences, a.differs("/body/"+name, text(want[name]), text(v)))
		}
	}
	return differences, nil
}

// pins adds which version answers a request that names none.
func (k *catalogue) pins(op *contract.Operation) {
	const guide = "the vendor's version guide"
	k.add(Case{Name: "pin/last-named", Grade: Vendor, Documented: "A client is answered in the version that it last named.", Source: guide,
		Needs: []Need{NeedsPins}, check: func(r *run) ([]Difference, error) {
			for _, v := range []model.Version{k.newest(), k.oldest} {
				named, err := r.validatable(op.Method, r.valid(op.Method).naming("pin/last-named "+string(v), v))
				if err != nil {
					return nil, err
				}
				if t, _ := named.value("X-API-VERSION"); t != string(v) {
					return nil, errUndecided("the version that a request names is not told in its answer")
				}
				a, err := r.get(r.valid(op.Method).at("pin/last-named, none named after "+string(v), named.path))
				if err != nil {
					return nil, err
				}
				if d, err := told1(a, v); err != nil || len(d) > 0 {
					return d, err
				}
			}
			return nil, nil
		}})
	k.add(Case{Name: "pin/own-client", Grade: Vendor, Documented: "The version that one client ID names is nothing to another.", Source: guide,
		Needs: []Need{NeedsPins, NeedsSecond}, check: func(r *run) ([]Difference, error) {
			second := func(name string) (*answer, error) {
				return r.validatable(op.Method, r.valid(op.Method).with(name, "Authorization", "Bearer "+r.SecondToken))
			}
			before, err := second("pin/own-client, the other client before")
			if err != nil {
				return nil, err
			}
			told, ok := before.value("X-API-VERSION")
			if !ok || before.status != http.StatusOK {
				return nil, errUndecided("the second token's request is answered " + before.line())
			}
			v := k.newest()
			if told == string(v) {
				v = k.oldest
			}
			if _, err := r.get(r.valid(op.Method).naming("pin/own-client, named by the first client", v)); err != nil {
				return nil, err
			}
			after, err := second("pin/own-client, the other client after")
			if err != nil {
				return nil, err
			}
			return told1(after, model.Version(told))
		}})
}
