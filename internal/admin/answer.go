package admin

import (
	"encoding/json"
	"io"
	"net/http"
)

// created is an answer of status 201.
type created struct{ value any }

// download is an answer that write writes; a browser saves it under the name, if
// it has one.
type download struct {
	name  string
	write func(io.Writer) error
}

// statusOf returns the status of an answer without an error.
func statusOf(v any) int {
	switch v.(type) {
	case created:
		return http.StatusCreated
	case nil:
		return http.StatusNoContent
	}
	return http.StatusOK
}

// respond answers with what a handler returned.
func (d *Admin) respond(w http.ResponseWriter, r *http.Request, v any) {
	status, write := statusOf(v), asJSON(v)
	switch v := v.(type) {
	case nil:
		w.WriteHeader(status)
		return
	case created:
		write = asJSON(v.value)
	case download:
		write = v.write
		if v.name != "" {
			w.Header().Set("Content-Disposition", `attachment; filename="`+v.name+`"`)
		}
	}
	d.answer(w, r, status, write)
}

// fail answers with an error, and logs what is a mistake of the mock.
func (d *Admin) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	if p.Status >= http.StatusInternalServerError {
		d.Log.Error("admin", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	writeProblem(w, p)
}

// answer answers with the body that write writes. Where write fails before the
// first byte, the answer is the error. Where it fails later, the connection is
// cut: half an answer must not look whole.
func (d *Admin) answer(w http.ResponseWriter, r *http.Request, status int, write func(io.Writer) error) {
	b := &begun{w: w, status: status}
	err := write(b)
	switch {
	case err == nil || b.left:
	case !b.yes:
		w.Header().Del("Content-Disposition")
		d.fail(w, r, err)
	default:
		d.Log.Error("admin", "method", r.Method, "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// begun sends the status with the first byte.
type begun struct {
	w      http.ResponseWriter
	status int
	yes    bool
	left   bool // the client has
}

func (b *begun) Write(p []byte) (int, error) {
	if !b.yes {
		b.yes = true
		b.w.Header().Set("Content-Type", "application/json")
		b.w.WriteHeader(b.status)
	}
	n, err := b.w.Write(p)
	b.left = b.left || err != nil
	return n, err
}

// asJSON returns what writes a value as JSON, all of it or nothing.
func asJSON(v any) func(io.Writer) error {
	return func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}
}
