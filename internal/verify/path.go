package verify

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// unusedID is an identifier that no record is expected to have.
const unusedID = 1<<62 - 1

// path adds the cases of the path: its parameters, its spellings, and records
// that are not there.
func (k *catalogue) path(op *contract.Operation) {
	if op == nil || op.PathParameters(k.oldest) == nil {
		return
	}
	m := op.PathParameters(k.oldest)
	for _, place := range m.Places() {
		for _, w := range waysOf(place) {
			if w.name == "absent" || w.name == "empty" || w.name == "twice" {
				continue // that is another path
			}
			text := w.texts(example(place))[0]
			in := input{op: op, place: place, way: w, code: model.PathInvalid, violations: m.ValidateText(place.Name, text)}
			in.request = func(r *run) probe {
				values := map[string]string{"customer_id": strconv.FormatInt(r.Records[0].Customer, 10),
					"customer_location_id": strconv.FormatInt(r.Records[0].Location, 10)}
				values[place.Name] = url.PathEscape(w.texts(values[place.Name])[0])
				return r.valid(op.Method).at(in.name(), expand(op.Path, values))
			}
			k.input(in)
		}
	}
	k.spellings(op)
	k.unknown(op)
}

// expand puts values into a path's parameters.
func expand(path string, values map[string]string) string {
	for name, v := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", v)
	}
	return path
}

// spellings adds the paths that lead to the same record.
func (k *catalogue) spellings(op *contract.Operation) {
	add := func(name, ending string, g Grade, documented string) {
		name = prefix(op) + "path/" + name
		request := request(func(r *run) probe {
			p := r.valid(op.Method)
			return p.at(name, p.path+ending)
		})
		k.add(Case{Name: name + "/accepted", Grade: g, Documented: documented, Source: sourcePage, Needs: needs(op),
			check: checkStatus(request.send, "200", is(http.StatusOK))})
	}
	add("slash", "/", Inferred, "Paths work with and without the trailing slash, without a redirect: the page's heading has none, its sample has one.")
	add("query", "?a=1", Assumed, "There are no query parameters; what nobody reads does no harm.")
}

// unknown adds the records that are not there.
func (k *catalogue) unknown(op *contract.Operation) {
	add := func(name string, path func(Record) Record) {
		k.refused(refusal{want: "4xx", chosen: k.chosen(model.RecordUnknown),
			Case: Case{Name: prefix(op) + "path/" + name, Grade: Vendor, Needs: needs(op), Source: "the vendor's description of March 2021",
				Documented: "404 is among the operation's statuses: a record that is not there is not served."},
			request: func(r *run) probe {
				return r.valid(op.Method).at(prefix(op)+"path/"+name, path(r.Records[0]).path()).other()
			}})
	}
	add("unknown-customer", func(r Record) Record { return Record{unusedID, r.Location} })
	add("other-location", func(r Record) Record { return Record{r.Customer, unusedID} })
}

// withoutToken asks with a method for the first record, and sends no token, so
// that nothing can come of the request.
func withoutToken(method string) request {
	return func(r *run) probe {
		name, path := "methods/"+strings.ToLower(method), r.Records[0].path()
		return r.valid(method).with(name, "Authorization").at(name+" "+path, path)
	}
}

// methods adds the cases of the other methods.
func (k *catalogue) methods() {
	for _, op := range k.c.Operations() {
		if op.Method == http.MethodGet || op.Method == http.MethodDelete || op.Method == http.MethodOptions {
			continue
		}
		k.add(Case{Name: "methods/" + strings.ToLower(op.Method) + "/advertised", Grade: gradeOf(op.Comment, ""), Source: sourceOperations,
			Documented: op.Description + " Allow lists the method.",
			check: checkStatus(withoutToken(op.Method).alone, "a refusal other than 404 and 405: the method is there, and a token is not", func(status int) bool {
				return status >= 400 && status != http.StatusMethodNotAllowed && status != http.StatusNotFound
			})})
	}
	notAllowed := k.chosen(model.MethodNotAllowed)
	for _, method := range []string{http.MethodPut, http.MethodTrace} {
		name, ask := "methods/"+strings.ToLower(method), withoutToken(method).alone
		k.add(Case{Name: name + "/refused", Grade: Inferred, Documented: "Allow does not list the method.", Source: sourceOperations,
			check: checkStatus(ask, "a refusal", func(status int) bool { return status >= 400 })})
		c := notAllowed.Case
		c.Name, c.check = name+"/status", checkStatus(func(r *run) (*answer, error) {
			a, err := ask(r)
			if err == nil && a.status < 400 && a.status != notAllowed.status {
				return nil, doesNotHold(name + "/refused")
			}
			return a, err
		}, strconv.Itoa(notAllowed.status), is(notAllowed.status))
		k.add(c)
	}
	unknown := k.chosen(model.PathUnknown)
	unknown.Name = "path/unknown/status"
	unknown.check = checkStatus(request((*run).unknownPath).alone, strconv.Itoa(unknown.status), is(unknown.status))
	k.add(unknown.Case)
	k.preflight()
}

// unknownPath asks for a path that no operation has.
func (r *run) unknownPath() probe { return r.baseline().at("path/unknown", "/customers/1/place/1") }

func (k *catalogue) preflight() {
	op := k.operation(http.MethodOptions)
	if op == nil {
		return
	}
	grade, ask := gradeOf(op.Comment, ""), request((*run).preflight).alone
	k.add(Case{Name: "preflight/status", Grade: grade, Documented: "A browser goes on only where the preflight, which carries no token, is answered 2xx.", Source: "the Fetch standard",
		check: checkStatus(ask, "2xx", func(status int) bool { return status >= 200 && status < 300 })})
	k.add(Case{Name: "preflight/no-body", Grade: grade, Documented: op.Description + " It has no body.", Source: sourceOperations,
		check: func(r *run) ([]Difference, error) {
			a, err := ask(r)
			switch {
			case err != nil || len(a.body) == 0:
				return nil, err
			case a.status >= 300:
				return nil, doesNotHold("preflight/status")
			}
			return a.differs("/body", "none", fmt.Sprintf("%d bytes: %s", len(a.body), a.body)), nil
		}})
}

// preflight is what a browser asks before a page's DELETE.
func (r *run) preflight() probe {
	p := r.valid(http.MethodOptions)
	p.name = "preflight"
	p.fields = []exchange.Field{{Name: "Origin", Value: "http://localhost:3000"}, {Name: "Access-Control-Request-Method", Value: http.MethodDelete},
		{Name: "Access-Control-Request-Headers", Value: "authorization,content-type,x-tenant-id"}}
	return p
}
