package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"
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
	// Changed is set where the record is not as the fixtures say.
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

func (d *Admin) listRecords(r *request) (any, error) {
	n, q := r.session, r.URL.Query()
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
		k, err := key(strings.Split(s, ",")...)
		if err != nil {
			return nil, problem(http.StatusBadRequest, "after: %.100q: must be TENANT,CUSTOMER,LOCATION as the last row of the page before has them", s)
		}
		after = &k
	}
	keys, more := n.Store.Page(after, int(limit), matcher(q.Get("search")))
	return map[string]any{"records": rowsOf(n, slices.Values(keys)), "more": more}, nil
}

// rowsOf shows those records of a list that are still there.
func rowsOf(n *session.Session, keys iter.Seq[store.Key]) []Row {
	rows := []Row{}
	for k := range keys {
		if now, ok := n.Store.Record(k); ok {
			rows = append(rows, Row{k.Tenant, k.Customer, k.Location, nameOf(now), now.Active, changed(n, now)})
		}
	}
	return rows
}

// changed reports a record that is not as the fixtures say.
func changed(n *session.Session, r store.Record) bool {
	old, _ := n.Store.Original(r.Key)
	return r.Revision != old.Revision
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

// key reads a record's key.
func key(parts ...string) (store.Key, error) {
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

func (d *Admin) getRecord(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	return showRecord(r.session, r.key, v)
}

func showRecord(n *session.Session, k store.Key, v model.Version) (any, error) {
	now, ok := n.Store.Record(k)
	if !ok {
		return nil, problem(http.StatusNotFound, "The session has no record of tenant %d, customer %d, location %d.", k.Tenant, k.Customer, k.Location)
	}
	body, _, err := now.Print(v)
	if err != nil {
		return nil, err
	}
	return Record{k.Tenant, k.Customer, k.Location, changed(n, now), v, body}, nil
}

// putRecord writes a record, which is checked as one of the fixtures is.
func (d *Admin) putRecord(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	checked, err := d.check(r, v, r.body)
	if err != nil {
		return nil, err
	}
	if err := r.session.Store.Put(map[store.Key]store.Record{r.key: checked}); err != nil {
		return nil, full(err)
	}
	return showRecord(r.session, r.key, v)
}

// patchRecord changes members of a record (JSON Merge Patch, RFC 7396, but
// that null is a value: no member is taken away).
func (d *Admin) patchRecord(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	for done := false; !done; {
		now, ok := r.session.Store.Record(r.key)
		if !ok {
			break
		}
		tree := now.Tree()
		model.ToVersion(tree, v)
		maps.Copy(tree, r.body)
		checked, err := d.check(r, v, tree)
		if err != nil {
			return nil, err
		}
		// Whoever changed the record meanwhile must not have done so in vain.
		if done, err = r.session.Store.Replace(r.key, now, checked); err != nil {
			return nil, full(err)
		}
	}
	return showRecord(r.session, r.key, v)
}

// checkRecord checks a record by the rules and writes nothing, so that an
// editor can show mistakes while somebody types.
func (d *Admin) checkRecord(r *request) (any, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	if _, err := d.check(r, v, r.body); err != nil {
		return nil, err
	}
	return map[string]any{"valid": true}, nil
}

// check reads the record of a request, as one of the fixtures is read.
func (d *Admin) check(r *request, v model.Version, tree map[string]any) (store.Record, error) {
	n, k := r.session, r.key
	patch := map[string]any{"api_version": string(v), "tenant_id": json.Number(strconv.FormatInt(k.Tenant, 10)),
		"customer_locations": []any{map[string]any{"record": tree}}}
	change, err := n.Fixtures().Patch("body", patch, fixture.Ground{Choices: *n.Choices(), Store: n.Store}, d.Schemas, d.Contract, n.Clock.Now())
	if err != nil {
		return store.Record{}, unwrapped(err)
	}
	checked, ok := change.Records[k]
	if !ok {
		return checked, problem(http.StatusUnprocessableEntity, "The body's customer and location are not those of the path, %d and %d.", k.Customer, k.Location)
	}
	return checked, nil
}

// unwrapped gives the errors of a record, which was checked in the form of a
// fixture file, the pointers of the record alone.
func unwrapped(err error) error {
	var diags jsonx.Diagnostics
	if !errors.As(err, &diags) {
		return err
	}
	diags = slices.Clone(diags)
	for i := range diags {
		diags[i].Pointer = strings.TrimPrefix(diags[i].Pointer, "/customer_locations/0/record")
	}
	return diags
}

func (d *Admin) removeRecord(r *request) (any, error) {
	if !r.session.Store.Remove(r.key) {
		return showRecord(r.session, r.key, "")
	}
	return nil, nil
}

// revertRecord makes a record what the fixtures say.
func (d *Admin) revertRecord(r *request) (any, error) {
	r.session.Store.Revert(r.key)
	if _, ok := r.session.Store.Record(r.key); !ok {
		return nil, nil
	}
	return d.getRecord(r)
}
