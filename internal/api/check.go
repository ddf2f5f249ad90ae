package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/world"
)

// problem is one thing that is wrong with a request: what the client is told,
// should it be the first, and what the journal and the log say of it.
type problem struct {
	fault   dispatch.Fault
	finding exchange.Finding
}

// pathInput is the name of the path in the order of errors.
const pathInput = "path"

// check runs every check whose inputs are there. It returns the fault that the
// client is told, or nil when the request may go on; the exchange gets all
// problems. The order is that of api-facts: inputs, then token, role, tenant,
// record (grade A).
func (a *API) check(c *call) *dispatch.Fault {
	unescape(c.parameters)
	headers := c.op.JudgeHeaders(c.version, c.r.Header)
	path := c.op.JudgePath(c.version, c.parameters)
	var problems []problem
	if len(headers) > 0 || len(path) > 0 || !c.s.Choices().ContentTypeParameters {
		problems = a.inputs(c, headers, path)
	}
	if p := a.rights(c, problems); p != nil {
		problems = p
	}
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		a.tell(c, &problems[i])
	}
	return &problems[0].fault
}

// inputs turns findings into problems, in the order in which they are told.
func (a *API) inputs(c *call, headers, path []exchange.Finding) []problem {
	byInput := map[string][]problem{}
	for _, f := range headers {
		name := strings.TrimPrefix(f.Pointer, "/")
		code := dispatch.CodeOfHeader(name)
		if c.s.Choices().Statuses[code] == 200 {
			continue
		}
		told := f                                                                                         // the record says it by itself
		if n := len(c.r.Header[http.CanonicalHeaderKey(name)]); n > 1 && code != dispatch.NotAcceptable { // accept is a list
			told.Remedy += fmt.Sprintf(", and be sent once; it was sent %d times", n)
		}
		byInput[name] = append(byInput[name], problem{
			dispatch.Fault{Code: code, Field: c.op.HeaderField(c.version, name), Detail: a.headerDetail(c, name, told)}, f})
	}
	if text, _ := contract.HeaderText(c.r.Header, "Content-Type"); !c.s.Choices().ContentTypeParameters && byInput["content-type"] == nil && strings.Contains(text, ";") {
		f := exchange.Finding{Part: exchange.PartRequestHeader, Pointer: "/content-type", Rule: "content_type_parameters: false",
			Value: strconv.Quote(text), Schema: "fixtures/choices.json", Remedy: "must be application/json without parameters"}
		byInput["content-type"] = []problem{{dispatch.Fault{Code: dispatch.ContentTypeInvalid,
			Field: c.op.HeaderField(c.version, "content-type"), Detail: sentence(f.Remedy)}, f}}
	}
	for _, f := range path {
		name := strings.TrimPrefix(f.Pointer, "/")
		byInput[pathInput] = append(byInput[pathInput], problem{
			dispatch.Fault{Code: dispatch.PathInvalid, Field: name, Detail: detail(f, c.parameters[name])}, f})
	}
	slices.SortStableFunc(byInput[pathInput], func(a, b problem) int { return strings.Compare(a.fault.Field, b.fault.Field) })
	var problems []problem
	for _, name := range c.s.Choices().ErrorOrder {
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
func (a *API) rights(c *call, problems []problem) []problem {
	good := func(code dispatch.Code) bool {
		return !slices.ContainsFunc(problems, func(p problem) bool { return p.fault.Code == code })
	}
	var more []problem
	// The hint is for the client alone: it names a token, and logs name none.
	add := func(code dispatch.Code, name, value, rule, remedy, hint string) {
		part := exchange.PartRequestHeader
		field := c.op.HeaderField(c.version, name)
		if code == dispatch.RecordUnknown {
			part, field = exchange.PartPath, name
		}
		more = append(more, problem{dispatch.Fault{Code: code, Field: field, Detail: sentence(remedy + hint)},
			exchange.Finding{Part: part, Pointer: "/" + name, Rule: rule, Value: value, Schema: "operations.json", Remedy: remedy, World: true}})
	}
	if c.wellFormed && !c.known {
		add(dispatch.TokenUnknown, "authorization", "", "known token", "no fixture knows this token", a.hint(c.s))
	}
	if !c.known {
		if len(problems)+len(more) > 0 {
			more = append(more, a.strangers(c, good)...)
		}
		return appendOrNil(problems, more)
	}
	roles := c.op.Roles
	if c.s.Choices().AdminIsDispatcher && slices.Contains(roles, dispatch.RoleDispatcher) {
		roles = append(slices.Clone(roles), dispatch.RoleAdmin)
	}
	if !c.client.HasAny(roles) {
		add(dispatch.RoleMissing, "authorization", list(c.client.Roles), "roles: "+list(roles),
			fmt.Sprintf("%s needs %s, and this token's user has %s", c.op.Name, oneOf(roles), list(c.client.Roles)), a.hint(c.s))
	}
	if !good(dispatch.TenantIDInvalid) {
		return appendOrNil(problems, more)
	}
	tenantText, _ := contract.HeaderText(c.r.Header, "X-Tenant-Id")
	tenant, err := strconv.ParseInt(tenantText, 10, 64)
	if err != nil {
		add(dispatch.TenantIDInvalid, "x-tenant-id", strconv.Quote(tenantText), "integer", "must be an integer of at most 64 bits", "")
		return appendOrNil(problems, more)
	}
	c.key.Tenant, c.x.Tenant = tenant, tenant
	if !c.s.World.Base().HasTenant(tenant) || !c.client.Sees(tenant) {
		// One sentence for both: a stranger must not learn which tenants exist.
		code := dispatch.TenantForeign
		if !c.s.World.Base().HasTenant(tenant) {
			code = dispatch.TenantUnknown
		}
		add(code, "x-tenant-id", tenantText, "tenants of the token", fmt.Sprintf("tenant %d is not assigned to this token%s", tenant, a.tenantsOf(c)), "")
		return appendOrNil(problems, more)
	}
	if !good(dispatch.PathInvalid) {
		return appendOrNil(problems, more)
	}
	c.key.Customer, err = strconv.ParseInt(c.parameters["customer_id"], 10, 64)
	if err == nil {
		c.key.Location, err = strconv.ParseInt(c.parameters["customer_location_id"], 10, 64)
	}
	if err != nil {
		add(dispatch.RecordUnknown, "customer_location_id", "", "known record", "the path's parameters must be integers of at most 64 bits", "")
		return appendOrNil(problems, more)
	}
	if len(problems) == 0 && len(more) == 0 {
		return nil // the action itself finds the record, in one step with what it does
	}
	if _, ok := c.s.World.Record(c.key); !ok {
		more = append(more, unknownRecord(c.key))
	}
	return appendOrNil(problems, more)
}

// strangers checks what can be known of the tenant and the record without
// knowing who asks. It never comes first, so that no stranger is told of it.
func (a *API) strangers(c *call, good func(dispatch.Code) bool) []problem {
	text, _ := contract.HeaderText(c.r.Header, "X-Tenant-Id")
	tenant, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !good(dispatch.TenantIDInvalid) {
		return nil
	}
	if !c.s.World.Base().HasTenant(tenant) {
		detail := fmt.Sprintf("there is no tenant %d", tenant)
		return []problem{{dispatch.Fault{Code: dispatch.TenantUnknown, Field: c.op.HeaderField(c.version, "x-tenant-id"), Detail: sentence(detail)},
			exchange.Finding{Part: exchange.PartRequestHeader, Pointer: "/x-tenant-id", Rule: "known tenant", Value: text, Schema: "operations.json", Remedy: detail, World: true}}}
	}
	customer, err := strconv.ParseInt(c.parameters["customer_id"], 10, 64)
	location, err2 := strconv.ParseInt(c.parameters["customer_location_id"], 10, 64)
	if err != nil || err2 != nil || !good(dispatch.PathInvalid) {
		return nil
	}
	k := world.Key{Tenant: tenant, Customer: customer, Location: location}
	if _, ok := c.s.World.Record(k); ok {
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

func unknownRecord(k world.Key) problem {
	text := fmt.Sprintf("tenant %d has no customer %d at location %d", k.Tenant, k.Customer, k.Location)
	return problem{dispatch.Fault{Code: dispatch.RecordUnknown, Field: "customer_location_id", Detail: sentence(text)},
		exchange.Finding{Part: exchange.PartPath, Pointer: "/customer_location_id", Rule: "known record",
			Value: strconv.FormatInt(k.Location, 10), Schema: "fixtures", Remedy: text, World: true}}
}

// notFound records and returns the fault of a record that is not there.
func (a *API) notFound(c *call) *dispatch.Fault {
	p := unknownRecord(c.key)
	a.tell(c, &p)
	return &p.fault
}

func oneOf(roles []dispatch.Role) string {
	if len(roles) == 1 {
		return "the role " + string(roles[0])
	}
	return "one of the roles " + list(roles)
}

func list(roles []dispatch.Role) string {
	if len(roles) == 0 {
		return "none"
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}
