package mock

import (
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
	json         = "application/json"
	// With --cors relaxed a page may also send and read these.
	versionAndID = "X-API-VERSION, X-REQUEST-ID"
)

// reply fills in a reply, its fields in the sample's order.
func (m *Mock) reply(q *request, status int, reason string, body *wire.Body) {
	x := q.x
	fields := q.reply.Fields[:0]
	fields = append(fields,
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
		fields = append(fields, wire.Field{Name: wire.ContentType, Value: json})
	}
	fields = append(fields,
		wire.Field{Name: wire.Date, Value: wire.FormatDate(x.Start)},
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

// The printed bodies that are kept: how many, and how large each may be.
const (
	maxBodies   = 1024
	maxBodySize = 16 << 10
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

// original puts the record as the fixtures have it into a reply that has the
// record as it is now.
func (m *Mock) original(q *request) error {
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
