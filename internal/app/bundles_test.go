package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/session"
	"dispatchmock/schemas"
)

// saved returns the bundle of a session.
func (r *running) saved(t testing.TB, id string) *bundle.Bundle {
	t.Helper()
	return readBundle(t, []byte(r.admin(t, http.MethodGet, "/sessions/"+id+"/bundle", "")))
}

// replayed replays a bundle over the fixtures of a test's settings.
func replayed(t testing.TB, b *bundle.Bundle, s settings) (app.Replayed, error) {
	t.Helper()
	c, f := loadFixtures(t, s, b.GoodBy())
	if f.Digest != b.Fixtures {
		t.Errorf("the bundle has the fixtures' digest %s, want %s", b.Fixtures, f.Digest)
	}
	return app.Replay(t.Context(), app.Options{Contract: c, CORS: contract.CORS(b.Settings.CORS), AnyToken: b.Settings.Auth == "any",
		OnViolation: mock.OnViolation(b.Settings.OnViolation), Sessions: session.Options{Fixtures: f}, Log: slog.New(slog.DiscardHandler),
		Admin: app.Admin{Schemas: schemas.FS}}, b)
}

// again holds that a session's bundle replays to the byte.
func (r *running) again(t testing.TB, id string, s settings, skipped int) *bundle.Bundle {
	t.Helper()
	b := r.saved(t, id)
	done, err := replayed(t, b, s)
	if err != nil {
		t.Error(err)
	} else if done.Skipped != skipped || done.Same != len(b.Exchanges)-skipped {
		t.Errorf("got %+v of %d exchanges, want %d skipped and the rest as recorded", done, len(b.Exchanges), skipped)
	}
	return b
}

// TestGoldenReplays saves and replays the session of each golden exchange:
// whatever a client can send, a bundle has it again.
func TestGoldenReplays(t *testing.T) {
	t.Parallel()
	for _, g := range goldenCases(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := g.launch(t, settings{quiet: true})
			for _, request := range g.requests(t) {
				r.raw(t, request)
			}
			b := r.saved(t, session.DefaultID)
			skipped := 0
			for _, x := range b.Exchanges {
				if len(x.Request.Head) == 0 {
					skipped++
				}
			}
			if name, _, _ := strings.Cut(g.name, "/"); skipped > 0 && name != "wire" {
				t.Errorf("of %d of %d requests nothing was kept to send", skipped, len(b.Exchanges))
			}
			r.again(t, session.DefaultID, g.settings(t), skipped)
		})
	}
}

// everyWay sends requests that a scenario takes over, on three ways to it.
func everyWay(t testing.TB, r *running, id string, c catalogued) {
	t.Helper()
	for range 3 {
		take(t, r, message(http.MethodDelete, "/_s/"+id+"/customers/"+c.customer+"/locations/1", dispatcher...), false)
	}
	take(t, r, message(http.MethodGet, "/_s/"+id+resource, append([]string{"X-Mock-Scenario: " + c.name}, dispatcher...)...), false)
	r.admin(t, http.MethodPost, "/sessions/"+id+"/scenarios", fmt.Sprintf(`{"name": %q, "times": 2}`, c.name))
	for range 3 {
		take(t, r, message(http.MethodDelete, "/_s/"+id+"/customers/2/locations/1", dispatcher...), false)
	}
	r.admin(t, http.MethodDelete, "/sessions/"+id+"/scenarios", "")
}

// TestScenarioReplays saves a session for each scenario of the catalogue, and
// one in which all of them took over; each is had again to the byte, and an
// answer of which the last byte is another is found.
func TestScenarioReplays(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{quiet: true})
	all := catalogue(t, r)
	t.Run("all in one", func(t *testing.T) {
		t.Parallel()
		r.admin(t, http.MethodPost, "/sessions", `{"id": "all", "seed": 11, "request_ids": {"seed": 12}}`)
		for _, c := range all {
			everyWay(t, r, "all", c)
		}
		r.again(t, "all", settings{}, 0)
	})
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r.admin(t, http.MethodPost, "/sessions", fmt.Sprintf(`{"id": %q, "seed": 1}`, c.name))
			everyWay(t, r, c.name, c)
			b := r.again(t, c.name, settings{}, 0)
			for i := range b.Exchanges {
				x := &b.Exchanges[i]
				answer := x.Response.Body
				if len(answer) == 0 {
					answer = x.Response.Head
				}
				if len(answer) == 0 {
					continue // the client saw nothing, or it is a change through the admin API
				}
				answer[len(answer)-1] ^= 0x01
				_, err := replayed(t, b, settings{})
				var d *app.Difference
				if !errors.As(err, &d) || d.Exchange.Sequence != x.Sequence {
					t.Errorf("the last byte of the answer to request %d is another; the replay says %v", x.Sequence, err)
				}
				answer[len(answer)-1] ^= 0x01
			}
		})
	}
}

