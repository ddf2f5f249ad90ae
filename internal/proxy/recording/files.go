package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// file is a fixture file.
type file struct {
	About      string        `json:"about"`
	APIVersion model.Version `json:"api_version,omitempty"`
	TenantID   *int64        `json:"tenant_id,omitempty"`
	Tenants    []tenantEntry `json:"tenants,omitempty"`
	Clients    []clientEntry `json:"clients,omitempty"`
	Records    []recordEntry `json:"customer_locations,omitempty"`
}

type tenantEntry struct {
	ID int64 `json:"id"`
}

type clientEntry struct {
	About   string       `json:"about"`
	Token   string       `json:"token"`
	ID      string       `json:"client_id"`
	Roles   []model.Role `json:"roles"`
	Tenants []int64      `json:"tenants"`
}

type recordEntry struct {
	About  string         `json:"about"`
	Record map[string]any `json:"record"`
}

// fixtures returns the fixture files by their names.
func (r *Recorder) fixtures() (map[string][]byte, error) {
	people := file{About: "Who was seen. The tokens are placeholders: no real one is written."}
	var tenants []int64
	for i, c := range r.clients {
		people.Clients = append(people.Clients, clientEntry{About: "Stands for the token " + redact.Hash(c.token) + ".", Token: c.placeholder,
			ID: fmt.Sprintf("client-%d", i+1), Roles: c.inferRoles(r.Contract, r.roles), Tenants: c.inferTenants()})
		tenants = append(tenants, c.inferTenants()...)
	}
	docs := map[string]*file{"clients.json": &people}
	tokens := r.tokens()
	for _, k := range r.order {
		tenants = append(tenants, k.tenant)
		if err := r.place(docs, k, tokens); err != nil {
			return nil, err
		}
	}
	r.parents(docs)
	slices.Sort(tenants)
	for _, id := range slices.Compact(tenants) {
		people.Tenants = append(people.Tenants, tenantEntry{id})
	}
	texts := map[string][]byte{}
	for name, doc := range docs {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		texts[name] = b.Bytes()
	}
	return texts, nil
}

// place puts a record into the file of its tenant and version.
func (r *Recorder) place(docs map[string]*file, k key, tokens *redact.Tokens) error {
	known := r.records[k]
	tree, err := jsonx.Parse(known.body)
	if err != nil {
		return fmt.Errorf("customer %d at location %d: %w", k.customer, k.location, err)
	}
	doc, _ := tree.(map[string]any)
	about := fmt.Sprintf("Customer %d at location %d, as it was read.", k.customer, k.location)
	if known.deleted {
		doc["is_active"] = true
		about = fmt.Sprintf("Customer %d at location %d, before it was deactivated: nobody had read it.", k.customer, k.location)
	}
	if r.Redact {
		r.redact(doc)
	}
	replaced(doc, tokens)
	f := fileOf(docs, k.tenant, known.version)
	f.Records = append(f.Records, recordEntry{about, doc})
	return nil
}

// replaced puts placeholders in the place of tokens in the texts of a value.
func replaced(v any, tokens *redact.Tokens) any {
	switch v := v.(type) {
	case string:
		return tokens.Text(v)
	case []any:
		for i, item := range v {
			v[i] = replaced(item, tokens)
		}
	case map[string]any:
		for name, member := range v {
			v[name] = replaced(member, tokens)
		}
	}
	return v
}

func fileOf(docs map[string]*file, tenant int64, v model.Version) *file {
	name := fmt.Sprintf("tenant-%d-%s.json", tenant, strings.ReplaceAll(string(v), "/", "-"))
	if docs[name] == nil {
		docs[name] = &file{About: fmt.Sprintf("Records of tenant %d that were seen in version %s.", tenant, v), APIVersion: v, TenantID: &tenant}
	}
	return docs[name]
}

// parents gives each parent that was not seen a record that says so: fixtures
// must have the parent that a child names.
func (r *Recorder) parents(docs map[string]*file) {
	customers := map[[2]int64]bool{}
	for k := range r.records {
		customers[[2]int64{k.tenant, k.customer}] = true
	}
	newest := r.Contract.Versions()[len(r.Contract.Versions())-1]
	for _, k := range r.order {
		tree, err := jsonx.Parse(r.records[k].body)
		doc, _ := tree.(map[string]any)
		n, ok := doc["parent_id"].(json.Number)
		if err != nil || !ok {
			continue
		}
		parent, err := n.Int64()
		if at := [2]int64{k.tenant, parent}; err != nil || customers[at] {
			continue
		} else {
			customers[at] = true
		}
		stub := map[string]any{"id": n, "location_id": json.Number("0"), "is_active": false, "name": "Not seen", "addresses": []any{}, "contacts": []any{},
			"account_number_1": nil, "account_number_2": nil, "parent_id": nil, "renewal_date": nil,
			"created_on": doc["created_on"], "last_updated_on": doc["created_on"]}
		f := fileOf(docs, k.tenant, newest)
		f.Records = append(f.Records, recordEntry{fmt.Sprintf("Never seen: customer %d names it as parent.", k.customer), stub})
	}
}

// cors returns the golden setting of the CORS headers.
func (r *Recorder) cors() string {
	if r.CORS == contract.CORSRelaxed {
		return "cors: relaxed\n"
	}
	return ""
}
