package verify

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// input is one input of an operation, sent in one way.
type input struct {
	op    *contract.Operation
	place contract.Place
	way   way
	code  model.Code // of the error where it is wrong
	// violations are of the rules that it breaks; none where it is right.
	violations []exchange.Violation
	request    request
}

func (in *input) name() string { return prefix(in.op) + in.place.Name + "/" + in.way.name }

// inputs adds the cases of an operation's request header fields.
func (k *catalogue) inputs(op *contract.Operation) {
	if op == nil || op.RequestHeaders(k.oldest) == nil {
		return
	}
	m := op.RequestHeaders(k.oldest)
	for _, place := range m.Places() {
		for _, w := range waysOf(place) {
			in := input{op: op, place: place, way: w, code: model.CodeOfHeader(place.Name)}
			texts := w.texts(example(place))
			if len(texts) > 0 {
				in.violations = m.ValidateText(place.Name, strings.Join(texts, ", "))
			} else if place.Required {
				in.violations = []exchange.Violation{{Rule: "required", Schema: m.Rule("required"), Hint: "is required"}}
			}
			in.request = func(r *run) probe {
				p := r.valid(op.Method)
				if len(texts) == 0 && !place.Required {
					// All that is optional is sent but this one: that the
					// others are missing must not be the reason.
					p = r.everything(op)
				}
				return p.with(in.name(), place.Name, w.texts(r.value(place))...)
			}
			k.input(in)
		}
	}
}

// example returns a value that keeps a header field's rule, while none of the
// run's is at hand.
func example(p contract.Place) string {
	if p.Doc["writeOnly"] == true {
		return "Bearer aaa.bbb.ccc"
	}
	if list, ok := p.Doc["examples"].([]any); ok && len(list) > 0 {
		return fmt.Sprint(list[0])
	}
	switch {
	case p.Doc["type"] == "integer":
		return "1"
	case p.Doc["format"] == "uuid":
		return "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"
	}
	return "application/json"
}

// value returns the value that the run sends in a header field.
func (r *run) value(p contract.Place) string {
	switch {
	case p.Doc["writeOnly"] == true:
		return "Bearer " + r.Token
	case p.Name == "x-tenant-id":
		return strconv.FormatInt(r.Tenant, 10)
	}
	return example(p)
}

// everything is the valid request with each optional field, but for the
// version, which would move the client's pin.
func (r *run) everything(op *contract.Operation) probe {
	p := r.valid(op.Method)
	for _, place := range op.RequestHeaders(r.Contract.Oldest()).Places() {
		if !place.Required && place.Name != "x-api-version" {
			p = p.with(p.name, place.Name, r.value(place))
		}
	}
	return p
}

// input adds the cases of one way.
func (k *catalogue) input(in input) {
	if len(in.violations) > 0 {
		k.wrong(in)
		return
	}
	c := factOf(in.place)
	c.Needs = needs(in.op)
	switch {
	case in.way.same:
		c.Name, c.Grade = in.name()+"/accepted", weaker(gradeOf(in.place.Doc["$comment"], in.way.topic), in.way.cap)
		c.check = checkStatus(in.request.send, "200: the value keeps its rule", is(http.StatusOK))
	case in.code == model.AuthorizationInvalid:
		c.Name, c.Grade = in.name()+"/no-server-error", Vendor
		c.Documented, c.Source = "An authorization that is not good is never answered with a server error.", sourceChangelog
		c.check = checkStatus(in.request.send, "no 5xx", noServerError)
	default: // the value is right, but names something else
		c.Name, c.Grade = in.name()+"/not-an-input-error", Assumed
		wrong := k.chosen(in.code).status
		other := request(func(r *run) probe { return in.request(r).other() })
		c.check = checkStatus(other.send, fmt.Sprintf("not %d and no 5xx: the value keeps its rule", wrong),
			func(status int) bool { return status != wrong && noServerError(status) })
	}
	k.add(c)
}

// wrong adds the cases of a value that breaks its rule: that it is refused,
// with which status, and what the error names.
func (k *catalogue) wrong(in input) {
	broken := in.violations[0]
	f := refusal{Case: factOf(in.place), request: in.request, want: "4xx: the value " + broken.Hint, chosen: k.chosen(in.code)}
	rule, _, _ := strings.Cut(broken.Rule, ":")
	f.Name, f.Source, f.Needs = in.name(), broken.Schema, needs(in.op)
	f.Grade = weaker(gradeOf(in.place.Doc["$comment"], topicOfRule(rule)), in.way.cap)
	if in.code.Kind().Status != 0 { // no choice, but a rule of the user's own
		f.chosen.Source = broken.Schema
	}
	if in.place.Name == "x-tenant-id" && in.way.name == "absent" {
		f.chosen = chosen{http.StatusBadRequest, Case{Grade: Vendor, Documented: "A missing x-tenant-id is an input error: 400.", Source: sourceChangelog}}
	}
	k.refused(f)
	field := in.place.Name
	if in.place.Model == in.op.RequestHeaders(k.oldest).Title() {
		field = in.op.HeaderField(k.oldest, field)
	}
	k.add(Case{Name: in.name() + "/field", Grade: Inferred, Documented: "An input error names the model and the field at fault.",
		Source: sourceStarted, Needs: f.Needs, check: checkField(in.request.refusal(in.name()+"/refused"), field)})
}

// checkField returns the check that an error names the field.
func checkField(ask asking, field string) check {
	return func(r *run) ([]Difference, error) {
		a, err := ask(r)
		if err != nil {
			return nil, err
		}
		got, ok := a.object()["field"].(string)
		switch {
		case !ok:
			return nil, errUndecided("the error has no field: see error/field")
		case got == field:
			return nil, nil
		}
		return a.differs("/body/field", strconv.Quote(field), strconv.Quote(got)), nil
	}
}
