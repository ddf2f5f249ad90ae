package api

import (
	"cmp"
	"net/http"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/session"
	"dispatchmock/internal/wire"
)

// Refuse fills in the reply to a fault. An exchange that no version or request
// ID was found for gets the oldest and a new one.
func (a *API) Refuse(s *session.Session, x *exchange.Exchange, f *dispatch.Fault, reply *wire.Reply) {
	if x.VersionUsed == "" {
		x.VersionUsed = string(a.Contract.Oldest())
	}
	if x.RequestID == "" {
		x.RequestID = s.IDs.New().String()
	}
	a.RefuseWith(s, x, f, 0, reply)
}

// RefuseWith is Refuse with another status than the table or the choices have,
// where status is not 0.
func (a *API) RefuseWith(s *session.Session, x *exchange.Exchange, f *dispatch.Fault, status int, reply *wire.Reply) {
	x.Fault = string(f.Code)
	k := f.Code.Kind()
	chosen := s.Choices().Statuses[f.Code]
	if chosen == http.StatusOK {
		chosen = k.Refusal
	}
	status = cmp.Or(status, k.Status, chosen)
	body, err := wire.Print(map[string]any{"field": f.Field, "detail": f.Detail, "explanation": k.Explanation})
	if err != nil {
		x.Err, body = err, wire.Empty()
	}
	a.reply(s, x, status, f.Field+": "+f.Detail, body, reply)
}
