package mock

import (
	"cmp"
	"net/http"

	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// refuse fills in the reply to an error. An exchange that no version or request
// ID was found for gets the oldest and a new one.
func (m *Mock) refuse(q *request, f *model.Error) {
	if q.x.VersionUsed == "" {
		q.x.VersionUsed = string(m.Contract.Oldest())
	}
	if q.x.RequestID == "" {
		q.x.RequestID = q.s.IDs.New().String()
	}
	m.refuseWith(q, f, 0)
}

// refuseWith is refuse with another status than the table or the choices have,
// where status is not 0.
func (m *Mock) refuseWith(q *request, f *model.Error, status int) {
	q.x.ErrorCode = string(f.Code)
	k := f.Code.Kind()
	chosen := q.s.Choices().Statuses[f.Code]
	if chosen == http.StatusOK {
		chosen = k.Refusal
	}
	status = cmp.Or(status, k.Status, chosen)
	body, err := wire.Print(map[string]any{"field": f.Field, "detail": f.Detail, "explanation": k.Explanation})
	if err != nil {
		q.x.Err, body = err, wire.Empty()
	}
	m.reply(q, status, f.Error(), body)
}
