package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
)

// deactivate marks the record inactive (soft delete) and answers with the
// whole record (P). Doing so again answers the same (A, repeated_delete);
// last_updated_on stays as it is (I, deactivation_touches_last_updated_on).
func (a *API) deactivate(c *call) (*wire.Body, *dispatch.Fault) {
	if fault := a.check(c); fault != nil {
		return nil, fault
	}
	a.pin(c, !c.s.Choices().PinOnSuccess)
	var touch *time.Time
	if c.s.Choices().Touch {
		touch = &c.x.Start
	}
	did, found := c.s.World.Deactivate(c.key, touch)
	if !found {
		return nil, a.notFound(c)
	}
	if status := c.s.Choices().Statuses[dispatch.RepeatedDelete]; !did.Changed && status != http.StatusOK {
		text := fmt.Sprintf("customer %d at location %d was deactivated before", c.key.Customer, c.key.Location)
		p := problem{dispatch.Fault{Code: dispatch.RepeatedDelete, Field: "customer_location_id", Detail: sentence(text)},
			exchange.Finding{Part: exchange.PartPath, Pointer: "/customer_location_id",
				Rule: fmt.Sprintf("repeated_delete: %d", status), Schema: "fixtures/choices.json", Remedy: text, World: true}}
		a.tell(c, &p)
		return nil, &p.fault
	}
	c.x.Repeated = !did.Changed
	if did.Changed {
		in, key := c.s.World, c.key
		c.x.Transition, c.x.States = true, did.Print
		c.x.Undo = func() { in.TakeBack(key, did) }
	}
	return a.record(c, &did.After)
}

// get answers with the record as it is (V).
func (a *API) get(c *call) (*wire.Body, *dispatch.Fault) {
	if fault := a.check(c); fault != nil {
		return nil, fault
	}
	a.pin(c, !c.s.Choices().PinOnSuccess)
	record, found := c.s.World.Record(c.key)
	if !found {
		return nil, a.notFound(c)
	}
	return a.record(c, &record)
}

func (a *API) record(c *call, r *world.Record) (*wire.Body, *dispatch.Fault) {
	body, err := a.body(r, c.version)
	if err != nil {
		c.x.Err = err
		return nil, &dispatch.Fault{Code: dispatch.Internal, Field: dispatch.ModelCustomerLocation, Detail: "The record could not be printed."}
	}
	a.pin(c, c.s.Choices().PinOnSuccess)
	return body, nil
}

// pin remembers the version that the client ID named (V, the version guide).
func (a *API) pin(c *call, now bool) {
	if now && c.asked != "" {
		c.s.World.Pin(c.client.ID, c.asked)
	}
}

// unserved answers an operation that the resource advertises and this mock
// does not perform.
func (a *API) unserved(c *call) (*wire.Body, *dispatch.Fault) {
	text := fmt.Sprintf("%s is not mocked (%s: %s)", c.op.Method, c.op.Name, strings.TrimSuffix(c.op.Description, "."))
	way := "; to change a record use dispatchmock ctl record patch, to deactivate a customer send DELETE"
	if c.op.Method == http.MethodPost {
		text += "; to deactivate a customer send DELETE: the documentation's Python sample sends POST by mistake"
		way = ""
	}
	return nil, a.misdirected(c, dispatch.MethodNotImplemented, "method", c.op.Method, text, way)
}

// wrongMethod answers a method that the resource does not have.
func (a *API) wrongMethod(c *call) (*wire.Body, *dispatch.Fault) {
	text := fmt.Sprintf("%s is not a method of this resource; it has %s", cut(c.r.Method), methods)
	if upper := strings.ToUpper(c.r.Method); upper != c.r.Method && strings.Contains(methods, upper) {
		text = fmt.Sprintf("methods are case-sensitive: send %s, not %s", upper, c.r.Method)
	}
	return nil, a.misdirected(c, dispatch.MethodNotAllowed, "method", c.r.Method, text, "")
}

// unknownPath answers a path that the API does not have.
func (a *API) unknownPath(c *call) (*wire.Body, *dispatch.Fault) {
	text := fmt.Sprintf("%s is not a path of this mock; it has %s", cut(c.r.URL.EscapedPath()), a.Contract.Operations()[0].Path)
	return nil, a.misdirected(c, dispatch.PathUnknown, "path", c.r.URL.EscapedPath(), text, "")
}

// misdirected records and returns the fault of a request that no operation
// performs, and records what else it would be refused for where it is going.
// The way out is for the record alone.
func (a *API) misdirected(c *call, code dispatch.Code, field, value, text, way string) *dispatch.Fault {
	c.x.Problems = append(c.x.Problems, exchange.Finding{Part: field, Rule: string(code), Value: cut(value), Schema: "operations.json", Remedy: text + way})
	asked := c.op
	c.op = a.Contract.Operations()[0]
	if c.parameters = a.Contract.ValuesAt(c.r.URL.Path); c.parameters == nil {
		c.parameters = map[string]string{}
	}
	for _, p := range a.inputs(c, c.op.JudgeHeaders(c.version, c.r.Header), c.judgePath()) {
		a.tell(c, &p)
	}
	c.op = asked
	return &dispatch.Fault{Code: code, Field: field, Detail: sentence(text)}
}

// judgePath judges the path's parameters, if it has them.
func (c *call) judgePath() []exchange.Finding {
	if len(c.parameters) == 0 {
		return nil
	}
	unescape(c.parameters)
	return c.op.JudgePath(c.version, c.parameters)
}

// Inspect records what is wrong with a request that something else answers. It
// performs nothing. The ResponseWriter must be that of Identified.
func (a *API) Inspect(w http.ResponseWriter, r *http.Request) {
	c := w.(*call)
	c.r, c.op = r, a.Contract.At(r.Method, r.URL.Path)
	c.parameters = a.Contract.ValuesAt(r.URL.Path)
	switch {
	case c.op == nil && c.parameters == nil:
		c.op = a.Contract.Otherwise()
		_, _ = a.unknownPath(c)
	case c.op == nil:
		c.op = a.Contract.Otherwise()
		_, _ = a.wrongMethod(c)
	case !c.op.Served:
		_, _ = a.unserved(c)
	case c.op.Method == http.MethodOptions:
		_, _ = a.preflight(c)
	default:
		if a.check(c) != nil {
			break
		}
		if _, found := c.s.World.Record(c.key); !found {
			_ = a.notFound(c)
		}
	}
	c.x.Operation = c.op.Name
}
