package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
)

// Record is how the admin API shows a customer at a location.
type Record struct {
	Tenant   int64 `json:"tenant_id"`
	Customer int64 `json:"customer_id"`
	Location int64 `json:"customer_location_id"`
	// Changed tells that the record is not as the fixtures say.
	Changed bool            `json:"changed"`
	Version model.Version   `json:"api_version"`
	Record  json.RawMessage `json:"record"`
}

// Row is a record in a list.
type Row struct {
	Tenant   int64  `json:"tenant_id"`
	Customer int64  `json:"customer_id"`
	Location int64  `json:"customer_location_id"`
	Name     string `json:"name"`
	IsActive bool   `json:"is_active"`
	Changed  bool   `json:"changed"`
}

func (d *Admin) listRecords(r *http.Request) (any, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	limit, err := number(q.Get("limit"), 50, 1, 1000, "limit")
	if err != nil {
		return nil, err
	}
	if q.Has("sort") || q.Has("order") || q.Has("offset") {
		if q.Has("after") {
			return nil, problem(http.StatusBadRequest, "after: must not stand beside sort, order or offset, which pages by number")
		}
		return sortedRecords(n, q, int(limit))
	}
	var after *store.Key
	if s := q.Get("after"); s != "" {
		k, err := key(strings.Split(s, ","))
		if err != nil {
			return nil, problem(http.StatusBadRequest, "after: %.100q: must be TENANT,CUSTOMER,LOCATION as the last row of the page before has them", s)
		}
		after = &k
	}
	keys, more := n.Store.Page(after, int(limit), matcher(q.Get("search")))
	rows := make([]Row, 0, len(keys))
	for _, k := range keys {
		if row, ok := showRow(n, k); ok {
			rows = append(rows, row)
		}
	}
	return map[string]any{"records": rows, "more": more}, nil
}

func showRow(n *session.Session, k store.Key) (Row, bool) {
	now, ok := n.Store.Record(k)
	old, _ := n.Store.Original(k)
	return Row{k.Tenant, k.Customer, k.Location, nameOf(now), now.Active, now.Revision != old.Revision}, ok
}

func nameOf(r store.Record) string {
	for member, text := range r.Texts() {
		if member == "name" {
			return text
		}
	}
	return ""
}

// matcher finds a word in a record's names and numbers; nil finds all.
func matcher(search string) func(store.Record) bool {
	word := strings.ToLower(strings.TrimSpace(search))
	if word == "" {
		return nil
	}
	searched := []string{"name", "note", "account_number_1", "account_number_2", "reference_number", "sales_rep"}
	return func(r store.Record) bool {
		for _, id := range []int64{r.Key.Customer, r.Key.Location, r.Key.Tenant} {
			if strconv.FormatInt(id, 10) == word {
				return true
			}
		}
		for member, text := range r.Texts() {
			if slices.Contains(searched, member) && strings.Contains(strings.ToLower(text), word) {
				return true
			}
		}
		return false
	}
}

// number reads a whole number of the query.
func number(s string, otherwise, least, most int64, name string) (int64, error) {
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		return 0, problem(http.StatusBadRequest, "%s: %.40q: must be a whole number from %d to %d", name, s, least, most)
	}
	return n, nil
}

// key reads a record's name from three texts.
func key(parts []string) (store.Key, error) {
	var n [3]int64
	if len(parts) != len(n) {
		return store.Key{}, fmt.Errorf("has %d parts", len(parts))
	}
	for i, s := range parts {
		var err error
		if n[i], err = strconv.ParseInt(s, 10, 64); err != nil {
			return store.Key{}, err
		}
	}
	return store.Key{Tenant: n[0], Customer: n[1], Location: n[2]}, nil
}

// named returns the session and the record's name that the path has.
func (d *Admin) named(r *http.Request) (*session.Session, store.Key, error) {
	n, err := d.session(r)
	if err != nil {
		return nil, store.Key{}, err
	}
	v := mux.Vars(r)
	k, err := key([]string{v["tenant"], v["customer"], v["location"]})
	if err != nil {
		return nil, k, problem(http.StatusBadRequest, "The path must be …/records/TENANT/CUSTOMER/LOCATION, each a whole number of at most 64 bits.")
	}
	return n, k, nil
}

