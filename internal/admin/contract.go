package admin

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/model"
)

// facts are what is known of the API, as the README lists them; a test compares
// the two.
//
//go:embed facts.json
var facts []byte

// Operation is how the admin API shows an operation of the API.
type Operation struct {
	Name        string       `json:"name"`
	Method      string       `json:"method"`
	Path        string       `json:"path"`
	Served      bool         `json:"served"`
	Roles       []model.Role `json:"roles"`
	Description string       `json:"description"`
	// Comment begins with the grade of the fact that there is the operation.
	Comment string `json:"comment"`
}

// VersionInfo is how the admin API shows an API version.
type VersionInfo struct {
	Version model.Version `json:"version"`
	Changes []ChangeInfo  `json:"changes"`
}

// ChangeInfo is what a version changed.
type ChangeInfo struct {
	Model    string `json:"model"`
	Sentence string `json:"sentence"`
}

// getContract returns what must be, in the API version that the query names.
func (d *Admin) getContract(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	models, err := d.schemasOf(v)
	if err != nil {
		return nil, err
	}
	choices, err := fs.ReadFile(d.Schemas, "fixtures/choices.json")
	if err != nil {
		return nil, err
	}
	operations := []Operation{}
	for _, o := range d.Contract.Operations() {
		operations = append(operations, Operation{o.Name, o.Method, o.Path, o.Served, o.Roles, o.Description, o.Comment})
	}
	versions := []VersionInfo{}
	for _, version := range d.Contract.Versions() {
		info := VersionInfo{version, []ChangeInfo{}}
		for _, c := range model.Changes() {
			if c.Version == version {
				info.Changes = append(info.Changes, ChangeInfo{c.Model, c.Sentence})
			}
		}
		versions = append(versions, info)
	}
	return map[string]any{"api_version": v, "versions": versions, "operations": operations, "schemas": models,
		"choices": json.RawMessage(choices), "facts": json.RawMessage(facts), "settings": d.Settings}, nil
}

// schemasOf returns the schema files of a version by name: a version without a
// file of its own uses the one of the newest older version.
func (d *Admin) schemasOf(v model.Version) (map[string]json.RawMessage, error) {
	found := map[string]json.RawMessage{}
	for _, older := range d.Contract.Versions() {
		if older > v {
			break
		}
		names, err := fs.Glob(d.Schemas, path.Join(strings.ReplaceAll(string(older), "/", "-"), "*.json"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := fs.ReadFile(d.Schemas, name)
			if err != nil {
				return nil, err
			}
			found[strings.TrimSuffix(path.Base(name), ".json")] = text
		}
	}
	return found, nil
}

// ClientInfo is how the admin API shows a client of the fixtures. Its token is one
// that the fixtures made up.
type ClientInfo struct {
	ID      string       `json:"client_id"`
	Token   string       `json:"token"`
	User    string       `json:"user"`
	Roles   []model.Role `json:"roles"`
	Tenants []int64      `json:"tenants"`
}

// TokenVariable is a variable that the commands of the coverage take a token
// from.
type TokenVariable struct {
	Name  string `json:"name"`
	Token string `json:"token"`
}

func (d *Admin) getClients(*request) (any, error) {
	list := []ClientInfo{}
	for _, c := range d.Sessions.Fixtures().Base.Clients() {
		list = append(list, ClientInfo{c.ID, c.Token, c.User, slices.Clone(c.Roles), slices.Clone(c.Tenants)})
	}
	variables := []TokenVariable{}
	for _, v := range d.Coverage.Variables() {
		variables = append(variables, TokenVariable{v.Name, v.Client.Token})
	}
	return map[string]any{"clients": list, "any_token": d.Settings.Auth == "any", "variables": variables}, nil
}

// apiDocument describes the mocked API as OpenAPI, to the byte as the command
// openapi prints it; its server is the session's base URL.
func (d *Admin) apiDocument(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	form := cmp.Or(openapi.Form(r.query("openapi")), openapi.Form31)
	if forms := openapi.Forms(); !slices.Contains(forms, form) {
		return nil, problem(http.StatusBadRequest, "openapi: %.40q: must be one of %v", form, forms)
	}
	n, err := d.chosenOrDefault(r.query("session"))
	if err != nil {
		return nil, err
	}
	doc, err := openapi.New(d.Contract, openapi.Options{Version: v, Form: form, Server: d.baseURL(r.Request, n), Now: d.Sessions.Now()})
	if err != nil {
		return nil, err
	}
	return download{write: doc.Write}, nil
}

// covered reports what a session, or all of them together, have tried of the
// contract.
func (d *Admin) covered(r *request) (any, error) {
	if _, err := d.chosen(r); err != nil {
		return nil, err
	}
	// The commands name the session by themselves.
	live := coverage.Live(d.baseURL(r.Request, d.Sessions.Default()), d.Scheme+"://"+r.Host, Prefix, d.Token != "")
	return d.Coverage.Report(r.query("session"), live), nil
}

func (d *Admin) clearCoverage(r *request) (any, error) {
	switch n, err := d.chosen(r); {
	case err != nil:
		return nil, err
	case n != nil:
		d.Coverage.Forget(n.Spec.ID)
	default:
		d.Coverage.Clear()
	}
	return nil, nil
}
