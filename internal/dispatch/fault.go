package dispatch

// Code names a kind of fault. The codes of faults whose status nobody
// documented are keys of the fixtures' choices.
type Code string

// The codes, in the order in which the checks run.
const (
	PathUnknown          Code = "path_unknown"
	MethodNotImplemented Code = "method_not_implemented"
	MethodNotAllowed     Code = "method_not_allowed"
	AuthorizationInvalid Code = "authorization_invalid"
	TenantIDInvalid      Code = "tenant_id_invalid"
	APIVersionInvalid    Code = "api_version_invalid"
	RequestIDInvalid     Code = "request_id_invalid"
	ContentTypeInvalid   Code = "content_type_invalid"
	NotAcceptable        Code = "not_acceptable"
	HeaderInvalid        Code = "header_invalid" // of a rule of a user's own schemas
	PathInvalid          Code = "path_parameter_invalid"
	TokenUnknown         Code = "token_unknown"
	RoleMissing          Code = "role_missing"
	TenantForeign        Code = "tenant_foreign"
	TenantUnknown        Code = "tenant_unknown"
	RecordUnknown        Code = "record_unknown"
	RepeatedDelete       Code = "repeated_delete"

	SessionUnknown    Code = "session_unknown"
	ScenarioUnknown   Code = "scenario_unknown"
	ScenarioMisfit    Code = "scenario_misfit"
	RequestMalformed  Code = "request_malformed"
	HeaderTooLarge    Code = "header_too_large"
	BodyTooLarge      Code = "body_too_large"
	BodyUnreadable    Code = "body_unreadable"
	ExpectationFailed Code = "expectation_failed"
	ContractViolated  Code = "contract_violated"
	Internal          Code = "internal"
)

// Fault is what a client is told about a request that was refused: Field names
// the model's field at fault, Detail says the rule that was broken.
type Fault struct {
	Code   Code
	Field  string
	Detail string
}

// CodeOfHeader gives the fault of each request header field that has a rule.
func CodeOfHeader(header string) Code {
	switch header {
	case "authorization":
		return AuthorizationInvalid
	case "x-tenant-id":
		return TenantIDInvalid
	case "x-api-version":
		return APIVersionInvalid
	case "x-request-id":
		return RequestIDInvalid
	case "content-type":
		return ContentTypeInvalid
	case "accept":
		return NotAcceptable
	}
	return HeaderInvalid
}
