package server

import (
	"net/http"
	"strconv"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/scenario"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
)

// scenarioHeader names a scenario for one request, announceHeader says that
// what is wrong with a request is meant.
const (
	scenarioHeader = "X-Mock-Scenario"
	announceHeader = "X-Mock-Announce"
)

// actor is what a scenario asks of the ResponseWriter.
type actor interface {
	wire.Holder
	exchange.Carrier
	Session() *session.Session
}

// staged lets a scenario take over, where the session has one for the request.
// What the API answers is judged before it is altered; what is altered is
// marked as made on purpose.
func (s *Server) staged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := w.(actor)
		n, x := a.Session(), a.Exchange()
		q := s.question(r, n, x)
		plan, ok := n.Scenarios().Match(&q, x.Start)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		x.Scenario, x.ScenarioBy = plan.Name, plan.By
		if plan.Unknown {
			x.Scenario, x.ScenarioBy = "", ""
			x.Problems = append(x.Problems, exchange.Finding{Part: exchange.PartRequestHeader, Pointer: "/x-mock-scenario",
				Rule: "known scenario", Value: strconv.QuoteToASCII(plan.Name), Schema: "fixtures/scenario.json", Remedy: plan.Fault.Detail})
			s.api.Inspect(w, r)
			x.Operation = s.Contract.Otherwise().Name
			s.api.Refuse(n, x, plan.Fault, a.Reply())
			return
		}
		s.act(a, w, r, next, &plan, &q)
	})
}

func (s *Server) act(a actor, w http.ResponseWriter, r *http.Request, next http.Handler, plan *scenario.Plan, q *scenario.Request) {
	n, x, reply := a.Session(), a.Exchange(), a.Reply()
	if plan.Performs {
		next.ServeHTTP(w, r)
		s.judge(n, x, reply)
	} else {
		s.api.Inspect(w, r)
	}
	switch {
	case plan.Fault != nil:
		s.api.RefuseWith(n, x, plan.Fault, plan.Status, reply)
	case plan.Respond != nil:
		s.api.Answer(n, x, plan.Respond.Status, plan.Respond.Reason, plan.Respond.Body, reply)
	case plan.Stale && reply.Status == http.StatusOK:
		if err := s.api.Original(n, x, q.Record, reply); err != nil {
			x.Err = err
		}
	case !plan.Performs: // what breaks the connection leaves no reply
		*reply = wire.Reply{Body: wire.Empty()}
	}
	altered, err := plan.Alter(reply, dispatch.Version(x.VersionUsed))
	if err != nil {
		altered = true
		x.Deliberate = append(x.Deliberate, exchange.Finding{Part: exchange.PartScenario, Pointer: plan.At(err), Rule: "fits the answer",
			Schema: "fixtures/scenario.json", Remedy: err.Error() + "; change the scenario " + plan.Name})
		s.api.Refuse(n, x, dispatch.ScenarioMisfit.Fault("It is wrong for this answer: "+err.Error()+"."), reply)
	}
	if b := reply.Break; b != nil {
		x.Deliberate = append(x.Deliberate, exchange.Finding{Part: "connection", Rule: "fault: " + string(b.Kind), Schema: "fixtures/scenario.json", Remedy: b.Tell(r, reply)})
	}
	x.Altered, x.Status, x.Bytes = altered, reply.Status, len(reply.Body.Bytes)
	wire.Pause(r, plan.Delay)
}

// question is what a scenario may ask about the request.
func (s *Server) question(r *http.Request, n *session.Session, x *exchange.Exchange) scenario.Request {
	q := scenario.Request{Named: r.Header.Get(scenarioHeader), Method: r.Method, Header: r.Header, ClientID: x.ClientID,
		Session: n.Spec.ID, Version: dispatch.Version(x.VersionUsed)}
	carried := n.Fixtures().RecordScenarios
	if q.Named == "" && len(carried) == 0 && !n.Scenarios().Any() {
		return q
	}
	if tenant, err := strconv.ParseInt(r.Header.Get("X-Tenant-Id"), 10, 64); err == nil {
		q.Tenant = &tenant
		q.Record.Tenant = tenant
	}
	values := s.Contract.ValuesAt(r.URL.Path)
	if values == nil {
		return q
	}
	q.Customer, q.Location = values["customer_id"], values["customer_location_id"]
	customer, err := strconv.ParseInt(q.Customer, 10, 64)
	location, err2 := strconv.ParseInt(q.Location, 10, 64)
	if err == nil && err2 == nil && q.Tenant != nil {
		q.Record = world.Key{Tenant: *q.Tenant, Customer: customer, Location: location}
		// The other methods on a record are not its scenario's business.
		if r.Method != http.MethodOptions {
			q.Carried = carried[q.Record]
		}
	}
	return q
}
