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

// nobody is an identifier that no record is expected to have.
const nobody = 1<<62 - 1

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
			in.send = func(r *run) probe {
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
	for _, c := range []struct {
		name, ending, documented, source string
		grade                            Grade
	}{
		{"slash", "/", "Paths work with and without the trailing slash, without a redirect: the page's heading has none, its sample has one.", "the endpoint's page", Inferred},
		{"query", "?a=1", "There are no query parameters; what nobody reads does no harm.", "the endpoint's page", Assumed},
	} {
		name := prefix(op) + "path/" + c.name
		k.add(Case{Name: name + "/accepted", Grade: c.grade, Documented: c.documented, Source: c.source, Needs: needs(op),
			check: func(r *run) ([]Difference, error) {
				p := r.valid(op.Method)
				a, err := r.validatable(op.Method, p.at(name, p.path+c.ending))
				if err != nil || a.status == 200 {
					return nil, err
				}
				return a.wrongStatus("200"), nil
			}})
	}
}

// unknown adds the records that are not there.
func (k *catalogue) unknown(op *contract.Operation) {
	for _, c := range []struct {
		name string
		path func(Record) Record
	}{
		{"unknown-customer", func(r Record) Record { return Record{nobody, r.Location} }},
		{"other-location", func(r Record) Record { return Record{r.Customer, nobody} }},
	} {
		send := func(r *run) probe {
			return r.valid(op.Method).at(prefix(op)+"path/"+c.name, c.path(r.Records[0]).path()).other()
		}
		k.refusals(op, refusal{name: "path/" + c.name, send: send, grade: Vendor, needs: needs(op),
			documented: "404 is among the operation's statuses: a record that is not there is not served.", source: "the vendor's description of March 2021",
			status: k.choice(model.RecordUnknown), statusGrade: Assumed, statusText: k.choiceText(model.RecordUnknown), statusSource: k.choiceSource(model.RecordUnknown)})
	}
}

// refusal is a request that must be refused for another reason than an input's
// form.
type refusal struct {
	name                     string
	needs                    []Need
	send                     func(*run) probe
	grade                    Grade
	documented, source       string
	status                   int
	statusGrade              Grade
	statusText, statusSource string
}

func (k *catalogue) refusals(op *contract.Operation, f refusal) {
	name := prefix(op) + f.name
	k.add(Case{Name: name + "/refused", Grade: f.grade, Documented: f.documented, Source: f.source, Needs: f.needs,
		check: func(r *run) ([]Difference, error) {
			a, err := r.validatable(op.Method, f.send(r))
			if err != nil || a.refused() {
				return nil, err
			}
			return a.wrongStatus("4xx"), nil
		}})
	k.add(Case{Name: name + "/status", Grade: f.statusGrade, Documented: f.statusText, Source: f.statusSource, Needs: f.needs,
		check: func(r *run) ([]Difference, error) {
			a, err := r.refusal(op.Method, f.send(r), name+"/refused")
			if err != nil || a.status == f.status {
				return nil, err
			}
			return a.wrongStatus(strconv.Itoa(f.status)), nil
		}})
}

// methods adds the cases of the other methods. They send no token, so that
// nothing can come of them.
func (k *catalogue) methods() {
	none := func(r *run, method, path string) probe {
		p := r.valid(method)
		return p.with("methods/"+strings.ToLower(method), "Authorization").at("methods/"+strings.ToLower(method)+" "+path, path)
	}
	for _, op := range k.c.Operations() {
		if op.Method == http.MethodGet || op.Method == http.MethodDelete || op.Method == http.MethodOptions {
			continue
		}
		k.add(Case{Name: "methods/" + strings.ToLower(op.Method) + "/advertised", Grade: gradeOf(op.Comment, ""), Source: "operations.json",
			Documented: op.Description + " Allow lists the method.",
			check: func(r *run) ([]Difference, error) {
				a, err := r.get(none(r, op.Method, r.Records[0].path()))
				if err != nil || a.status >= 400 && a.status != http.StatusMethodNotAllowed && a.status != http.StatusNotFound {
					return nil, err
				}
				return a.wrongStatus("a refusal other than 404 and 405: the method is there, and a token is not"), nil
			}})
	}
	for _, method := range []string{http.MethodPut, http.MethodTrace} {
		name := "methods/" + strings.ToLower(method)
		k.add(Case{Name: name + "/refused", Grade: Inferred, Documented: "Allow does not list the method.", Source: "operations.json",
			check: func(r *run) ([]Difference, error) {
				a, err := r.get(none(r, method, r.Records[0].path()))
				if err != nil || a.status >= 400 {
					return nil, err
				}
				return a.wrongStatus("a refusal"), nil
			}})
		k.add(Case{Name: name + "/status", Grade: Assumed, Documented: k.choiceText(model.MethodNotAllowed), Source: k.choiceSource(model.MethodNotAllowed),
			check: func(r *run) ([]Difference, error) {
				a, err := r.get(none(r, method, r.Records[0].path()))
				switch {
				case err != nil || a.status == k.choice(model.MethodNotAllowed):
					return nil, err
				case a.status < 400:
					return nil, errUndecided(name + "/refused does not hold")
				}
				return a.wrongStatus(strconv.Itoa(k.choice(model.MethodNotAllowed))), nil
			}})
	}
	k.add(Case{Name: "path/unknown/status", Grade: Assumed, Documented: k.choiceText(model.PathUnknown), Source: k.choiceSource(model.PathUnknown),
		check: func(r *run) ([]Difference, error) {
			a, err := r.get(r.nowhere())
			if err != nil || a.status == k.choice(model.PathUnknown) {
				return nil, err
			}
			return a.wrongStatus(strconv.Itoa(k.choice(model.PathUnknown))), nil
		}})
	k.preflight()
}

// nowhere asks for a path that no operation has.
func (r *run) nowhere() probe { return r.baseline().at("path/unknown", "/customers/1/place/1") }

func (k *catalogue) preflight() {
	op := k.operation(http.MethodOptions)
	if op == nil {
		return
	}
	grade := gradeOf(op.Comment, "")
	k.add(Case{Name: "preflight/status", Grade: grade, Documented: "A browser goes on only where the preflight, which carries no token, is answered 2xx.", Source: "the Fetch standard",
		check: func(r *run) ([]Difference, error) {
			a, err := r.get(r.preflight())
			if err != nil || a.status >= 200 && a.status < 300 {
				return nil, err
			}
			return a.wrongStatus("2xx"), nil
		}})
	k.add(Case{Name: "preflight/no-body", Grade: grade, Documented: op.Description + " It has no body.", Source: "operations.json",
		check: func(r *run) ([]Difference, error) {
			a, err := r.get(r.preflight())
			switch {
			case err != nil || len(a.body) == 0:
				return nil, err
			case a.status >= 300:
				return nil, errUndecided("preflight/status does not hold")
			}
			return []Difference{a.differs("/body", "none", fmt.Sprintf("%d bytes: %s", len(a.body), a.body))}, nil
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
