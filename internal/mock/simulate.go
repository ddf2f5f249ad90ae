package mock

import (
	"net/http"
	"strconv"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// scenarioHeader names a scenario for one request, allowHeader says that
// what is wrong with a request is meant.
const (
	scenarioHeader = "X-Mock-Scenario"
	allowHeader    = "X-Mock-Allow"
)

const scenarioSchema = "fixtures/scenario.json"

// match asks the session's scenarios whether one takes over the request.
func (m *Mock) match(q *request) (scenario.Plan, bool) {
	asks := scenario.Request{Named: q.r.Header.Get(scenarioHeader), Method: q.r.Method, Header: q.r.Header, ClientID: q.x.ClientID,
		Session: q.s.Spec.ID, Version: q.version, Tenant: q.route.Tenant, Customer: q.route.Customer, Location: q.route.Location}
	triggers := q.s.Fixtures().RecordScenarios
	// A test customer's preflight is answered as usual: else a page's real
	// request would never be sent.
	if k, ok := q.key(); ok && len(triggers) > 0 && q.r.Method != http.MethodOptions {
		asks.Record, asks.Triggered = k, triggers[k]
	}
	return q.s.Scenarios().Match(&asks, q.x.Start)
}

// simulate does what a scenario says. What the API answers is validated before it
// is altered; what is altered is marked as made on purpose.
func (m *Mock) simulate(q *request, plan *scenario.Plan) {
	x, reply := q.x, &q.reply
	if plan.Unknown != "" {
		err := model.NewError(model.ScenarioUnknown, sentence(plan.Unknown))
		x.Problems = append(x.Problems, exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/x-mock-scenario",
			Rule: "known scenario", Value: strconv.QuoteToASCII(plan.Name), Schema: scenarioSchema, Hint: err.Detail})
		m.inspect(q)
		x.Operation = m.Contract.Unmatched().Name
		m.reject(q, err, 0)
		return
	}
	x.Scenario, x.ScenarioBy = plan.Name, plan.By
	if plan.Performs {
		m.perform(q)
		m.validate(q)
	} else {
		m.inspect(q)
	}
	switch {
	case plan.Error != nil:
		m.reject(q, plan.Error, plan.Status)
	case plan.Respond != nil:
		m.reply(q, plan.Respond.Status, plan.Respond.Reason, plan.Respond.Body)
	case plan.Stale && reply.Status == http.StatusOK:
		if err := m.replyOriginal(q); err != nil {
			x.Err = err
		}
	case !plan.Performs: // what breaks the connection leaves no reply
		*reply = wire.Reply{Body: wire.Empty()}
	}
	altered, err := plan.Alter(reply, model.Version(x.VersionUsed))
	if err != nil {
		altered = true
		x.Deliberate = append(x.Deliberate, exchange.Violation{Part: exchange.PartScenario, Pointer: plan.At(err), Rule: "fits the answer",
			Schema: scenarioSchema, Hint: err.Error() + "; change the scenario " + plan.Name})
		m.reject(q, model.NewError(model.ScenarioFailed, ""), 0)
	}
	if b := reply.Break; b != nil {
		x.Deliberate = append(x.Deliberate, exchange.Violation{Part: "connection", Rule: "fault: " + string(b.Kind), Schema: scenarioSchema, Hint: b.Sentence(q.r, reply)})
	}
	x.Altered, x.Status, x.Bytes = altered, reply.Status, len(reply.Body.Bytes)
	wire.Pause(q.r, plan.Delay)
}
