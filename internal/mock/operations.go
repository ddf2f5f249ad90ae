package mock

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// action performs an operation: it returns a reply's body or an error.
type action func(*Mock, *request) (*wire.Body, *model.Error)

// actionOf returns what the mock does at a method, or nil.
func actionOf(method string) action {
	switch method {
	case http.MethodDelete:
		return (*Mock).deactivate
	case http.MethodGet:
		return (*Mock).get
	case http.MethodOptions:
		return (*Mock).preflight
	}
	return nil
}

// Unable returns the operations that are to be served and cannot be.
func Unable(c *contract.Contract) (diags jsonx.Diagnostics) {
	for i, op := range c.Operations() {
		rule := ""
		switch {
		case !op.Served:
		case actionOf(op.Method) == nil:
			rule = "the mock performs DELETE, GET and OPTIONS only; with false it answers " + op.Method + " as one that it does not mock"
		case op.Method != http.MethodOptions && !(strings.Contains(op.Path, "{customer_id}") && strings.Contains(op.Path, "{customer_location_id}")):
			rule = "the mock finds records by {customer_id} and {customer_location_id} alone, and " + op.Path + " has not both"
		}
		if rule != "" {
			diags = append(diags, jsonx.Diagnostic{File: "operations.json", Pointer: fmt.Sprintf("/operations/%d/served", i), Value: "true", Rule: rule})
		}
	}
	return diags
}

// perform answers with what the operation returns that the request asks for.
func (m *Mock) perform(q *request) {
	act := func() {
		if body, err := m.findAction(q)(m, q); err != nil {
			m.reject(q, err, 0)
		} else {
			m.reply(q, http.StatusOK, "", body)
		}
	}
	if m.Around != nil {
		m.Around(q.r, &q.reply, act)
	} else {
		act()
	}
}

// findAction returns what answers a request, and names the operation in the exchange.
func (m *Mock) findAction(q *request) action {
	op := q.route.Operation
	if op == nil {
		q.x.Operation = m.Contract.Unmatched().Name
		if q.route.Resource == nil {
			return (*Mock).rejectPath
		}
		return (*Mock).rejectMethod
	}
	q.x.Operation = op.Name
	if !op.Served {
		return (*Mock).rejectOperation
	}
	return actionOf(op.Method)
}

// inspect records what is wrong with a request that something else answers. It
// performs nothing.
func (m *Mock) inspect(q *request) {
	act := m.findAction(q)
	if op := q.route.Operation; op == nil || !op.Served || op.Method == http.MethodOptions {
		_, _ = act(m, q) // none of them changes anything
		return
	}
	if m.check(q) != nil {
		return
	}
	for _, p := range q.checkRecord() {
		m.addProblem(q, &p)
	}
}

// deactivate marks the record inactive (soft delete) and answers with the
// whole record (P). Doing so again answers the same (A, repeated_delete);
// last_updated_on stays as it is (I, deactivation_touches_last_updated_on).
func (m *Mock) deactivate(q *request) (*wire.Body, *model.Error) {
	if err := m.check(q); err != nil {
		return nil, err
	}
	m.pin(q, q.s.Choices().PinMoves != model.PinSuccess)
	var touch *time.Time
	if q.s.Choices().Touch {
		touch = &q.x.Start
	}
	key, _ := q.key()
	did, found := q.s.Store.Deactivate(key, touch)
	if !found {
		return nil, m.rejectOne(q, q.unknownRecord(key))
	}
	if status := q.s.Choices().Statuses[model.RepeatedDelete]; !did.Changed && status != http.StatusOK {
		return nil, m.rejectOne(q, q.problem(model.RepeatedDelete, "", exchange.Violation{Rule: fmt.Sprintf("repeated_delete: %d", status),
			Schema: choicesSchema, Hint: fmt.Sprintf("customer %d at location %d was deactivated before", key.Customer, key.Location), Rejected: true}))
	}
	q.x.Repeated = !did.Changed
	if did.Changed {
		q.x.Transition, q.x.States = true, did.Print
		q.undo = func() { q.s.Store.TakeBack(key, did) }
	}
	return m.body(q, &did.After)
}

// get answers with the record as it is (V).
func (m *Mock) get(q *request) (*wire.Body, *model.Error) {
	if err := m.check(q); err != nil {
		return nil, err
	}
	m.pin(q, q.s.Choices().PinMoves != model.PinSuccess)
	key, _ := q.key()
	record, found := q.s.Store.Record(key)
	if !found {
		return nil, m.rejectOne(q, q.unknownRecord(key))
	}
	return m.body(q, &record)
}

func (m *Mock) body(q *request, r *store.Record) (*wire.Body, *model.Error) {
	body, err := m.printed(r, q.version)
	if err != nil {
		q.x.Err = err
		return nil, model.NewError(model.Internal, "")
	}
	m.pin(q, q.s.Choices().PinMoves == model.PinSuccess)
	return body, nil
}

// pin remembers the version that the client ID named (V, the version guide).
func (m *Mock) pin(q *request, now bool) {
	if now && q.asked != "" {
		q.s.Store.Pin(q.client.ID, q.asked)
	}
}

// rejectOperation answers an operation that the resource advertises and this
// mock does not perform.
func (m *Mock) rejectOperation(q *request) (*wire.Body, *model.Error) {
	op := q.route.Operation
	text := fmt.Sprintf("%s is not mocked (%s: %s)", op.Method, op.Name, strings.TrimSuffix(op.Description, "."))
	hint := "; to change a record use dispatchmock ctl record patch, to deactivate a customer send DELETE"
	if q.r.Method == http.MethodPost {
		text += "; to deactivate a customer send DELETE: the documentation's Python sample sends POST by mistake"
		hint = ""
	}
	return nil, m.rejectRoute(q, model.MethodNotImplemented, q.r.Method, text, hint)
}

// rejectMethod answers a method that the resource does not have.
func (m *Mock) rejectMethod(q *request) (*wire.Body, *model.Error) {
	text := fmt.Sprintf("%s is not a method of this resource; it has %s", cut(q.r.Method), methods)
	if upper := strings.ToUpper(q.r.Method); upper != q.r.Method && strings.Contains(methods, upper) {
		text = fmt.Sprintf("methods are case-sensitive: send %s, not %s", upper, q.r.Method)
	}
	return nil, m.rejectRoute(q, model.MethodNotAllowed, q.r.Method, text, "")
}

// rejectPath answers a path that the API does not have.
func (m *Mock) rejectPath(q *request) (*wire.Body, *model.Error) {
	path := q.r.URL.EscapedPath()
	text := fmt.Sprintf("%s is not a path of this mock; it has %s", cut(path), m.Contract.Operations()[0].Path)
	return nil, m.rejectRoute(q, model.PathUnknown, path, text, "")
}

// rejectRoute records and returns the error of a request that no operation
// performs, and records what else is wrong with the request. The hint is for the
// record alone.
func (m *Mock) rejectRoute(q *request, code model.Code, value, text, hint string) *model.Error {
	e := model.NewError(code, sentence(text))
	q.x.Problems = append(q.x.Problems, exchange.Violation{Part: e.Field, Rule: string(code), Value: cut(value), Schema: "operations.json", Hint: text + hint})
	for _, p := range m.checkInputs(q) {
		m.addProblem(q, &p)
	}
	return e
}
