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

// naming is the valid request that names a version.
func naming(op *contract.Operation, v model.Version) request {
	return func(r *run) probe { return r.valid(op.Method).naming(namingName(op, v), v) }
}

func namingName(op *contract.Operation, v model.Version) string {
	return prefix(op) + "x-api-version/" + strings.ReplaceAll(string(v), "/", "-")
}

// versions adds the cases of naming a version, and of the version that is in
// force when a request names none.
func (k *catalogue) versions(op *contract.Operation) {
	if op == nil || op.RequestHeaders(k.oldest) == nil {
		return
	}
	places := op.RequestHeaders(k.oldest).Places()
	i := slices.IndexFunc(places, func(p contract.Place) bool { return p.Name == "x-api-version" })
	if i < 0 {
		return
	}
	add := func(name, documented string, check check) {
		c := factOf(places[i])
		c.Name, c.Needs, c.check = name, needs(op, NeedsPins), check
		if documented != "" {
			c.Documented = documented
		}
		k.add(c)
	}
	for _, v := range k.c.Versions() {
		name, ask := namingName(op, v), naming(op, v).send
		add(name+"/accepted", "", checkStatus(ask, "200: there is the version "+string(v), is(http.StatusOK)))
		add(name+"/reported", "X-API-VERSION reports the version in force.", func(r *run) ([]Difference, error) {
			a, err := ask(r)
			if err != nil {
				return nil, err
			}
			return a.checkVersion(v)
		})
		if v == k.oldest {
			continue
		}
		add(name+"/same-record", "A version changes the names of members, not what they say.", func(r *run) ([]Difference, error) {
			a, err := ask(r)
			if err != nil {
				return nil, err
			}
			base, err := naming(op, k.oldest).alone(r)
			if err != nil {
				return nil, err
			}
			return sameRecord(base, a)
		})
	}
	if op.Method == http.MethodGet {
		k.versionInCapitals(op)
		k.pins(op)
	}
}

func (k *catalogue) versionInCapitals(op *contract.Operation) {
	name, v := prefix(op)+"x-api-version/name-in-capitals", k.newest()
	k.add(Case{Name: name + "/reported", Grade: Vendor, Documented: "The header's name is compared without case.",
		Source: sourceGuide, Needs: []Need{NeedsPins}, check: func(r *run) ([]Difference, error) {
			// The version before must be another, else nothing is seen.
			if _, err := r.get(r.valid(op.Method).naming("the oldest version, before the newest in capitals", k.oldest)); err != nil {
				return nil, err
			}
			capitals := request(func(r *run) probe {
				p := r.valid(op.Method).naming(name, v)
				p.fields[len(p.fields)-1].Name = "X-API-VERSION"
				return p
			})
			a, err := capitals.send(r)
			if err != nil {
				return nil, err
			}
			plain, err := naming(op, v).alone(r)
			if err != nil {
				return nil, err
			}
			if reported, ok := plain.value("X-API-VERSION"); !ok || reported != string(v) {
				return nil, doesNotHold(plain.name + "/reported")
			}
			return a.checkVersion(v)
		}})
}

// checkVersion holds the version that the answer reports against the one that
// it must.
func (a *answer) checkVersion(v model.Version) ([]Difference, error) {
	got, ok := a.value("X-API-VERSION")
	switch {
	case !ok:
		return nil, doesNotHold("headers/X-API-VERSION/present")
	case got != string(v):
		return a.differs("/headers/X-API-VERSION", string(v), got), nil
	}
	return nil, nil
}

// sameRecord compares the members that two versions have both.
func sameRecord(base, a *answer) ([]Difference, error) {
	if a.object() == nil || a.status != http.StatusOK {
		return nil, doesNotHold(a.name + "/accepted")
	}
	var differences []Difference
	got, want := a.object(), base.object()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		v, ok := got[name]
		if ok && !reflect.DeepEqual(v, want[name]) {
			differences = append(differences, a.differs("/body/"+name, printed(want[name]), printed(v))...)
		}
	}
	return differences, nil
}

// pins adds which version answers a request that names none.
func (k *catalogue) pins(op *contract.Operation) {
	k.add(Case{Name: "pin/last-named", Grade: Vendor, Documented: "A client is answered in the version that it last named.", Source: sourceGuide,
		Needs: []Need{NeedsPins}, check: func(r *run) ([]Difference, error) {
			for _, v := range []model.Version{k.newest(), k.oldest} {
				name := request(func(r *run) probe { return r.valid(op.Method).naming("pin/last-named "+string(v), v) })
				named, err := name.send(r)
				if err != nil {
					return nil, err
				}
				if reported, _ := named.value("X-API-VERSION"); reported != string(v) {
					return nil, errUndecided("the answer to a request that names a version does not report the version")
				}
				a, err := r.get(r.valid(op.Method).at("pin/last-named, none named after "+string(v), named.path))
				if err != nil {
					return nil, err
				}
				if d, err := a.checkVersion(v); err != nil || len(d) > 0 {
					return d, err
				}
			}
			return nil, nil
		}})
	k.add(Case{Name: "pin/own-client", Grade: Vendor, Documented: "The version that one client ID names is nothing to another.", Source: sourceGuide,
		Needs: []Need{NeedsPins, NeedsSecond}, check: func(r *run) ([]Difference, error) {
			second := func(name string) request {
				return func(r *run) probe {
					return r.valid(op.Method).with(name, "Authorization", "Bearer "+r.SecondToken)
				}
			}
			before, err := second("pin/own-client, the other client before").send(r)
			if err != nil {
				return nil, err
			}
			pinned, ok := before.value("X-API-VERSION")
			if !ok || before.status != http.StatusOK {
				return nil, errUndecided("the second token's request is answered " + before.line())
			}
			v := k.newest()
			if pinned == string(v) {
				v = k.oldest
			}
			if _, err := r.get(r.valid(op.Method).naming("pin/own-client, named by the first client", v)); err != nil {
				return nil, err
			}
			after, err := second("pin/own-client, the other client after").send(r)
			if err != nil {
				return nil, err
			}
			return after.checkVersion(model.Version(pinned))
		}})
}
