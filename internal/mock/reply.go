package mock

import (
	"cmp"
	"net/http"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// What the page's sample response says in every header section (grade P). The
// schemas state the same as rules, by hand, so that the validator sees a slip here.
const (
	server       = "WSGIServer/0.2 CPython/3.9.5"
	methods      = "GET,POST,PATCH,DELETE"
	allowHeaders = "Authorization, Accept, X-TENANT-ID, Content-Type"
	mediaType    = "application/json"
	// With --cors relaxed a page may also send and read these.
	versionAndID = "X-API-VERSION, X-REQUEST-ID"
)

// reply fills in a reply, its fields in the sample's order.
func (m *Mock) reply(q *request, status int, reason string, body *wire.Body) {
	x := q.x
	fields := append(q.reply.Fields[:0],
		wire.Field{Name: wire.AllowHeaders, Value: m.allowHeaders()},
		wire.Field{Name: wire.AllowMethods, Value: methods},
		wire.Field{Name: wire.AllowOrigin, Value: "*"})
	if m.CORS == contract.CORSRelaxed {
		fields = append(fields, wire.Field{Name: wire.ExposeHeaders, Value: versionAndID})
	}
	fields = append(fields,
		wire.Field{Name: wire.Allow, Value: methods},
		wire.Field{Name: wire.ContentLength, Value: body.Length})
	if len(body.Bytes) > 0 {
		fields = append(fields, wire.Field{Name: wire.ContentType, Value: mediaType})
	}
	fields = append(fields,
		wire.Field{Name: wire.Date, Value: q.s.Dates.Format(x.Start)},
		wire.Field{Name: wire.Server, Value: server})
	if status == http.StatusUnauthorized && q.s.Choices().Authenticate {
		fields = append(fields, wire.Field{Name: wire.Authenticate, Value: "Bearer"})
	}
	fields = append(fields,
		wire.Field{Name: wire.APIVersion, Value: x.VersionUsed},
		wire.Field{Name: wire.RequestID, Value: x.RequestID})
	q.reply = wire.Reply{Status: status, Reason: reason, Fields: fields, Body: body}
	x.Status, x.Bytes = status, len(body.Bytes)
}

// reject fills in the reply of an error. A status of 0 is that of the table or
// of the choices. An exchange without a version or a request ID gets the oldest
// version and a new ID.
func (m *Mock) reject(q *request, e *model.Error, status int) {
	if q.x.VersionUsed == "" {
		q.x.VersionUsed = string(m.Contract.Oldest())
	}
	if q.x.RequestID == "" {
		q.x.RequestID = q.s.IDs.New().String()
	}
	q.x.ErrorCode = string(e.Code)
	k := e.Code.Kind()
	chosen := q.s.Choices().Statuses[e.Code]
	if chosen == http.StatusOK {
		chosen = k.Refusal
	}
	body, err := wire.Print(map[string]any{"field": e.Field, "detail": e.Detail, "explanation": k.Explanation})
	if err != nil {
		q.x.Err, body = err, wire.Empty()
	}
	m.reply(q, cmp.Or(status, k.Status, chosen), e.Error(), body)
}

// allowHeaders returns the header fields that a page of another origin may
// send.
func (m *Mock) allowHeaders() string {
	if m.CORS == contract.CORSRelaxed {
		return allowHeaders + ", " + versionAndID
	}
	return allowHeaders
}

// bodyKey names the bytes of a record in a version: a revision is one state of
// one record.
type bodyKey struct {
	revision uint64
	version  model.Version
}

// The printed bodies that are kept: how many, and how large each may be. A body
// that was validated once needs no second validation, which saves 55 of 121 µs of
// CPU for each request.
const (
	maxBodies   = 4096
	maxBodySize = 8 << 10
)

// printed prints a record in a version, or finds it printed.
func (m *Mock) printed(r *store.Record, v model.Version) (*wire.Body, error) {
	key := bodyKey{r.Revision, v}
	if b, ok := m.bodies.Get(key); ok {
		return b, nil
	}
	text, tree, err := r.Print(v)
	if err != nil {
		return nil, err
	}
	b := wire.Parsed(text, tree)
	if len(b.Bytes) <= maxBodySize {
		m.bodies.Add(key, b)
	}
	return b, nil
}

// replyOriginal puts the record as the fixtures have it into a reply that has the
// record as it is now.
func (m *Mock) replyOriginal(q *request) error {
	k, _ := q.key()
	record, ok := q.s.Store.Original(k)
	if !ok {
		return nil
	}
	body, err := m.printed(&record, q.version)
	if err != nil {
		return err
	}
	m.reply(q, q.reply.Status, q.reply.Reason, body)
	return nil
}
