package scenario

import (
	"strings"

	"dispatchmock/internal/dispatch"
)

// The field that most header faults are about stands in this model.
const headerModel = "StandardRequestHeadersModel."

// fault returns a fault of the code as a client is told of it, and whether
// there is such a code.
func fault(code dispatch.Code) (dispatch.Fault, bool) {
	field, detail := "", ""
	switch code {
	case dispatch.PathUnknown:
		field, detail = "path", "There is no such path."
	case dispatch.MethodNotImplemented:
		field, detail = "method", "The method is not mocked."
	case dispatch.MethodNotAllowed:
		field, detail = "method", "The resource does not have this method."
	case dispatch.AuthorizationInvalid:
		field, detail = headerModel+"authorization", "Must be Bearer and an access token."
	case dispatch.TenantIDInvalid:
		field, detail = headerModel+"x-tenant-id", "Must be an integer."
	case dispatch.APIVersionInvalid:
		field, detail = headerModel+"x-api-version", "Must be a valid API version."
	case dispatch.RequestIDInvalid:
		field, detail = headerModel+"x-request-id", "Must be a UUID."
	case dispatch.ContentTypeInvalid:
		field, detail = headerModel+"content-type", "Must be application/json."
	case dispatch.HeaderInvalid:
		field, detail = strings.TrimSuffix(headerModel, "."), "A header field breaks its rule."
	case dispatch.NotAcceptable:
		field, detail = headerModel+"accept", "Must admit application/json."
	case dispatch.PathInvalid:
		field, detail = "customer_id", "Must be an integer."
	case dispatch.TokenUnknown:
		field, detail = headerModel+"authorization", "The access token is unknown or has expired."
	case dispatch.RoleMissing:
		field, detail = headerModel+"authorization", "The token's user lacks the role Dispatcher."
	case dispatch.TenantForeign, dispatch.TenantUnknown:
		field, detail = headerModel+"x-tenant-id", "The tenant is not assigned to this token."
	case dispatch.RecordUnknown:
		field, detail = "customer_location_id", "The tenant has no such customer at this location."
	case dispatch.RepeatedDelete:
		field, detail = "customer_location_id", "The customer was deactivated at this location before."
	case dispatch.SessionUnknown:
		field, detail = "session", "The mock has no such session."
	case dispatch.ScenarioUnknown:
		field, detail = "x-mock-scenario", "The mock has no such scenario."
	case dispatch.ScenarioMisfit:
		field, detail = "scenario", "The scenario does not fit the answer."
	case dispatch.RequestMalformed:
		field, detail = "request", "The request line or a header field is malformed."
	case dispatch.HeaderTooLarge:
		field, detail = "request", "The request line and the header fields are too large."
	case dispatch.BodyTooLarge:
		field, detail = "body", "The request's body is too large."
	case dispatch.BodyUnreadable:
		field, detail = "body", "The request's body could not be read."
	case dispatch.ExpectationFailed:
		field, detail = "expect", "The only expectation that is understood is 100-continue."
	case dispatch.ContractViolated:
		field, detail = "response", "The answer broke the contract."
	case dispatch.Internal:
		field, detail = "server", "The server failed on this request."
	default:
		return dispatch.Fault{}, false
	}
	return dispatch.Fault{Code: code, Field: field, Detail: detail}, true
}
