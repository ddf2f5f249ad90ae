package mock

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"

	"dispatchmock/fixtures"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
	"dispatchmock/schemas"
)

// TestViolationUnderAScenario holds that a violation of ours is recorded where a
// scenario takes over and changes nothing of the answer: the 500 in its place
// keeps the contract, and must not stand for the reply that did not.
func TestViolationUnderAScenario(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	f, err := fixture.Load(files, schemas.FS, c, now())
	if err != nil {
		t.Fatal(err)
	}
	sessions := session.NewSessions(session.Options{Fixtures: f, Now: now, NewID: uuid.New})
	parser, err := scenario.NewParser(schemas.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	short, diags := parser.Parse("", "", map[string]any{"name": "short", "then": map[string]any{"delay": map[string]any{"fixed": "1ms"}}})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if err := sessions.Default().Scenarios().Define(short); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "short"} {
		var got *exchange.Exchange
		m, err := New(Options{Contract: c, Sessions: sessions, CORS: contract.CORSDocumented, OnViolation: Fail, Quiet: true, Log: slog.New(slog.DiscardHandler),
			Around: func(_ *http.Request, reply *wire.Reply, perform func()) {
				perform()
				reply.Status = http.StatusTeapot
			},
			Count:    func(x *exchange.Exchange, _ *http.Request, _ *contract.Route) { got = x },
			Redactor: redact.New()})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/customers/1/locations/1", http.NoBody)
		r.Header.Set("Authorization", "Bearer dispatcher-token")
		r.Header.Set("X-Tenant-Id", "1")
		if name != "" {
			r.Header.Set("X-Mock-Scenario", name)
		}
		m.ServeHTTP(httptest.NewRecorder(), r)
		if got.Scenario != name || len(got.Violations) == 0 || got.Status != http.StatusInternalServerError || got.Verdict() != exchange.VerdictViolation {
			t.Errorf("scenario %q: got the scenario %q, the status %d, the verdict %s and the violations %+v", name, got.Scenario, got.Status, got.Verdict(), got.Violations)
		}
	}
}
