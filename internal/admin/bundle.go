package admin

import (
	"encoding/json"
	"fmt"
	"net/http"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
)

// bundle answers with the whole session in one document.
func (d *Admin) bundle(w http.ResponseWriter, r *http.Request) {
	n, err := d.session(r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	b, err := d.pack(r, n)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+n.Spec.ID+`.bundle.json"`)
	d.answer(w, r, http.StatusOK, b.Write)
}

func (d *Admin) pack(r *http.Request, n *session.Session) (*bundle.Bundle, error) {
	difference, err := d.difference(n)
	if err != nil {
		return nil, err
	}
	state, err := json.Marshal(map[string]any{"session": d.show(r, n), "difference": difference})
	if err != nil {
		return nil, err
	}
	schemas, err := contract.Digest(d.Schemas)
	if err != nil {
		return nil, fmt.Errorf("the digest of the schemas: %w", err)
	}
	b := &bundle.Bundle{Format: bundle.Format, Version: d.Version, Saved: d.Sessions.Now().UTC(), Fixtures: n.Fixtures().Digest, Schemas: schemas,
		Settings: d.Settings, Session: bundle.Session{ID: n.Spec.ID, Made: n.Spec.Made}, Lost: d.Journal.Lost(n.Spec.ID), Exchanges: []bundle.Recorded{}, State: state}
	if b.Session.Made == nil {
		b.Session.Made = []byte("{}")
	}
	clients, named := n.Fixtures().Base.Clients(), map[string]string{}
	for i, name := range bundle.ClientNames(clients) {
		named[redact.Hash(clients[i].Token)] = name
	}
	for _, x := range d.Journal.All(n.Spec.ID) {
		b.Exchanges = append(b.Exchanges, bundle.Record(x, named))
	}
	return b, nil
}
