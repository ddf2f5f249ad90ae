package model

import (
	"cmp"
	"slices"
)

// Code names a kind of error. The codes of errors whose status nobody
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
	ScenarioFailed    Code = "scenario_failed"
	RequestMalformed  Code = "request_malformed"
	HeaderTooLarge    Code = "header_too_large"
	BodyTooLarge      Code = "body_too_large"
	BodyUnreadable    Code = "body_unreadable"
	ExpectationFailed Code = "expectation_failed"
	ContractViolated  Code = "contract_violated"
	Internal          Code = "internal"
)

// Kind is all that is known of a code.
type Kind struct {
	Code Code
	// Status is that of the answer; 0 where the fixtures' choices have it.
	Status int
	// Refusal is the status where a choice makes it no error, and a scenario
	// wants it as one.
	Refusal int
	// Header is the request header field, in small letters; where it is
	// none, Field is the one that the client reads.
	Header, Field string
	// Detail is what the client reads where nothing is known but the code.
	Detail      string
	Explanation string
	// Hint says what to do about it to who reads the journal; {session} stands
	// for the session's ID.
	Hint string
	// When says when it comes, for the coverage of errors; "" is not asked for.
	When string
	// Example brings it about, in the default data set. It is nil where only a
	// mistake does, or a contract of the user's own.
	Example *Example
}

// Example is what differs from the page's sample request.
type Example struct {
	Method, Path       string
	Customer, Location string
	Session            string // that the path names
	Header, Value      string // a field; one that is long has Size zeros as its value
	Size               int    // in bytes, of a header field's value or of the body
	Cut                bool   // the body ends before its length
}

// Kinds returns the table of errors, in the order in which the checks run.
func Kinds() []Kind { return slices.Clone(kinds) }

// Kind returns what is known of the code; of an unknown one, that of Internal.
func (c Code) Kind() *Kind {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Code == c || k.Code == Internal })
	return &kinds[i]
}

// CodeOfHeader returns the code of a request header field that breaks its rule.
func CodeOfHeader(header string) Code {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Header == header && header != "" })
	if i < 0 {
		return HeaderInvalid
	}
	return kinds[i].Code
}

// Error is what a client gets for a request that is not answered with success:
// Field names the model's field, Detail says the rule that was broken.
type Error struct {
	Code   Code
	Field  string
	Detail string
}

// headerModel is the model that the request's header fields stand in.
const headerModel = "StandardRequestHeadersModel"

// NewError returns the error of a code; an empty detail stands for the table's.
func NewError(code Code, detail string) *Error {
	k := code.Kind()
	field := k.Field
	if k.Header != "" {
		field = headerModel + "." + k.Header
	}
	return &Error{k.Code, field, cmp.Or(detail, k.Detail)}
}

// Error is the reason phrase of the answer.
func (e *Error) Error() string { return e.Field + ": " + e.Detail }

const (
	unauthenticated = "The caller could not be authenticated."
	headerRule      = "A request header breaks its rule."
	noAccess        = "The resource could not be accessed."
	tooLarge        = "The request is larger than this server reads."
	bodyNotNeeded   = "No operation of the mock needs a body: it can be left out."

	// What a client reads of every failure of the server. Only the journal and
	// the log have the reason: the real API would not send it.
	serverField  = "server"
	serverFailed = "The server failed on this request."
	unexpected   = "An unexpected error occurred."
)

