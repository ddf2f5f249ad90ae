package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Operation is one operation of the API, or the replies to what is none.
type Operation struct {
	Name   string
	Method string
	Path   string // with parameters in braces
	// Served says that this mock performs the operation; others the resource
	// merely advertises.
	Served      bool
	Roles       []model.Role
	Description string
	// Comment begins with the grade of the fact that there is the operation.
	Comment string

	rules map[model.Version]*rules
}

// rules are an operation's models as they are in one version.
type rules struct {
	headers  *Model // of the request; nil where nothing is asked
	path     *Model
	reply    map[CORS]*Model
	statuses map[string]*Model // by "200" or "error"; nil where there is no body
}

// CORS says which lists the CORS headers have.
type CORS string

// The two settings of CORS: the page's own lists, or lists that also let a
// page of another origin send and read the version and the request ID.
const (
	CORSDocumented CORS = "documented"
	CORSRelaxed    CORS = "relaxed"
)

// Versions returns the API versions, oldest first.
func (c *Contract) Versions() []model.Version { return slices.Clone(c.versions) }

// Oldest returns the version that answers who never named one.
func (c *Contract) Oldest() model.Version { return c.versions[0] }

// Has reports whether there is such a version.
func (c *Contract) Has(v model.Version) bool { return c.sets[v] != nil }

// Operations returns the operations in the order of their file.
func (c *Contract) Operations() []*Operation { return slices.Clone(c.operations) }

// Unmatched returns the placeholder for requests that no operation takes.
func (c *Contract) Unmatched() *Operation { return c.unmatched }

// Model returns a model of a version by its name, such as
// DispatchCustomerLocationModel; nil where there is none.
func (c *Contract) Model(v model.Version, name string) *Model {
	s := c.sets[v]
	if s == nil {
		return nil
	}
	return s.models[name+".json"]
}

// operationRules is an operation as its file has it, with the names of models'
// files; "" is no model.
type operationRules struct {
	Name            string            `json:"name"`
	Method          string            `json:"method"`
	Path            string            `json:"path"`
	Served          bool              `json:"served"`
	Roles           []model.Role      `json:"roles"`
	Description     string            `json:"description"`
	Comment         string            `json:"$comment"`
	RequestHeaders  string            `json:"request_headers"`
	PathParameters  string            `json:"path_parameters"`
	ResponseHeaders map[CORS]string   `json:"response_headers"`
	Responses       map[string]string `json:"responses"`
}

// operations binds the list of operations to the models of each version.
func (l *loading) operations(c *Contract, doc map[string]any) {
	var file struct {
		Operations []operationRules `json:"operations"`
		Unmatched  operationRules   `json:"unmatched"`
	}
	text, err := json.Marshal(doc)
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		l.diag(operationsFile, "", "cannot be read: %v", err)
		return
	}
	for i, rules := range file.Operations {
		at := fmt.Sprintf("/operations/%d", i)
		if slices.ContainsFunc(c.operations, func(o *Operation) bool { return o.Method == rules.Method && o.Path == rules.Path }) {
			l.diag(operationsFile, at, "%s %s stands in the list twice", rules.Method, rules.Path)
		}
		c.operations = append(c.operations, l.operation(c, at, &rules))
	}
	c.unmatched = l.operation(c, "/unmatched", &file.Unmatched)
	if c.router, err = newRouter(c.operations); err != nil {
		l.diag(operationsFile, "/operations", "a path cannot be routed: %v", err)
	}
	l.unused(c)
}

func (l *loading) operation(c *Contract, at string, o *operationRules) *Operation {
	op := &Operation{Name: o.Name, Method: o.Method, Path: o.Path, Served: o.Served, Roles: o.Roles,
		Description: o.Description, Comment: o.Comment, rules: map[model.Version]*rules{}}
	for _, v := range c.versions {
		s := c.sets[v]
		if s == nil {
			continue
		}
		r := &rules{reply: map[CORS]*Model{}, statuses: map[string]*Model{}}
		r.headers = l.fieldsModel(s, at+"/request_headers", o.RequestHeaders)
		r.path = l.fieldsModel(s, at+"/path_parameters", o.PathParameters)
		for _, cors := range []CORS{CORSDocumented, CORSRelaxed} {
			r.reply[cors] = l.fieldsModel(s, at+"/response_headers/"+string(cors), o.ResponseHeaders[cors])
		}
		for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
			r.statuses[status] = l.model(s, at+"/responses/"+status, o.Responses[status])
		}
		op.rules[v] = r
	}
	return op
}

// model finds the model of a file.
func (l *loading) model(s *set, at, file string) *Model {
	if file == "" {
		return nil
	}
	m := s.models[file]
	if m == nil {
		l.once(jsonx.Diagnostic{File: operationsFile, Pointer: at, Value: jsonx.Short(file), Rule: "no version folder has such a file"})
		return nil
	}
	m.used = true
	return m
}

// fieldsModel finds a model whose values travel as text.
func (l *loading) fieldsModel(s *set, at, file string) *Model {
	m := l.model(s, at, file)
	if m != nil && m.fields == nil {
		l.once(jsonx.Diagnostic{File: operationsFile, Pointer: at, Rule: fmt.Sprintf("%s must be an object of at most %d properties, each of the type string or integer, and ask nothing else of the object than required and additionalProperties: header fields and path parameters travel as text", m.src.path, maxProperties)})
		return nil
	}
	return m
}

// unused reports a model file that nothing names: most likely a misspelt name,
// whose rules would never be asked.
func (l *loading) unused(c *Contract) {
	for _, v := range c.versions {
		s := c.sets[v]
		if s == nil {
			continue
		}
		for _, file := range slices.Sorted(maps.Keys(s.models)) {
			m := s.models[file]
			if m.used || slices.ContainsFunc(l.diags, func(f jsonx.Diagnostic) bool { return f.File == m.src.path }) {
				continue
			}
			referred := false
			for _, src := range s.files {
				referred = referred || names(src.doc, file)
			}
			if !referred && file != versionFile {
				l.diag(m.src.path, "", "is used by nothing: neither operations.json nor a $ref names it")
			}
		}
	}
}

func names(node any, file string) bool {
	switch node := node.(type) {
	case map[string]any:
		if node["$ref"] == file {
			return true
		}
		for _, v := range node {
			if names(v, file) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(node, func(v any) bool { return names(v, file) })
	}
	return false
}

// status returns the model of a reply's body, and whether the operation knows
// the status at all.
func (r *rules) status(status int) (*Model, bool) {
	m, ok := r.statuses[strconv.Itoa(status)]
	if !ok && status >= 400 && status < 600 {
		m, ok = r.statuses["error"]
	}
	return m, ok
}

// standard returns the model of request headers that operations share.
func (c *Contract) standard(v model.Version) *Model {
	for _, o := range c.operations {
		if m := o.rules[v].headers; m != nil {
			return m
		}
	}
	return nil
}

// ValidHeader reports whether a text is a good value of a request header field,
// named as the schemas name it.
func (c *Contract) ValidHeader(v model.Version, name, text string) bool {
	f := c.standard(v).field(name)
	return f != nil && f.valid(text)
}

// CheckToken returns the hint of the rule that the authorization of a token
// would break, or "".
func (c *Contract) CheckToken(token string) string {
	for _, v := range c.standard(c.Oldest()).ValidateText("authorization", "Bearer "+token) {
		return v.Hint
	}
	return ""
}

// Operation returns the operation of that name, or the placeholder for none.
func (c *Contract) Operation(name string) *Operation {
	for _, o := range c.operations {
		if o.Name == name {
			return o
		}
	}
	return c.unmatched
}
