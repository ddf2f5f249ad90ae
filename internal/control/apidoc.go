package control

import (
	"bytes"
	"net/http"
	"slices"

	"dispatchmock/internal/openapi"
	"dispatchmock/internal/session"
)

// apiDocument describes the mocked API as OpenAPI, to the byte as the command
// openapi prints it; its server is the session's base URL.
func (d *Door) apiDocument(w http.ResponseWriter, r *http.Request) {
	text, err := d.describeAPI(r)
	if err != nil {
		p := asProblem(err)
		if p.Status >= http.StatusInternalServerError {
			d.Log.Error("control", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		writeProblem(w, p)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that leaves in between is all that can go wrong.
	_, _ = w.Write(text)
}

func (d *Door) describeAPI(r *http.Request) ([]byte, error) {
	v, err := d.version(r)
	if err != nil {
		return nil, err
	}
	form := openapi.Form31
	if s := r.URL.Query().Get("openapi"); s != "" {
		form = openapi.Form(s)
	}
	if forms := openapi.Forms(); !slices.Contains(forms, form) {
		return nil, problem(http.StatusBadRequest, "openapi: %.40q: must be one of %v", form, forms)
	}
	id := r.URL.Query().Get("session")
	if id == "" {
		id = session.DefaultID
	}
	n, err := d.Sessions.Get(id)
	if err != nil {
		return nil, noSession(id)
	}
	doc, err := openapi.New(d.Contract, openapi.Options{Version: v, Form: form, Server: d.baseURL(r, n), Now: d.Sessions.Now()})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = doc.Write(&b)
	return b.Bytes(), err
}
