package mock

import (
	"cmp"
	"net/http"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/wire"
)

// row says how a fault is presented. A status of 0 is one of the choices.
type row struct {
	status      int
	explanation string
}

// rows is the one table from faults to answers.
func rows(code dispatch.Code) row {
	switch code {
	case dispatch.PathUnknown:
		return row{0, "There is no such resource."}
	case dispatch.MethodNotImplemented:
		return row{0, "The API has this operation; the mock does not perform it."}
	case dispatch.MethodNotAllowed:
		return row{0, "The resource does not allow this method."}
	case dispatch.AuthorizationInvalid, dispatch.TokenUnknown:
		return row{0, "The caller could not be authenticated."}
	case dispatch.TenantIDInvalid, dispatch.APIVersionInvalid, dispatch.RequestIDInvalid, dispatch.ContentTypeInvalid:
		return row{0, "A request header breaks its rule."}
	case dispatch.HeaderInvalid:
		return row{http.StatusBadRequest, "A request header breaks its rule."}
	case dispatch.NotAcceptable:
		return row{0, "The only representation is application/json."}
	case dispatch.PathInvalid:
		return row{0, "A path parameter breaks its rule."}
	case dispatch.RoleMissing, dispatch.TenantForeign, dispatch.TenantUnknown:
		return row{0, "The resource could not be accessed."}
	case dispatch.RecordUnknown:
		return row{0, "The record does not exist."}
	case dispatch.RepeatedDelete:
		return row{0, "The record is inactive already."}
	case dispatch.SessionUnknown:
		return row{http.StatusNotFound, "The mock has no such session."}
	case dispatch.ScenarioUnknown:
		return row{http.StatusBadRequest, "The mock has no such scenario."}
	case dispatch.ScenarioMisfit:
		return row{http.StatusInternalServerError, "The scenario is wrong for this answer; the journal says where."}
	case dispatch.RequestMalformed:
		return row{http.StatusBadRequest, "The request is not valid HTTP."}
	case dispatch.HeaderTooLarge:
		return row{http.StatusRequestHeaderFieldsTooLarge, "The request is larger than this server reads."}
	case dispatch.BodyTooLarge:
		return row{http.StatusRequestEntityTooLarge, "The request is larger than this server reads."}
	case dispatch.BodyUnreadable:
		return row{http.StatusBadRequest, "The request's body could not be read."}
	case dispatch.ExpectationFailed:
		return row{http.StatusExpectationFailed, "The request expects what this server does not do."}
	case dispatch.ContractViolated:
		return row{http.StatusInternalServerError, "The mock's own answer broke the contract, so it was held back; its log has the findings."}
	}
	return row{http.StatusInternalServerError, "The mock failed; its log says why."}
}

// refuse fills in the reply to a fault. An exchange that no version or request
// ID was found for gets the oldest and a new one.
func (m *Mock) refuse(q *request, f *dispatch.Fault) {
	if q.x.VersionUsed == "" {
		q.x.VersionUsed = string(m.Contract.Oldest())
	}
	if q.x.RequestID == "" {
		q.x.RequestID = q.s.IDs.New().String()
	}
	m.refuseWith(q, f, 0)
}

// refuseWith is refuse with another status than the table or the choices have,
// where status is not 0.
func (m *Mock) refuseWith(q *request, f *dispatch.Fault, status int) {
	q.x.Fault = string(f.Code)
	r := rows(f.Code)
	if r.status == 0 {
		r.status = q.s.Choices().Statuses[f.Code]
	}
	if r.status == http.StatusOK {
		// By its choice this is no error, and a scenario wants it as one.
		r.status = map[dispatch.Code]int{dispatch.RepeatedDelete: http.StatusConflict, dispatch.NotAcceptable: http.StatusNotAcceptable}[f.Code]
	}
	r.status = cmp.Or(status, r.status)
	body, err := wire.Print(map[string]any{"field": f.Field, "detail": f.Detail, "explanation": r.explanation})
	if err != nil {
		q.x.Err, body = err, wire.Empty()
	}
	m.reply(q, r.status, f.Field+": "+f.Detail, body)
}
