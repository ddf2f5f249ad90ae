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
	token   string
	stand   string  // stands for the token in all that is written
	tenants []int64 // in which it was given a record, or told that there is none
	refused []int64 // in which it was refused for its role
	sure    methods // that gave it a record
	passed  methods // that came by the question of its role
	barred  methods // that refused it for its role
	told    []model.Role
	own     []int64      // the tenants that a refusal names as its own
	roles   []model.Role // all that there are
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
	c := &client{token: token, stand: r.placeholder(token), roles: r.roles}
	r.byToken[token] = c
	r.clients = append(r.clients, c)
	return c
}

// meet remembers the secret of a request, though it be of no client: an answer
// that refuses it may repeat it.
func (r *Recorder) meet(in *http.Request) {
	text, _ := contract.HeaderText(in.Header, "Authorization")
	if text != "" && len(r.stands) < 2*maxClients {
		r.placeholder(text[strings.IndexByte(text, ' ')+1:])
	}
}

// placeholder returns what stands for a token and for no other one.
func (r *Recorder) placeholder(token string) string {
	if known, ok := r.stands[token]; ok {
		return known
	}
	stand, named := r.Placeholders[token]
	for i := 0; !named && (stand == "" || r.taken[stand]); i++ {
		suffix := ""
		if i > 0 {
			suffix = strconv.Itoa(i)
		}
		_, stand, _ = strings.Cut(redact.NewMark("Bearer "+token+suffix).Stand, " ")
	}
	r.stands[token], r.byHash[redact.Hash(token)], r.taken[stand] = stand, stand, true
	return stand
}

// note learns from an answer what the client may do.
func (c *client) note(s *seen) {
	add := func(list *[]int64) {
		if s.route.Tenant.OK && !slices.Contains(*list, s.route.Tenant.Value) {
			*list = append(*list, s.route.Tenant.Value)
		}
	}
	switch s.answer {
	case answerGiven, answerRecord:
		add(&c.tenants)
		c.sure.add(s.in.Method)
	case answerMissing:
		// Who has no business here would have been told that first.
		add(&c.tenants)
		c.passed.add(s.in.Method)
	case answerRefused:
		field, detail := refusal(s)
		if named(field, "x-tenant-id") {
			c.passed.add(s.in.Method)
			if own := tenantsIn(detail, s.route.Tenant.Value); len(own) > 0 {
				c.own = own
			}
			return
		}
		add(&c.refused)
		c.barred.add(s.in.Method)
		if roles := rolesIn(detail, s.route.Operation, c.roles); len(roles) > 0 {
			c.told = roles
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
// operation asks for: it is likely to tell which role the user has.
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
// that tenant: it is likely to tell which ones the user has.
func tenantsIn(detail string, asked int64) []int64 {
	var tenants []int64
	for word := range strings.FieldsFuncSeq(detail, func(c rune) bool { return c != '-' && (c < '0' || c > '9') }) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil && n != asked && !slices.Contains(tenants, n) {
			tenants = append(tenants, n)
		}
	}
	return tenants
}

// granted returns the roles that explain what the client was seen to do: that
// of who may deactivate, where it did; one that may read, where it did that
// alone; else one that may neither. That nothing was found for it tells less
// than that it was refused.
func (c *client) granted(o *contract.Contract) []model.Role {
	var reads, deletes []model.Role
	for _, op := range o.Operations() {
		switch op.Method {
		case http.MethodGet:
			reads = append(reads, op.Roles...)
		case http.MethodDelete:
			deletes = append(deletes, op.Roles...)
		}
	}
	may := methods{c.sure.get || c.passed.get && !c.barred.get, c.sure.delete || c.passed.delete && !c.barred.delete}
	contradicted := func(role model.Role) bool {
		return may.get && !slices.Contains(reads, role) || may.delete && !slices.Contains(deletes, role)
	}
	if len(c.told) > 0 && !slices.ContainsFunc(c.told, contradicted) {
		return c.told
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
	for _, role := range append(slices.Clone(c.roles), reads...) {
		if fits(role) && role != model.RoleAdmin {
			return []model.Role{role}
		}
	}
	return nil
}

// sees returns the client's tenants, in the order in which it was told them.
// One that was never given anything is taken to have a tenant of its own where
// it was refused for its role.
func (c *client) sees() []int64 {
	tenants := append([]int64{}, c.own...) // null is not a list
	for _, t := range c.tenants {
		if !slices.Contains(tenants, t) {
			tenants = append(tenants, t)
		}
	}
	if len(tenants) == 0 {
		tenants = append(tenants, c.refused...)
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
	var doc struct {
		Properties struct {
			Clients struct {
				Items struct {
					Properties struct {
						Roles struct {
							Items struct {
								Enum []model.Role `json:"enum"`
							} `json:"items"`
						} `json:"roles"`
					} `json:"properties"`
				} `json:"items"`
			} `json:"clients"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return doc.Properties.Clients.Items.Properties.Roles.Items.Enum, nil
}
