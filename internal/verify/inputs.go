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
	code  model.Code // of the fault where it is wrong
	// findings are the rules that it breaks; none where it is right.
	violations []exchange.Violation
	send       func(*run) probe
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
			in.send = func(r *run) probe {
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
	documented, _ := in.place.Doc["description"].(string)
	c := Case{Documented: documented, Source: in.place.Schema, Needs: needs(in.op)}
	if in.way.same {
		c.Name, c.Grade = in.name()+"/accepted", weaker(gradeOf(in.place.Doc["$comment"], in.way.topic), in.way.cap)
		c.check = func(r *run) ([]Difference, error) {
			a, err := r.validatable(in.op.Method, in.send(r))
			if err != nil || a.status == 200 {
				return nil, err
			}
			return a.wrongStatus("200: the value keeps its rule"), nil
		}
		k.add(c)
		return
	}
	if in.code == model.AuthorizationInvalid {
		c.Name, c.Grade = in.name()+"/no-server-error", Vendor
		c.Documented = "An authorization that is not good is never answered with a server error."
		c.Source = "the vendor's changelog, 2019"
		c.check = func(r *run) ([]Difference, error) {
			a, err := r.validatable(in.op.Method, in.send(r))
			if err != nil || a.status < 500 {
				return nil, err
			}
			return a.wrongStatus("no 5xx"), nil
		}
		k.add(c)
		return
	}
	// The value is right, but names something else.
	c.Name, c.Grade = in.name()+"/not-an-input-error", Assumed
	status := k.choice(in.code)
	c.check = func(r *run) ([]Difference, error) {
		a, err := r.validatable(in.op.Method, in.send(r).other())
		if err != nil || a.status != status && a.status < 500 {
			return nil, err
		}
		return a.wrongStatus(fmt.Sprintf("not %d and no 5xx: the value keeps its rule", status)), nil
	}
	k.add(c)
}

// wrong adds the cases of a value that breaks its rule: that it is refused,
// with which status, and what the error names.
func (k *catalogue) wrong(in input) {
	rule, _, _ := strings.Cut(in.violations[0].Rule, ":")
	documented, _ := in.place.Doc["description"].(string)
	status, statusGrade, statusText, source := k.choice(in.code), Assumed, k.choiceText(in.code), k.choiceSource(in.code)
	if in.code.Kind().Status != 0 { // no choice, but a rule of the user's own
		source = in.violations[0].Schema
	}
	if in.place.Name == "x-tenant-id" && in.way.name == "absent" {
		statusGrade, statusText, source = Vendor, "A missing x-tenant-id is an input error: 400.", "the vendor's changelog, 2019"
		status = http.StatusBadRequest
	}
	grade := weaker(gradeOf(in.place.Doc["$comment"], topicOfRule(rule)), in.way.cap)
	k.add(Case{Name: in.name() + "/refused", Grade: grade, Documented: documented, Source: in.violations[0].Schema, Needs: needs(in.op),
		check: func(r *run) ([]Difference, error) {
			a, err := r.validatable(in.op.Method, in.send(r))
			if err != nil || a.refused() {
				return nil, err
			}
			return a.wrongStatus("4xx: the value " + in.violations[0].Hint), nil
		}})
	k.add(Case{Name: in.name() + "/status", Grade: statusGrade, Documented: statusText, Source: source, Needs: needs(in.op),
		check: func(r *run) ([]Difference, error) {
			a, err := r.refusal(in.op.Method, in.send(r), in.name()+"/refused")
			if err != nil || a.status == status {
				return nil, err
			}
			return a.wrongStatus(strconv.Itoa(status)), nil
		}})
	field := in.place.Name
	if in.place.Model == in.op.RequestHeaders(k.oldest).Title() {
		field = in.op.HeaderField(k.oldest, field)
	}
	k.add(Case{Name: in.name() + "/field", Grade: Inferred, Documented: "An input error names the model and the field at fault.",
		Source: "the vendor's getting-started page", Needs: needs(in.op),
		check: func(r *run) ([]Difference, error) {
			a, err := r.refusal(in.op.Method, in.send(r), in.name()+"/refused")
			if err != nil {
				return nil, err
			}
			got, ok := a.object()["field"].(string)
			if !ok {
				return nil, errUndecided("the error has no field: see error/field")
			}
			if got == field {
				return nil, nil
			}
			return []Difference{a.differs("/body/field", strconv.Quote(field), strconv.Quote(got))}, nil
		}})
}

func (k *catalogue) choiceText(code model.Code) string {
	text, chosen := k.choices[string(code)].Doc["description"].(string)
	if !chosen {
		text = code.Kind().Explanation
	}
	return fmt.Sprintf("%s The default of this contract is %d.", text, k.choice(code))
}

// judgeable sends a probe, where the operation's valid request works.
func (r *run) validatable(method string, p probe) (*answer, error) {
	if err := r.works(method); err != nil {
		return nil, err
	}
	return r.get(p)
}

// refusal sends a probe and returns the answer where it is a refusal; whether
// it is one is another case's fact.
func (r *run) refusal(method string, p probe, by string) (*answer, error) {
	a, err := r.validatable(method, p)
	if err == nil && !a.refused() {
		return nil, errUndecided(by + " does not hold")
	}
	return a, err
}
