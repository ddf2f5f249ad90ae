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
	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
)

// client is who used a token.
type client struct {
	token   string
	stand   string // stands for the token in all that is written
	reads   bool
	deletes bool
	tenants []int64 // in which it was given a record
	refused []int64 // in which it was refused
	told    []dispatch.Role
	roles   []dispatch.Role // all that there are
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
	c := &client{token: token, stand: r.standIn(token), roles: r.roles}
	r.byToken[token], r.byHash[exchange.HashOf(token)] = c, c
	r.clients = append(r.clients, c)
	return c
}

// standIn returns what stands for a token and for no other one.
func (r *Recorder) standIn(token string) string {
	if name := r.StandIns[token]; name != "" {
		return name
	}
	for i := 0; ; i++ {
		suffix := ""
		if i > 0 {
			suffix = strconv.Itoa(i)
		}
		_, stand, _ := strings.Cut(exchange.NewBlot("Bearer "+token+suffix).Stand, " ")
		if !slices.ContainsFunc(r.clients, func(c *client) bool { return c.stand == stand }) {
			return stand
		}
	}
}

// note learns from an answer what the client may do.
func (c *client) note(s *seen) {
	add := func(list *[]int64) {
		if s.tenant != nil && !slices.Contains(*list, *s.tenant) {
			*list = append(*list, *s.tenant)
		}
	}
	switch s.answer {
	case answerGiven, answerRecord:
		add(&c.tenants)
		c.reads = c.reads || s.in.Method == http.MethodGet
		c.deletes = c.deletes || s.in.Method == http.MethodDelete
	case answerRefused:
		add(&c.refused)
		if roles := rolesIn(s, c.roles); len(roles) > 0 {
			c.told = roles
		}
	}
}

// rolesIn returns the roles that a refusal names, but for those that the
// operation asks for: it is likely to tell which role the user has.
func rolesIn(s *seen, all []dispatch.Role) []dispatch.Role {
	var body struct {
		Detail string `json:"detail"`
	}
	if json.Unmarshal(s.reply.Body.Bytes, &body) != nil {
		return nil
	}
	words := strings.FieldsFunc(body.Detail, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' })
	var roles []dispatch.Role
	for _, role := range all {
		if slices.Contains(words, string(role)) && !slices.Contains(s.op.Roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// granted returns the roles that explain what the client was seen to do: that
// of who may deactivate, where it did; one that may read, where it did that
// alone; else one that may neither.
func (c *client) granted(o *contract.Contract) []dispatch.Role {
	var reads, deletes []dispatch.Role
	for _, op := range o.Operations() {
		switch op.Method {
		case http.MethodGet:
			reads = append(reads, op.Roles...)
		case http.MethodDelete:
			deletes = append(deletes, op.Roles...)
		}
	}
	fits := func(role dispatch.Role) bool {
		switch {
		case c.deletes:
			return slices.Contains(deletes, role)
		case c.reads: // a choice lets Admin deactivate
			return slices.Contains(reads, role) && !slices.Contains(deletes, role)
		}
		return !slices.Contains(reads, role) && !slices.Contains(deletes, role)
	}
	if len(c.told) > 0 && !slices.ContainsFunc(c.told, func(role dispatch.Role) bool { return !fits(role) }) {
		return c.told
	}
	for _, role := range append(slices.Clone(c.roles), reads...) {
		if fits(role) && role != dispatch.RoleAdmin {
			return []dispatch.Role{role}
		}
	}
	return nil
}

// sees returns the client's tenants. One that was never given anything is
// taken to have a tenant of its own where it was refused for its role.
func (c *client) sees() []int64 {
	if len(c.tenants) > 0 {
		return c.tenants
	}
	return c.refused
}

// rolesOf returns the roles that the schema of fixture files knows.
func rolesOf(schemas fs.FS) ([]dispatch.Role, error) {
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
								Enum []dispatch.Role `json:"enum"`
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
