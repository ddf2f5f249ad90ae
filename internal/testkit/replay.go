package testkit

import (
	"log/slog"
	"net/http"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/session"
	"dispatchmock/schemas"
)

// Bundle saves a session.
func (r *Server) Bundle(t testing.TB, id string) *bundle.Bundle {
	t.Helper()
	b, err := ReadBundle(t, r.Admin(t, http.MethodGet, "/sessions/"+id+"/bundle", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ReadBundle reads the text of a bundle.
func ReadBundle(t testing.TB, text string) (*bundle.Bundle, error) {
	t.Helper()
	schema, err := contract.Standalone(schemas.FS, "admin/bundle.json", "")
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Read("test.bundle", []byte(text), schema)
}

// Replay replays a bundle of this server on a fresh one.
func (r *Server) Replay(t testing.TB, b *bundle.Bundle) (app.Replayed, error) {
	t.Helper()
	f := Fixtures(t, r.data, b.GoodBy())
	if f.Digest != b.Fixtures {
		t.Errorf("the bundle has the fixtures' digest %s, want %s", b.Fixtures, f.Digest)
	}
	return app.Replay(t.Context(), app.Options{Contract: Contract(t), CORS: contract.CORS(b.Settings.CORS), AnyToken: b.Settings.Auth == "any",
		OnViolation: mock.OnViolation(b.Settings.OnViolation), Sessions: session.Options{Fixtures: f}, Log: slog.New(slog.DiscardHandler),
		Admin: app.Admin{Schemas: schemas.FS}}, b)
}

// WantReplay holds that a session replays to the byte, but for the requests of
// which nothing was kept to send.
func (r *Server) WantReplay(t testing.TB, id string, skipped int) *bundle.Bundle {
	t.Helper()
	b := r.Bundle(t, id)
	done, err := r.Replay(t, b)
	if err != nil {
		t.Error(err)
	} else if done.Skipped != skipped || done.Same != len(b.Exchanges)-skipped {
		t.Errorf("got %+v of %d exchanges, want %d skipped and the rest as recorded", done, len(b.Exchanges), skipped)
	}
	return b
}
