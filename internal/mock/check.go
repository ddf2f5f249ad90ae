package mock

import (
	"cmp"
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

// problem is one thing that is wrong with a request: the error that the client
// gets if the problem is the first, and what the journal and the log show.
type problem struct {
	err       model.Error
	violation exchange.Violation
}

// pathInput is the name of the path in the order of errors.
const pathInput = "path"

// check runs every check whose inputs are there. It returns the error that the
// client gets, or nil when the request may go on; the exchange gets all
// problems. The order is that of api-facts: inputs, then token, role, tenant,
// record (grade A).
func (m *Mock) check(q *request) *model.Error {
	problems := m.checkInputs(q)
	problems = append(problems, m.checkRights(q, problems)...)
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		m.addProblem(q, &problems[i])
	}
	return &problems[0].err
}

// checkInputs returns the problems of header fields and path, in the order in
// which they are reported.
func (m *Mock) checkInputs(q *request) []problem {
	if len(q.route.Headers)+len(q.route.Path) == 0 && q.s.Choices().ContentTypeParameters {
		return nil
	}
	byInput := map[string][]problem{}
	for _, v := range q.route.Headers {
		name := strings.TrimPrefix(v.Pointer, "/")
		code := model.CodeOfHeader(name)
		if q.s.Choices().Statuses[code] == http.StatusOK {
			continue
		}
		toClient := v                                                                                  // the journal's hint says the number by itself
		if n := len(q.r.Header[http.CanonicalHeaderKey(name)]); n > 1 && code != model.NotAcceptable { // accept is a list
			toClient.Hint += fmt.Sprintf(", and be sent once; it was sent %d times", n)
		}
		byInput[name] = append(byInput[name], problem{
			model.Error{Code: code, Field: q.rules.HeaderField(q.version, name), Detail: m.headerDetail(q, name, toClient)}, v})
	}
	if text, _ := contract.HeaderText(q.r.Header, "Content-Type"); !q.s.Choices().ContentTypeParameters && byInput["content-type"] == nil && strings.Contains(text, ";") {
		p := q.problem(model.ContentTypeInvalid, "", exchange.Violation{Rule: "content_type_parameters: false",
			Value: strconv.Quote(text), Schema: choicesSchema, Hint: "must be application/json without parameters"})
		byInput["content-type"] = []problem{p}
	}
	for _, v := range q.route.Path {
		name := strings.TrimPrefix(v.Pointer, "/")
		byInput[pathInput] = append(byInput[pathInput], problem{
			model.Error{Code: model.PathInvalid, Field: name, Detail: detail(v, q.route.Parameters[name])}, v})
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

// checkRights returns the problems of token, role, tenant and record, as far as
// the inputs that they need are good.
func (m *Mock) checkRights(q *request, inputs []problem) (found []problem) {
	add := func(code model.Code, value, rule, hint, toClient string) {
		found = append(found, q.rejection(code, value, rule, hint, toClient))
	}
	wrong := func(code model.Code) bool {
		return slices.ContainsFunc(inputs, func(p problem) bool { return p.err.Code == code })
	}
	if !q.known {
		if q.wellFormed {
			add(model.TokenUnknown, "", "known token", "no fixture knows this token", m.tokenHint(q.s))
		}
		// A client that is not known reads of nothing that is stored: what
		// follows never comes first.
		if len(inputs)+len(found) > 0 {
			found = append(found, q.checkStored()...)
		}
		return found
	}
	roles := q.rules.Roles
	if q.s.Choices().AdminIsDispatcher && slices.Contains(roles, model.RoleDispatcher) {
		roles = append(slices.Clone(roles), model.RoleAdmin)
	}
	if !q.client.HasAny(roles) {
		has := roleList(q.client.Roles)
		add(model.RoleMissing, has, "roles: "+roleList(roles),
			fmt.Sprintf("%s needs %s, and this token's user has %s", q.rules.Name, oneOf(roles), has), m.tokenHint(q.s))
	}
	if wrong(model.TenantIDInvalid) {
		return found
	}
	text, _ := contract.HeaderText(q.r.Header, "X-Tenant-Id")
	if !q.route.Tenant.OK {
		add(model.TenantIDInvalid, strconv.Quote(text), "integer", "must be an integer of at most 64 bits", "")
		return found
	}
	tenant := q.route.Tenant.Value
	q.x.Tenant = tenant
	if exists := q.s.Store.Base().HasTenant(tenant); !exists || !q.client.Sees(tenant) {
		// One sentence for both: a client must not learn which tenants exist.
		code := model.TenantForeign
		if !exists {
			code = model.TenantUnknown
		}
		add(code, text, "tenants of the token", fmt.Sprintf("tenant %d is not assigned to this token%s", tenant, tenantsOf(&q.client)), "")
		return found
	}
	if wrong(model.PathInvalid) {
		return found
	}
	if _, ok := q.key(); !ok {
		add(model.RecordUnknown, "", "known record", "the path's parameters must be integers of at most 64 bits", "")
	} else if len(inputs)+len(found) > 0 { // else the action itself finds the record, in one step with what it does
		found = append(found, q.checkRecord()...)
	}
	return found
}

// checkStored returns the problems of tenant and record that can be known
// without a client.
func (q *request) checkStored() []problem {
	tenant := q.route.Tenant
	if !tenant.OK {
		return nil
	}
	if !q.s.Store.Base().HasTenant(tenant.Value) {
		number := strconv.FormatInt(tenant.Value, 10)
		return []problem{q.rejection(model.TenantUnknown, number, "known tenant", "there is no tenant "+number, "")}
	}
	return q.checkRecord()
}

// checkRecord returns the problem of a key without a record.
func (q *request) checkRecord() []problem {
	k, ok := q.key()
	if !ok {
		return nil
	}
	if _, ok := q.s.Store.Record(k); ok {
		return nil
	}
	return []problem{q.unknownRecord(k)}
}

func (q *request) unknownRecord(k store.Key) problem {
	return q.problem(model.RecordUnknown, "", exchange.Violation{Rule: "known record", Value: strconv.FormatInt(k.Location, 10),
		Schema: "fixtures", Hint: fmt.Sprintf("tenant %d has no customer %d at location %d", k.Tenant, k.Customer, k.Location), Rejected: true})
}

const choicesSchema = "fixtures/choices.json"

// rejection returns the problem of a request that is rejected for what is stored
// or allowed.
func (q *request) rejection(code model.Code, value, rule, hint, toClient string) problem {
	return q.problem(code, toClient, exchange.Violation{Rule: rule, Value: value, Schema: "operations.json", Hint: hint, Rejected: true})
}

// problem completes a violation by what the table of errors has. The client reads
// the hint and more, which may name a token, and so is kept out of the journal.
func (q *request) problem(code model.Code, toClient string, v exchange.Violation) problem {
	k := code.Kind()
	v.Part, v.Pointer = exchange.PartRequestHeader, "/"+cmp.Or(k.Header, k.Field)
	field := k.Field
	if k.Header != "" {
		field = q.rules.HeaderField(q.version, k.Header)
	} else {
		v.Part = exchange.PartPath
	}
	return problem{model.Error{Code: code, Field: field, Detail: sentence(v.Hint + toClient)}, v}
}

// rejectOne adds a problem to the exchange and returns its error.
func (m *Mock) rejectOne(q *request, p problem) *model.Error {
	m.addProblem(q, &p)
	return &p.err
}

func oneOf(roles []model.Role) string {
	if len(roles) == 1 {
		return "the role " + string(roles[0])
	}
	return "one of the roles " + roleList(roles)
}

func roleList(roles []model.Role) string {
	if len(roles) == 0 {
		return "none"
	}
	list := string(roles[0])
	for _, role := range roles[1:] {
		list += ", " + string(role)
	}
	return list
}
