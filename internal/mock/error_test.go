package mock

import (
	encoding "encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// choices returns the default of every choice, by the schema.
func choices(t *testing.T) map[string]any {
	t.Helper()
	text, err := schemas.FS.ReadFile("fixtures/choices.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]struct{ Default any }
	}
	if err := encoding.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	defaults := map[string]any{}
	for key, p := range doc.Properties {
		defaults[key] = p.Default
	}
	return defaults
}

// TestEveryInputHasItsCode holds that each request header field that the
// schemas have a rule for has a code of its own, and a place in the order of
// errors: else it would be reported as one of a user's own schemas, behind all
// others.
func TestEveryInputHasItsCode(t *testing.T) {
	t.Parallel()
	var order []string
	for _, name := range choices(t)["error_order"].([]any) {
		order = append(order, name.(string))
	}
	text, err := schemas.FS.ReadFile("2019-02-08/StandardRequestHeadersModel.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Properties map[string]any }
	if err := encoding.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	seen := map[model.Code]string{}
	for name := range doc.Properties {
		code := model.CodeOfHeader(name)
		if code == model.HeaderInvalid {
			t.Errorf("%s has no code of its own", name)
		}
		if other, twice := seen[code]; twice {
			t.Errorf("%s and %s share the code %s", name, other, code)
		}
		seen[code] = name
		if !strings.Contains(","+strings.Join(order, ",")+",", ","+name+",") {
			t.Errorf("%s is not in the order of errors %v", name, order)
		}
	}
}

// TestReject holds what every rejection has, whatever the error, and that it
// keeps the contract.
func TestReject(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[model.Code]int{}
	for key, v := range choices(t) {
		if status, ok := v.(float64); ok {
			statuses[model.Code(key)] = int(status)
		}
	}
	id := uuid.MustParse("ed5b5458-1f72-41d7-b8ad-f1757de1ec4f")
	a, err := New(Options{Contract: c, CORS: contract.CORSDocumented})
	if err != nil {
		t.Fatal(err)
	}
	files := &fixture.Fixtures{Base: store.NewBuilder().Build(), Choices: model.Choices{Statuses: statuses, Authenticate: true}}
	s := session.NewSessions(session.Options{Fixtures: files, Now: now, NewID: func() uuid.UUID { return id }}).Default()
	for _, k := range model.Kinds() {
		code := k.Code
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			if code == model.RepeatedDelete {
				return // its default is 200, which is no refusal
			}
			x := &exchange.Exchange{Start: now()}
			q := &request{s: s, x: x}
			a.reject(q, &model.Error{Code: code, Field: "Model.field", Detail: "Rule\r\nX: y."}, 0)
			reply := q.reply
			if want := "Model.field: Rule\r\nX: y."; reply.Reason != want {
				t.Errorf("got the reason phrase %q, want %q (the printer makes it safe)", reply.Reason, want)
			}
			if x.RequestID != id.String() || x.VersionUsed != string(c.Oldest()) || x.Status != reply.Status {
				t.Errorf("got the record %+v, want a new request ID, the oldest version and the status %d", x, reply.Status)
			}
			if got := reply.Value(wire.Authenticate) != ""; got != (reply.Status == http.StatusUnauthorized) {
				t.Errorf("status %d has WWW-Authenticate: %v, want it with 401 only", reply.Status, got)
			}
			for _, f := range c.Unmatched().ValidateReply(c.Oldest(), contract.CORSDocumented, now(), &reply) {
				t.Errorf("the answer breaks the contract: %+v", f)
			}
		})
	}
}
