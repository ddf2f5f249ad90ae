package mock

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// action performs an operation: it returns a reply's body or an error.
type action func(*Mock, *request) (*wire.Body, *model.Error)

// performs returns what the mock does at a method, or nil.
func performs(method string) action {
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

// perform answers with what the operation returns that the request asks for.
func (m *Mock) perform(q *request) {
	if m.Around != nil {
		m.Around(q.r, &q.reply, func() { m.performNow(q) })
		return
	}
	m.performNow(q)
}

func (m *Mock) performNow(q *request) {
	body, err := m.operation(q)(m, q)
	if err != nil {
		m.refuse(q, err)
		return
	}
	m.reply(q, http.StatusOK, "", body)
}

// operation returns what a request is answered by, and names it in the record.
func (m *Mock) operation(q *request) action {
	op := q.route.Operation
	if op == nil {
		q.x.Operation = m.Contract.Unmatched().Name
		if q.route.Resource == nil {
			return (*Mock).unknownPath
		}
		return (*Mock).wrongMethod
	}
	q.x.Operation = op.Name
	if !op.Served {
		return (*Mock).unserved
	}
	return performs(op.Method)
}

// inspect records what is wrong with a request that something else answers. It
// performs nothing.
func (m *Mock) inspect(q *request) {
	act := m.operation(q)
	if op := q.route.Operation; op == nil || !op.Served || op.Method == http.MethodOptions {
		_, _ = act(m, q) // none of them changes anything
		return
	}
	if m.check(q) != nil {
		return
	}
	k, _ := q.key()
	if _, found := q.s.Store.Record(k); !found {
		_ = m.notFound(q)
	}
}

// deactivate marks the record inactive (soft delete) and answers with the
// whole record (P). Doing so again answers the same (A, repeated_delete);
// last_updated_on stays as it is (I, deactivation_touches_last_updated_on).
func (m *Mock) deactivate(q *request) (*wire.Body, *model.Error) {
	if err := m.check(q); err != nil {
		return nil, err
	}
	m.pin(q, !q.s.Choices().PinOnSuccess)
	var touch *time.Time
	if q.s.Choices().Touch {
		touch = &q.x.Start
	}
	key, _ := q.key()
	did, found := q.s.Store.Deactivate(key, touch)
	if !found {
		return nil, m.notFound(q)
	}
	if status := q.s.Choices().Statuses[model.RepeatedDelete]; !did.Changed && status != http.StatusOK {
		text := fmt.Sprintf("customer %d at location %d was deactivated before", key.Customer, key.Location)
		p := problem{model.Error{Code: model.RepeatedDelete, Field: "customer_location_id", Detail: sentence(text)},
			exchange.Violation{Part: exchange.PartPath, Pointer: "/customer_location_id",
				Rule: fmt.Sprintf("repeated_delete: %d", status), Schema: "fixtures/choices.json", Hint: text, Rejected: true}}
		m.tell(q, &p)
		return nil, &p.err
	}
	q.x.Repeated = !did.Changed
	if did.Changed {
		in := q.s.Store
		q.x.Transition, q.x.States = true, did.Print
		q.x.Undo = func() { in.TakeBack(key, did) }
	}
	return m.body(q, &did.After)
}

// get answers with the record as it is (V).
func (m *Mock) get(q *request) (*wire.Body, *model.Error) {
	if err := m.check(q); err != nil {
		return nil, err
	}
	m.pin(q, !q.s.Choices().PinOnSuccess)
	key, _ := q.key()
	record, found := q.s.Store.Record(key)
	if !found {
		return nil, m.notFound(q)
	}
	return m.body(q, &record)
}

func (m *Mock) body(q *request, r *store.Record) (*wire.Body, *model.Error) {
	body, err := m.printed(r, q.version)
	if err != nil {
		q.x.Err = err
		return nil, model.NewError(model.Internal, "")
	}
	m.pin(q, q.s.Choices().PinOnSuccess)
	return body, nil
}

// pin remembers the version that the client ID named (V, the version guide).
func (m *Mock) pin(q *request, now bool) {
	if now && q.asked != "" {
		q.s.Store.Pin(q.client.ID, q.asked)
	}
}

// unserved answers an operation that the resource advertises and this mock
// does not perform.
func (m *Mock) unserved(q *request) (*wire.Body, *model.Error) {
	text := fmt.Sprintf("%s is not mocked (%s: %s)", q.route.Operation.Method, q.route.Operation.Name, strings.TrimSuffix(q.route.Operation.Description, "."))
	way := "; to change a record use dispatchmock ctl record patch, to deactivate a customer send DELETE"
	if q.r.Method == http.MethodPost {
		text += "; to deactivate a customer send DELETE: the documentation's Python sample sends POST by mistake"
		way = ""
	}
	return nil, m.misdirected(q, model.MethodNotImplemented, "method", q.r.Method, text, way)
}

// wrongMethod answers a method that the resource does not have.
func (m *Mock) wrongMethod(q *request) (*wire.Body, *model.Error) {
	text := fmt.Sprintf("%s is not a method of this resource; it has %s", cut(q.r.Method), methods)
	if upper := strings.ToUpper(q.r.Method); upper != q.r.Method && strings.Contains(methods, upper) {
		text = fmt.Sprintf("methods are case-sensitive: send %s, not %s", upper, q.r.Method)
	}
	return nil, m.misdirected(q, model.MethodNotAllowed, "method", q.r.Method, text, "")
}

// unknownPath answers a path that the API does not have.
func (m *Mock) unknownPath(q *request) (*wire.Body, *model.Error) {
	text := fmt.Sprintf("%s is not a path of this mock; it has %s", cut(q.r.URL.EscapedPath()), m.Contract.Operations()[0].Path)
	return nil, m.misdirected(q, model.PathUnknown, "path", q.r.URL.EscapedPath(), text, "")
}

// misdirected records and returns the error of a request that no operation
// performs, and records what else it would be refused for where it is going.
// the hint is for the record alone.
func (m *Mock) misdirected(q *request, code model.Code, field, value, text, way string) *model.Error {
	q.x.Problems = append(q.x.Problems, exchange.Violation{Part: field, Rule: string(code), Value: cut(value), Schema: "operations.json", Hint: text + way})
	for _, p := range m.inputs(q) {
		m.tell(q, &p)
	}
	return &model.Error{Code: code, Field: field, Detail: sentence(text)}
}
