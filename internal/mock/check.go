package mock

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// problem is one thing that is wrong with a request: what the client is told,
// should it be the first, and what the journal and the log say of it.
type problem struct {
	err       model.Error
	violation exchange.Violation
}

// pathInput is the name of the path in the order of errors.
const pathInput = "path"

// check runs every check whose inputs are there. It returns the error that the
// client is told, or nil when the request may go on; the exchange gets all
// problems. The order is that of api-facts: inputs, then token, role, tenant,
// record (grade A).
func (m *Mock) check(q *request) *model.Error {
	var problems []problem
	if len(q.route.Headers) > 0 || len(q.route.Path) > 0 || !q.s.Choices().ContentTypeParameters {
		problems = m.inputs(q)
	}
	if p := m.rights(q, problems); p != nil {
		problems = p
	}
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		m.tell(q, &problems[i])
	}
	return &problems[0].err
}

// inputs turns findings into problems, in the order in which they are told.
func (m *Mock) inputs(q *request) []problem {
	byInput := map[string][]problem{}
	for _, f := range q.route.Headers {
		name := strings.TrimPrefix(f.Pointer, "/")
		code := model.CodeOfHeader(name)
		if q.s.Choices().Statuses[code] == 200 {
			continue
		}
		told := f                                                                                      // the record says it by itself
		if n := len(q.r.Header[http.CanonicalHeaderKey(name)]); n > 1 && code != model.NotAcceptable { // accept is a list
			told.Hint += fmt.Sprintf(", and be sent once; it was sent %d times", n)
		}
		byInput[name] = append(byInput[name], problem{
			model.Error{Code: code, Field: q.rules.HeaderField(q.version, name), Detail: m.headerDetail(q, name, told)}, f})
	}
	if text, _ := contract.HeaderText(q.r.Header, "Content-Type"); !q.s.Choices().ContentTypeParameters && byInput["content-type"] == nil && strings.Contains(text, ";") {
		f := exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/content-type", Rule: "content_type_parameters: false",
			Value: strconv.Quote(text), Schema: "fixtures/choices.json", Hint: "must be application/json without parameters"}
		byInput["content-type"] = []problem{{model.Error{Code: model.ContentTypeInvalid,
			Field: q.rules.HeaderField(q.version, "content-type"), Detail: sentence(f.Hint)}, f}}
	}
	for _, f := range q.route.Path {
		name := strings.TrimPrefix(f.Pointer, "/")
		byInput[pathInput] = append(byInput[pathInput], problem{
			model.Error{Code: model.PathInvalid, Field: name, Detail: detail(f, q.route.Parameters[name])}, f})
	}
	slices.SortStableFunc(byInput[pathInput], func(a, b problem) int { return strings.Compare(a.err.Field, b.err.Field) })
	var problems []problem
	for _, name := range q.s.Choices().ErrorOrder {
		problems = append(problems, byInput[name]...)
		delete(byInput, name)
	}
	for _, name := range slices.Sorted(maps.Keys(byInput)) { // rules of the user's own schemas
		problems = append(problems, byInput[name]...)
	}
	return problems
}

