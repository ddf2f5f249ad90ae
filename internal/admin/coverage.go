package admin

import (
	"net/http"

	"dispatchmock/internal/coverage"
)

// covered tells what a session, or all of them together, have tried of the
// contract.
func (d *Admin) covered(r *http.Request) (any, error) {
	id := r.URL.Query().Get("session")
	if id != "" {
		if _, err := d.Sessions.Get(id); err != nil {
			return nil, noSession(id)
		}
	}
	// The commands name the session by themselves.
	return d.Coverage.Report(id, coverage.Live(d.baseURL(r, d.Sessions.Default()), "http://"+r.Host, Prefix, d.Token != "")), nil
}

func (d *Admin) clearCoverage(r *http.Request) (any, error) {
	id := r.URL.Query().Get("session")
	if id == "" {
		d.Coverage.Clear()
		return nil, nil
	}
	n, err := d.Sessions.Get(id)
	if err != nil {
		return nil, noSession(id)
	}
	d.Coverage.Forget(n.Spec.ID)
	return nil, nil
}