// TestReplayOfOtherSettings saves and replays sessions of servers whose flags
// change what they answer, and of sessions that were not made plainly.
func TestReplayOfOtherSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, made, clock string
		settings          settings
		answer            string // what one of the answers has
	}{
		{"relaxed CORS", `{}`, "", settings{cors: "relaxed"}, "\r\nAccess-Control-Expose-Headers: "},
		{"any token", `{}`, "", settings{anyToken: true}, "200 OK"},
		{"violations reported", `{}`, "", settings{onViolation: "report"}, "200 OK"},
		{"an ID that was generated", `{"seed": 4}`, "", settings{}, "200 OK"},
		{"a time to live, and a clock that jumps", `{"ttl": "1s"}`, "2031-01-01T00:00:00Z", settings{}, "\r\nDate: Wed, 01 Jan 2031 00:00:00 GMT"},
		{"a clock that jumps back and forth", `{"clock": {"mode": "frozen", "at": "1999-01-01T00:00:00Z"}}`, "2031-01-01T00:00:00Z", settings{}, "\r\nDate: Fri, 01 Jan 1999 00:00:00 GMT"},
		{"a clock before the fixtures", `{"clock": {"mode": "frozen", "at": "2018-01-01T00:00:00Z"}}`, "", settings{}, "500 response body/created_on"},
		{"an offset, and a record of today", `{"clock": {"mode": "offset", "offset": "-48h"}, "fixtures": {"api_version": "2019/02/08", "tenant_id": 1, "customer_locations": [` +
			`{"record": {"customer_id": 700, "location_id": 1, "is_active": true, "name": "New", "account_number_1": null, "account_number_2": null, "addresses": [], "contacts": [], ` +
			`"created_on": "2022-08-17T01:38:16", "last_updated_on": "2022-08-17T01:38:16", "parent_id": null, "renewal_date": null}}]}}`, "", settings{}, "200 OK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.settings.quiet, c.settings.discardLog = true, true
			r := launch(t, c.settings)
			var made struct{ ID string }
			if err := json.Unmarshal([]byte(r.admin(t, http.MethodPost, "/sessions", c.made)), &made); err != nil {
				t.Fatal(err)
			}
			prefix := "/_s/" + made.ID
			text := r.raw(t, message(http.MethodDelete, prefix+resource, dispatcher...)) + r.raw(t, message(http.MethodOptions, prefix+resource))
			if c.clock != "" {
				r.admin(t, http.MethodPut, "/sessions/"+made.ID+"/clock", fmt.Sprintf(`{"mode": "frozen", "at": %q}`, c.clock))
			}
			text += r.raw(t, message(http.MethodGet, prefix+"/customers/700/locations/1", dispatcher...))
			text += r.raw(t, message(http.MethodGet, prefix+resource, "Authorization: Bearer somebody-else", "x-tenant-id: 2", "x-api-version: 2023/04/19"))
			if !strings.Contains(text, c.answer) {
				t.Errorf("got\n%s\nwant %q in it", text, c.answer)
			}
			b := r.again(t, made.ID, c.settings, 0)
			if want := (bundle.Settings{CORS: string(r.CORS), Auth: map[bool]string{true: "any", false: "fixtures"}[r.AnyToken], OnViolation: string(r.OnViolation)}); b.Settings != want {
				t.Errorf("the bundle has the settings %+v, want %+v", b.Settings, want)
			}
		})
	}
}

// TestReplayOfSecrets holds that a bundle has no secret, although answers repeat
// what they were sent, and that it is had again all the same.
func TestReplayOfSecrets(t *testing.T) {
	t.Parallel()
	for _, anyToken := range []bool{false, true} {
		t.Run(fmt.Sprintf("any token %v", anyToken), func(t *testing.T) {
			t.Parallel()
			s := settings{quiet: true, anyToken: anyToken}
			r := launch(t, s)
			for _, token := range []string{"dispatcher-token", "second-dispatcher-token", "s3cret-token"} {
				authorization := "Authorization: Bearer " + token
				r.raw(t, message(http.MethodGet, resource, authorization, "x-tenant-id: 1"))
				r.raw(t, message(http.MethodGet, resource, authorization, "x-tenant-id: "+token))
				r.raw(t, message(http.MethodGet, "/customers/"+token+"/locations/1", authorization, "x-tenant-id: 1"))
				r.raw(t, message(http.MethodGet, resource, authorization, "x-tenant-id: Bearer other-s3cret"))
				r.raw(t, message(http.MethodGet, resource+"?sig=other-s3cret", "x-tenant-id: other-s3cret"))
				var x struct {
					Exchanges []struct {
						ClientID string `json:"client_id"`
					}
				}
				if err := json.Unmarshal([]byte(r.admin(t, http.MethodGet, "/journal?limit=10", "")), &x); err != nil {
					t.Fatal(err)
				}
				for _, one := range x.Exchanges {
					if one.ClientID != "" {
						r.admin(t, http.MethodPut, "/sessions/default/pins", fmt.Sprintf(`{"pins": {%q: "2023/04/19"}}`, one.ClientID))
					}
				}
				// The answer is in the shape of the pin.
				r.raw(t, message(http.MethodGet, resource, authorization, "x-tenant-id: 1"))
			}
			b := r.again(t, session.DefaultID, s, 0)
			var text strings.Builder
			if err := b.Write(&text); err != nil {
				t.Fatal(err)
			}
			if i := strings.Index(text.String(), "s3cret"); i >= 0 {
				t.Errorf("the bundle has …%s…", text.String()[max(i-300, 0):i+20])
			}
		})
	}
}

