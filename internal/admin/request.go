package admin

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
)

// request is a request to the admin API with what its route says that it has.
type request struct {
	*http.Request
	session *session.Session // that the path names
	key     store.Key        // of the record that the path names
	body    map[string]any   // as the body's schema says
}

// param returns a parameter of the path.
func (r *request) param(name string) string { return mux.Vars(r.Request)[name] }

// query returns a parameter of the query, or "".
func (r *request) query(name string) string { return r.URL.Query().Get(name) }

// serve answers the requests of a route. A change is recorded, so that a session
// can be replayed.
func (d *Admin) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v, err := d.handle(rt, r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		d.respond(w, r, v)
	})
}

func (d *Admin) handle(rt route, r *http.Request) (any, error) {
	var text []byte
	var err error
	if rt.body != "" || rt.change {
		if text, err = read(r); err != nil {
			return nil, err
		}
	}
	if rt.change {
		d.Sessions.Expire() // what they held makes room
	}
	q := &request{Request: r}
	if strings.HasPrefix(rt.path, one) {
		if q.session, err = d.session(q.param("session")); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(rt.path, record) {
		if q.key, err = key(q.param("tenant"), q.param("customer"), q.param("location")); err != nil {
			return nil, problem(http.StatusBadRequest, "The path must be …/records/TENANT/CUSTOMER/LOCATION, each a whole number of at most 64 bits.")
		}
	}
	if rt.body != "" {
		if q.body, err = d.parse(text, rt.body); err != nil {
			return nil, err
		}
	}
	start := time.Now()
	v, err := rt.handle(q)
	if rt.change && err == nil {
		n := q.session
		x := &exchange.Exchange{Admin: true, Session: n.Spec.ID, Start: n.Clock.Now(), Method: r.Method, Path: r.URL.EscapedPath()}
		x.Request.Head, _ = d.redactor.Secrets().Head([]byte(r.Method + " " + r.URL.RequestURI() + " HTTP/1.1\r\nContent-Type: application/json"))
		x.Request.Body, x.Request.Size = text, int64(len(text))
		x.Took, x.Sequence, x.Status = time.Since(start), n.Next(), statusOf(v)
		d.Journal.Add(n.Over, x)
	}
	return v, err
}

// session returns a session by its ID.
func (d *Admin) session(id string) (*session.Session, error) {
	n, err := d.Sessions.Get(id)
	if err != nil {
		return nil, problem(http.StatusNotFound, "There is no session %.80q; POST %s/sessions makes one.", id, Prefix)
	}
	return n, nil
}

// chosen returns the session that the query names, or nil where it names none.
func (d *Admin) chosen(r *request) (*session.Session, error) {
	if id := r.query("session"); id != "" {
		return d.session(id)
	}
	return nil, nil
}

// chosenOrDefault returns the session that an ID names, or the default one.
func (d *Admin) chosenOrDefault(id string) (*session.Session, error) {
	return d.session(cmp.Or(id, session.DefaultID))
}

// version returns the API version that the query names, or the newest.
func (d *Admin) version(r *request) (model.Version, error) {
	versions := d.Contract.Versions()
	v := model.Version(r.query("api_version"))
	if v == "" {
		return versions[len(versions)-1], nil
	}
	if !d.Contract.Has(v) {
		return "", problem(http.StatusBadRequest, "api_version: %.40q: must be one of %v", v, versions)
	}
	return v, nil
}

// number reads a whole number of the query.
func number(s string, unset, least, most int64, name string) (int64, error) {
	if s == "" {
		return unset, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		return 0, problem(http.StatusBadRequest, "%s: %.40q: must be a whole number from %d to %d", name, s, least, most)
	}
	return n, nil
}

// read reads the request's body.
func read(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem(http.StatusRequestEntityTooLarge, "The body may have at most %d bytes.", maxBody)
	case err != nil:
		return nil, problem(http.StatusBadRequest, "The body could not be read: %v.", err)
	}
	return text, nil
}

// parse reads a body and checks it by a schema; no body is an empty object.
func (d *Admin) parse(text []byte, schema string) (map[string]any, error) {
	if len(text) == 0 {
		text = []byte("{}")
	}
	v, err := jsonx.Parse(text)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "The body is not JSON: %v.", err)
	}
	if err := checkMembers(v); err != nil {
		return nil, err
	}
	m, err := d.models[schema]()
	if err != nil {
		return nil, err
	}
	if diags := m.Diagnostics("body", "", v); len(diags) > 0 {
		return nil, diags
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, problem(http.StatusUnprocessableEntity, "The body must be a JSON object.")
	}
	return doc, nil
}

// checkMembers refuses a document with an object of more members than any list
// of a session may have: each that is unknown would be explained.
func checkMembers(v any) error {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > quota.Records {
			return problem(http.StatusUnprocessableEntity, "An object of the body has %d members, and may have at most %d.", len(v), quota.Records)
		}
		for _, member := range v {
			if err := checkMembers(member); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := checkMembers(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// items returns a member of a body that is an array.
func items(v any) []any {
	a, _ := v.([]any)
	return a
}