// version returns the API version that the query names, or the newest.
func (d *Admin) version(r *http.Request) (model.Version, error) {
	versions := d.Contract.Versions()
	v := model.Version(r.URL.Query().Get("api_version"))
	if v == "" {
		return versions[len(versions)-1], nil
	}
	if !d.Contract.Has(v) {
		return "", problem(http.StatusBadRequest, "api_version: %.40q: must be one of %v", v, versions)
	}
	return v, nil
}

func (d *Admin) getRecord(r *http.Request) (any, error) {
	n, k, err := d.named(r)
	if err != nil {
		return nil, err
	}
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	return showRecord(n, k, v)
}

func showRecord(n *session.Session, k store.Key, v model.Version) (any, error) {
	now, ok := n.Store.Record(k)
	if !ok {
		return nil, problem(http.StatusNotFound, "The session has no record of tenant %d, customer %d, location %d.", k.Tenant, k.Customer, k.Location)
	}
	old, _ := n.Store.Original(k)
	body, _, err := now.Print(v)
	if err != nil {
		return nil, err
	}
	return Record{k.Tenant, k.Customer, k.Location, now.Revision != old.Revision, v, body}, nil
}

// written returns the record that a request is to write, the version in whose
// shape, and what with.
func (d *Admin) written(r *http.Request, schema string) (n *session.Session, k store.Key, v model.Version, doc map[string]any, err error) {
	if n, k, err = d.named(r); err != nil {
		return
	}
	if doc, err = d.body(r, schema); err != nil {
		return
	}
	v, err = d.version(r)
	return
}

// putRecord writes a record, which is checked as one of the fixtures is.
func (d *Admin) putRecord(r *http.Request) (any, error) {
	n, k, v, doc, err := d.written(r, "record")
	if err != nil {
		return nil, err
	}
	record, err := d.check(n, k, v, doc)
	if err != nil {
		return nil, err
	}
	if err := n.Store.Put(map[store.Key]store.Record{k: record}); err != nil {
		return nil, full(err)
	}
	return showRecord(n, k, v)
}

// patchRecord changes members of a record (JSON Merge Patch, RFC 7396, but
// that null is a value: no member is taken away).
func (d *Admin) patchRecord(r *http.Request) (any, error) {
	n, k, v, doc, err := d.written(r, "record-patch")
	if err != nil {
		return nil, err
	}
	for done := false; !done; {
		now, ok := n.Store.Record(k)
		if !ok {
			break
		}
		tree := now.Tree()
		model.ToVersion(tree, v)
		maps.Copy(tree, doc)
		changed, err := d.check(n, k, v, tree)
		if err != nil {
			return nil, err
		}
		// Whoever changed it meanwhile must not have done so in vain.
		if done, err = n.Store.Replace(k, now, changed); err != nil {
			return nil, full(err)
		}
	}
	return showRecord(n, k, v)
}

// check reads a record for a place, as one of the fixtures is read.
func (d *Admin) check(n *session.Session, k store.Key, v model.Version, tree map[string]any) (r store.Record, err error) {
	patch := map[string]any{"api_version": string(v), "tenant_id": json.Number(strconv.FormatInt(k.Tenant, 10)),
		"customer_locations": []any{map[string]any{"record": tree}}}
	change, err := n.Fixtures().Patch("body", patch, fixture.Ground{Choices: *n.Choices(), Store: n.Store}, d.Schemas, d.Contract, n.Clock.Now())
	if err != nil {
		return r, unwrapped(err)
	}
	r, ok := change.Records[k]
	if !ok {
		return r, problem(http.StatusUnprocessableEntity, "The body's customer and location are not those of the path, %d and %d.", k.Customer, k.Location)
	}
	return r, nil
}

func (d *Admin) removeRecord(r *http.Request) (any, error) {
	n, k, err := d.named(r)
	if err != nil {
		return nil, err
	}
	if !n.Store.Remove(k) {
		return showRecord(n, k, "")
	}
	return nil, nil
}

// revertRecord makes a record what the fixtures say.
func (d *Admin) revertRecord(r *http.Request) (any, error) {
	n, k, err := d.named(r)
	if err != nil {
		return nil, err
	}
	n.Store.Revert(k)
	if _, ok := n.Store.Record(k); !ok {
		return nil, nil
	}
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	return showRecord(n, k, v)
}
