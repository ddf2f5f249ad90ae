package admin

import (
	"encoding/json"
	"fmt"
	"io"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/report"
)

// har exports the exchanges, oldest first, as HAR 1.2.
func (d *Admin) har(r *request) (any, error) {
	f, err := d.filter(r.Request)
	if err != nil {
		return nil, err
	}
	if !r.URL.Query().Has("limit") {
		f.Limit = 0
	}
	// The mock's answers name tokens that work, and the file goes to others.
	var tokens []string
	for _, c := range d.Sessions.Fixtures().Base.Clients() {
		tokens = append(tokens, c.Token)
	}
	known := redact.Known(tokens)
	return download{"dispatchmock.har", func(w io.Writer) error {
		return report.HAR(w, &report.Run{Version: d.Version}, func(yield func(*exchange.Exchange) bool) {
			for x := range d.Journal.Each(f) {
				if !yield(x.Without(known)) {
					return
				}
			}
		})
	}}, nil
}

// bundle exports the whole session in one document.
func (d *Admin) bundle(r *request) (any, error) {
	n := r.session
	difference, err := difference(n)
	if err != nil {
		return nil, err
	}
	state, err := json.Marshal(map[string]any{"session": d.show(r.Request, n), "difference": difference})
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
	return download{n.Spec.ID + ".bundle.json", b.Write}, nil
}