// TestReplayAfterReset holds that a bundle which was saved after a reset is
// had again, with the journal kept or not, and that one whose begin is missing
// says so.
func TestReplayAfterReset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, method, path, body, diag string }{
		{"reset", http.MethodPost, "/sessions/a/reset", "", ""},
		{"reset, the journal kept", http.MethodPost, "/sessions/a/reset", `{"keep_journal": true}`, ""},
		{"journal cleared", http.MethodDelete, "/journal?session=a", "", "/exchanges/0/sequence: 5: the session's requests before this one are missing, because its journal was cleared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, settings{quiet: true})
			r.admin(t, http.MethodPost, "/sessions", `{"id": "a", "request_ids": {"seed": 9}}`)
			ask := func() {
				r.raw(t, message(http.MethodDelete, "/_s/a"+resource, dispatcher...))
				r.admin(t, http.MethodPost, "/sessions/a/scenarios", `{"name": "flaky"}`)
				// What the admin API refuses takes no number.
				r.raw(t, message(http.MethodPost, "/_mock/sessions/a/scenarios", "Content-Type: application/json", "Content-Length: 2")+"{}")
				r.raw(t, message(http.MethodGet, "/_s/a"+resource, append([]string{"x-api-version: 2023/04/19"}, dispatcher...)...))
				r.raw(t, message(http.MethodGet, "/_s/a/customers/2/locations/1", dispatcher...))
			}
			ask()
			r.admin(t, c.method, c.path, c.body)
			ask()
			if c.diag == "" {
				r.again(t, "a", settings{}, 0)
				return
			}
			schema, err := contract.Standalone(schemas.FS, "admin/bundle.json", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bundle.Read("a.bundle", []byte(r.admin(t, http.MethodGet, "/sessions/a/bundle", "")), schema); err == nil || !strings.Contains(err.Error(), c.diag) {
				t.Errorf("got %v, want %s", err, c.diag)
			}
		})
	}
}

// TestSameBytes runs a script of 1,000 requests on two fresh servers: with the
// clock and the IDs fixed, every byte is the same, and a bundle has it again.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	var first []string
	for run := range 2 {
		// What the machine says of the time, and draws, is another each time.
		begun := time.Date(2026, 1, 1+run, 0, 0, 0, 0, time.UTC)
		r := launch(t, settings{quiet: true, now: func() time.Time { return begun }, journal: &journal.Limits{Count: 2000, Bytes: 1 << 30}})
		for range run {
			r.raw(t, sample) // another session's business
		}
		r.admin(t, http.MethodPost, "/sessions", `{"id": "a", "seed": 5, "request_ids": {"seed": 5}, "clock": {"mode": "step", "at": "2022-08-20T01:38:16Z", "step": "1s"}, "scenarios": ["random-failures"]}`)
		random := rand.New(rand.NewPCG(6, 6))
		for i := range 1000 {
			request := mixed(random, "/_s/a")
			answer := r.raw(t, request)
			if run == 0 {
				first = append(first, answer)
			} else if answer != first[i] {
				t.Fatalf("request %d, %.200q, is answered\n%s\nby the second server, by the first\n%s", i+1, request, answer, first[i])
			}
		}
		r.again(t, "a", settings{}, 0)
	}
}

// TestReplayOfWithheldBody holds that a session is had again although a body of
// a request was not kept, because it has a content coding.
func TestReplayOfWithheldBody(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{quiet: true})
	r.raw(t, strings.TrimSuffix(message(http.MethodDelete, resource, append([]string{"Content-Encoding: br", "Content-Length: 3"}, dispatcher...)...), "\r\n")+"\r\nabc")
	b := r.again(t, session.DefaultID, settings{}, 0)
	if m := b.Exchanges[0].Request; len(m.Body) > 0 || m.Error != exchange.Withheld {
		t.Errorf("got the body %q, error %q", m.Body, m.Error)
	}
}