// rights checks token, role, tenant and record, as far as the inputs before
// them are good, and fills in the call's key. It returns the problems with its
// own behind them, or nil where it has none.
func (m *Mock) rights(q *request, problems []problem) []problem {
	good := func(code model.Code) bool {
		return !slices.ContainsFunc(problems, func(p problem) bool { return p.err.Code == code })
	}
	var more []problem
	// The hint is for the client alone: it names a token, and logs name none.
	add := func(code model.Code, name, value, rule, hint, toClient string) {
		part := exchange.PartRequestHeader
		field := q.rules.HeaderField(q.version, name)
		if code == model.RecordUnknown {
			part, field = exchange.PartPath, name
		}
		more = append(more, problem{model.Error{Code: code, Field: field, Detail: sentence(hint + toClient)},
			exchange.Violation{Part: part, Pointer: "/" + name, Rule: rule, Value: value, Schema: "operations.json", Hint: hint, Rejected: true}})
	}
	if q.wellFormed && !q.known {
		add(model.TokenUnknown, "authorization", "", "known token", "no fixture knows this token", m.hint(q.s))
	}
	if !q.known {
		if len(problems)+len(more) > 0 {
			more = append(more, m.strangers(q)...)
		}
		return appendOrNil(problems, more)
	}
	roles := q.rules.Roles
	if q.s.Choices().AdminIsDispatcher && slices.Contains(roles, model.RoleDispatcher) {
		roles = append(slices.Clone(roles), model.RoleAdmin)
	}
	if !q.client.HasAny(roles) {
		add(model.RoleMissing, "authorization", list(q.client.Roles), "roles: "+list(roles),
			fmt.Sprintf("%s needs %s, and this token's user has %s", q.rules.Name, oneOf(roles), list(q.client.Roles)), m.hint(q.s))
	}
	if !good(model.TenantIDInvalid) {
		return appendOrNil(problems, more)
	}
	tenantText, _ := contract.HeaderText(q.r.Header, "X-Tenant-Id")
	tenant := q.route.Tenant.Value
	if !q.route.Tenant.OK {
		add(model.TenantIDInvalid, "x-tenant-id", strconv.Quote(tenantText), "integer", "must be an integer of at most 64 bits", "")
		return appendOrNil(problems, more)
	}
	q.x.Tenant = tenant
	if !q.s.Store.Base().HasTenant(tenant) || !q.client.Sees(tenant) {
		// One sentence for both: a stranger must not learn which tenants exist.
		code := model.TenantForeign
		if !q.s.Store.Base().HasTenant(tenant) {
			code = model.TenantUnknown
		}
		add(code, "x-tenant-id", tenantText, "tenants of the token", fmt.Sprintf("tenant %d is not assigned to this token%s", tenant, m.tenantsOf(q)), "")
		return appendOrNil(problems, more)
	}
	if !good(model.PathInvalid) {
		return appendOrNil(problems, more)
	}
	key, ok := q.key()
	if !ok {
		add(model.RecordUnknown, "customer_location_id", "", "known record", "the path's parameters must be integers of at most 64 bits", "")
		return appendOrNil(problems, more)
	}
	if len(problems) == 0 && len(more) == 0 {
		return nil // the action itself finds the record, in one step with what it does
	}
	if _, ok := q.s.Store.Record(key); !ok {
		more = append(more, unknownRecord(key))
	}
	return appendOrNil(problems, more)
}

// strangers checks what can be known of the tenant and the record without
// knowing who asks. It never comes first, so that no stranger is told of it.
func (m *Mock) strangers(q *request) []problem {
	tenant := q.route.Tenant
	if !tenant.OK {
		return nil
	}
	if !q.s.Store.Base().HasTenant(tenant.Value) {
		detail := fmt.Sprintf("there is no tenant %d", tenant.Value)
		return []problem{{model.Error{Code: model.TenantUnknown, Field: q.rules.HeaderField(q.version, "x-tenant-id"), Detail: sentence(detail)},
			exchange.Violation{Part: exchange.PartRequestHeader, Pointer: "/x-tenant-id", Rule: "known tenant", Value: strconv.FormatInt(tenant.Value, 10), Schema: "operations.json", Hint: detail, Rejected: true}}}
	}
	k, ok := q.key()
	if !ok {
		return nil
	}
	if _, ok := q.s.Store.Record(k); ok {
		return nil
	}
	return []problem{unknownRecord(k)}
}

func appendOrNil(problems, more []problem) []problem {
	if len(more) == 0 {
		return nil
	}
	return append(problems, more...)
}

func unknownRecord(k store.Key) problem {
	text := fmt.Sprintf("tenant %d has no customer %d at location %d", k.Tenant, k.Customer, k.Location)
	return problem{model.Error{Code: model.RecordUnknown, Field: "customer_location_id", Detail: sentence(text)},
		exchange.Violation{Part: exchange.PartPath, Pointer: "/customer_location_id", Rule: "known record",
			Value: strconv.FormatInt(k.Location, 10), Schema: "fixtures", Hint: text, Rejected: true}}
}

// notFound records and returns the error of a record that is not there.
func (m *Mock) notFound(q *request) *model.Error {
	k, _ := q.key()
	p := unknownRecord(k)
	m.tell(q, &p)
	return &p.err
}

func oneOf(roles []model.Role) string {
	if len(roles) == 1 {
		return "the role " + string(roles[0])
	}
	return "one of the roles " + list(roles)
}

func list(roles []model.Role) string {
	if len(roles) == 0 {
		return "none"
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}
