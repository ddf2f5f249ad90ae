package recording

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// client is who used a token.
type client struct {
	token       string
	placeholder string       // of the token, in all that is written
	tenants     []int64      // in which it was given a record, or an answer that there is none
	refusedIn   []int64      // tenants in which it was refused for its role
	served      methods      // that gave it a record
	admitted    methods      // that did not refuse it for its role
	refused     methods      // that did
	named       []model.Role // that a refusal names as its own
	own         []int64      // tenants that a refusal names as its own
}

// methods are those of operations that the mock performs.
type methods struct{ get, delete bool }

func (m *methods) add(method string) {
	m.get = m.get || method == http.MethodGet
	m.delete = m.delete || method == http.MethodDelete
}

// client returns the client of a token, and makes it where it is to be made.
func (r *Recorder) client(token string, known bool) *client {
	if c := r.byToken[token]; c != nil || !known {
		return c
	}
	if len(r.clients) >= maxClients {
		r.left++
		return nil
	}
	c := &client{token: token, placeholder: r.placeholder(token)}
	r.byToken[token] = c
	r.clients = append(r.clients, c)
	return c
}

// rememberToken keeps the token of a request, even where the request is of no
// client: an answer that refuses a token may repeat it.
func (r *Recorder) rememberToken(in *http.Request) {
	text, _ := contract.HeaderText(in.Header, "Authorization")
	if text != "" && len(r.chosen) < 2*maxClients {
		r.placeholder(text[strings.IndexByte(text, ' ')+1:])
	}
}

// placeholder returns the placeholder of a token, which is that of no other one.
func (r *Recorder) placeholder(token string) string {
	if known, ok := r.chosen[token]; ok {
		return known
	}
	chosen, given := r.Placeholders[token]
	for i := 0; !given && (chosen == "" || r.taken[chosen]); i++ {
		suffix := ""
		if i > 0 {
			suffix = strconv.Itoa(i)
		}
		_, chosen, _ = strings.Cut(redact.NewMark("Bearer "+token+suffix).Stand, " ")
	}
	r.chosen[token], r.byHash[redact.Hash(token)], r.taken[chosen] = chosen, chosen, true
	return chosen
}

// learn learns from an answer what the client may do; all are the roles that
// there are.
func (c *client) learn(s *seen, all []model.Role) {
	add := func(list *[]int64) {
		if s.route.Tenant.OK && !slices.Contains(*list, s.route.Tenant.Value) {
			*list = append(*list, s.route.Tenant.Value)
		}
	}
	switch s.answer {
	case answerGiven, answerRecord:
		add(&c.tenants)
		c.served.add(s.in.Method)
	case answerMissing:
		// Another role or tenant would have been refused first.
		add(&c.tenants)
		c.admitted.add(s.in.Method)
	case answerRefused:
		field, detail := refusal(s)
		if named(field, "x-tenant-id") {
			c.admitted.add(s.in.Method)
			if own := tenantsIn(detail, s.route.Tenant.Value); len(own) > 0 {
				c.own = own
			}
			return
		}
		add(&c.refusedIn)
		c.refused.add(s.in.Method)
		if roles := rolesIn(detail, s.route.Operation, all); len(roles) > 0 {
			c.named = roles
		}
	}
}

// named reports a field of an error that is a request header field.
func named(field, header string) bool { return strings.HasSuffix(strings.ToLower(field), header) }

// refusal returns what the body of an error says.
func refusal(s *seen) (field, detail string) {
	var body struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	}
	if json.Unmarshal(s.reply.Body.Bytes, &body) != nil {
		return "", ""
	}
	return body.Field, body.Detail
}

// rolesIn returns the roles that a refusal names, but for those that the
// operation asks for: the rest is likely the role that the user has.
func rolesIn(detail string, op *contract.Operation, all []model.Role) []model.Role {
	words := strings.FieldsFunc(detail, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' })
	var roles []model.Role
	for _, role := range all {
		if slices.Contains(words, string(role)) && !slices.Contains(op.Roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// tenantsIn returns the integers that a refusal for the tenant names, but for
// that tenant: they are likely those that the user has.
func tenantsIn(detail string, asked int64) []int64 {
	var tenants []int64
	for word := range strings.FieldsFuncSeq(detail, func(c rune) bool { return c != '-' && (c < '0' || c > '9') }) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil && n != asked && !slices.Contains(tenants, n) {
			tenants = append(tenants, n)
		}
	}
	return tenants
}

// inferRoles returns the roles, of all that there are, that explain what the
// client was seen to do: that of who may deactivate, where it did; one that may
// read, where it did that alone; else one that may neither. A refusal says more
// than an answer that there is nothing.
func (c *client) inferRoles(o *contract.Contract, all []model.Role) []model.Role {
	var reads, deletes []model.Role
	for _, op := range o.Operations() {
		switch op.Method {
		case http.MethodGet:
			reads = append(reads, op.Roles...)
		case http.MethodDelete:
			deletes = append(deletes, op.Roles...)
		}
	}
	may := methods{c.served.get || c.admitted.get && !c.refused.get, c.served.delete || c.admitted.delete && !c.refused.delete}
	contradicted := func(role model.Role) bool {
		return may.get && !slices.Contains(reads, role) || may.delete && !slices.Contains(deletes, role)
	}
	if len(c.named) > 0 && !slices.ContainsFunc(c.named, contradicted) {
		return c.named
	}
	fits := func(role model.Role) bool {
		switch {
		case may.delete:
			return slices.Contains(deletes, role)
		case may.get: // a choice lets Admin deactivate
			return slices.Contains(reads, role) && !slices.Contains(deletes, role)
		}
		return !slices.Contains(reads, role) && !slices.Contains(deletes, role)
	}
	for _, role := range append(slices.Clone(all), reads...) {
		if fits(role) && role != model.RoleAdmin {
			return []model.Role{role}
		}
	}
	return nil
}

// inferTenants returns the client's tenants, in the order in which they were
// seen. One that was never given anything is taken to have a tenant of its own
// where it was refused for its role.
func (c *client) inferTenants() []int64 {
	tenants := append([]int64{}, c.own...) // null is not a list
	for _, t := range c.tenants {
		if !slices.Contains(tenants, t) {
			tenants = append(tenants, t)
		}
	}
	if len(tenants) == 0 {
		tenants = append(tenants, c.refusedIn...)
	}
	return tenants
}

// rolesOf returns the roles that the schema of fixture files knows.
func rolesOf(schemas fs.FS) ([]model.Role, error) {
	const name = "fixtures/file.json"
	text, err := fs.ReadFile(schemas, name)
	if err != nil {
		return nil, err
	}
	for _, member := range []string{"properties", "clients", "items", "properties", "roles", "items", "enum"} {
		var schema map[string]json.RawMessage
		if err := json.Unmarshal(text, &schema); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if text = schema[member]; text == nil {
			return nil, nil
		}
	}
	var roles []model.Role
	if err := json.Unmarshal(text, &roles); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return roles, nil
}
