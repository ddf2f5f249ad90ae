package admin

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/mock/session"
)

// apiDocument describes the mocked API as OpenAPI, to the byte as the command
// openapi prints it; its server is the session's base URL.
func (d *Admin) apiDocument(w http.ResponseWriter, r *http.Request) {
	text, err := d.describeAPI(r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	d.answer(w, r, http.StatusOK, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

func (d *Admin) describeAPI(r *http.Request) ([]byte, error) {
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