var kinds = []Kind{
	{Code: PathUnknown, Field: "path", Detail: "There is no such path.", Explanation: "There is no such resource.",
		When: "a path that the API does not have", Example: &Example{Path: "/customer/1/location/1"}},
	{Code: MethodNotImplemented, Field: "method", Detail: "The method is not mocked.", Explanation: "The API has this operation; the mock does not perform it.",
		When: "a method that the API has and the mock does not perform", Example: &Example{Method: "POST"}},
	{Code: MethodNotAllowed, Field: "method", Detail: "The resource does not have this method.", Explanation: "The resource does not allow this method.",
		When: "a method that the resource does not have", Example: &Example{Method: "PUT"}},
	{Code: AuthorizationInvalid, Header: "authorization", Detail: "Must be Bearer and an access token.", Explanation: unauthenticated,
		When: "authorization that is missing or malformed", Example: &Example{Header: "Authorization", Value: "Bearer {your-auth-token}"}},
	{Code: TenantIDInvalid, Header: "x-tenant-id", Detail: "Must be an integer.", Explanation: headerRule,
		When: "an x-tenant-id that is missing or no integer", Example: &Example{Header: "x-tenant-id", Value: "one"}},
	{Code: APIVersionInvalid, Header: "x-api-version", Detail: "Must be a valid API version.", Explanation: headerRule,
		When: "an x-api-version that is none of the versions", Example: &Example{Header: "x-api-version", Value: "2019-02-08"}},
	{Code: RequestIDInvalid, Header: "x-request-id", Detail: "Must be a UUID.", Explanation: headerRule,
		When: "an x-request-id that is not a UUID", Example: &Example{Header: "x-request-id", Value: "1"}},
	{Code: ContentTypeInvalid, Header: "content-type", Detail: "Must be application/json.", Explanation: headerRule,
		When: "a content-type that is not application/json", Example: &Example{Header: "content-type", Value: "text/plain"}},
	{Code: NotAcceptable, Refusal: 406, Header: "accept", Detail: "Must admit application/json.", Explanation: "The only representation is application/json.",
		When: "an accept that admits not JSON", Example: &Example{Header: "accept", Value: "text/html"}},
	{Code: HeaderInvalid, Status: 400, Field: headerModel, Detail: "A header field breaks its rule.", Explanation: headerRule},
	{Code: PathInvalid, Field: "customer_id", Detail: "Must be an integer.", Explanation: "A path parameter breaks its rule.",
		When: "a path parameter that is not an integer", Example: &Example{Customer: "abc"}},
	{Code: TokenUnknown, Header: "authorization", Detail: "The access token is unknown or has expired.", Explanation: unauthenticated,
		When: "a well-formed token that nobody has", Example: &Example{Header: "Authorization", Value: "Bearer no-such-token"}},
	{Code: RoleMissing, Header: "authorization", Detail: "The token's user lacks the role Dispatcher.", Explanation: noAccess,
		When: "a user without the operation's role", Example: &Example{Header: "Authorization", Value: "Bearer driver-token"}},
	{Code: TenantForeign, Header: "x-tenant-id", Detail: "The tenant is not assigned to this token.", Explanation: noAccess,
		When: "a tenant of somebody else", Example: &Example{Header: "x-tenant-id", Value: "2"}},
	{Code: TenantUnknown, Header: "x-tenant-id", Detail: "The tenant is not assigned to this token.", Explanation: noAccess,
		When: "a tenant that there is not", Example: &Example{Header: "x-tenant-id", Value: "99"}},
	{Code: RecordUnknown, Field: "customer_location_id", Detail: "The tenant has no such customer at this location.", Explanation: "The record does not exist.",
		Hint: "GET /_mock/sessions/{session}/records lists those that there are",
		When: "a record that there is not", Example: &Example{Location: "2"}},
	{Code: RepeatedDelete, Refusal: 409, Field: "customer_location_id", Detail: "The customer was deactivated at this location before.", Explanation: "The record is inactive already.",
		Hint: "reset the session, or let the choice repeated_delete be 200",
		When: "a DELETE of a record that is inactive already", Example: &Example{Customer: "5"}},

	{Code: SessionUnknown, Status: 404, Field: "session", Detail: "The mock has no such session.", Explanation: "The mock has no such session.",
		When: "a session of the mock that there is not", Example: &Example{Session: "none"}},
	{Code: ScenarioUnknown, Status: 400, Field: "x-mock-scenario", Detail: "The mock has no such scenario.", Explanation: "The mock has no such scenario.",
		Example: &Example{Header: "X-Mock-Scenario", Value: "no-such"}},
	{Code: ScenarioFailed, Status: 500, Field: serverField, Detail: serverFailed, Explanation: unexpected},
	{Code: RequestMalformed, Status: 400, Field: "request", Detail: "The request line or a header field is malformed.", Explanation: "The request is not valid HTTP.",
		Hint: "A request begins with METHOD PATH HTTP/1.1; then come one Host, at most one Content-Length, and fields of the form NAME: VALUE, each line ended by CR LF.",
		When: "no HTTP", Example: &Example{Method: "DE LETE"}},
	{Code: HeaderTooLarge, Status: 431, Field: "request", Detail: "The request line and the header fields are too large.", Explanation: tooLarge,
		Hint: "Send fewer or shorter fields; what is long belongs into no header.",
		When: "request line and header fields of more than 64 KiB", Example: &Example{Header: "x-large", Size: 80_000}},
	{Code: BodyTooLarge, Status: 413, Field: "body", Detail: "The request's body is too large.", Explanation: tooLarge, Hint: bodyNotNeeded,
		When: "a body of more than 1 MiB", Example: &Example{Size: 1_100_000}},
	{Code: BodyUnreadable, Status: 400, Field: "body", Detail: "The request's body could not be read.", Explanation: "The request's body could not be read.", Hint: bodyNotNeeded,
		When: "a body that ends before its length", Example: &Example{Size: 10, Cut: true}},
	{Code: ExpectationFailed, Status: 417, Field: "expect", Detail: "The only expectation that is understood is 100-continue.", Explanation: "The request expects what this server does not do.",
		Hint: "Leave the Expect field out.",
		When: "an expectation other than 100-continue", Example: &Example{Header: "Expect", Value: "200-ok"}},
	{Code: ContractViolated, Status: 500, Field: serverField, Detail: serverFailed, Explanation: unexpected},
	{Code: Internal, Status: 500, Field: serverField, Detail: serverFailed, Explanation: unexpected},
}
