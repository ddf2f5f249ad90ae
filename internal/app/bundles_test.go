package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/testkit"
)

// everyWay sends requests that a scenario takes over, on three ways to it.
func everyWay(t testing.TB, r *testkit.Server, id string, c testkit.Scenario) {
	t.Helper()
	for range 3 {
		r.Take(t, testkit.Authorized(http.MethodDelete, "/_s/"+id+"/customers/"+c.Customer+"/locations/1"), false)
	}
	r.Take(t, testkit.Authorized(http.MethodGet, "/_s/"+id+testkit.Resource, "X-Mock-Scenario: "+c.Name), false)
	r.Admin(t, http.MethodPost, "/sessions/"+id+"/scenarios", fmt.Sprintf(`{"name": %q, "times": 2}`, c.Name))
	for range 3 {
		r.Take(t, testkit.Authorized(http.MethodDelete, "/_s/"+id+"/customers/2/locations/1"), false)
	}
	r.Admin(t, http.MethodDelete, "/sessions/"+id+"/scenarios", "")
}

// TestScenarioReplays saves a session for each scenario of the catalogue, and
// one in which all of them took over; each is had again to the byte, and an
// answer of which the last byte is another is found.
func TestScenarioReplays(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	all := r.Scenarios(t)
	t.Run("all in one", func(t *testing.T) {
		t.Parallel()
		r.Admin(t, http.MethodPost, "/sessions", `{"id": "all", "seed": 11, "request_ids": {"seed": 12}}`)
		for _, c := range all {
			everyWay(t, r, "all", c)
		}
		r.WantReplay(t, "all", 0)
	})
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			r.Admin(t, http.MethodPost, "/sessions", fmt.Sprintf(`{"id": %q, "seed": 1}`, c.Name))
			everyWay(t, r, c.Name, c)
			b := r.WantReplay(t, c.Name, 0)
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
				_, err := r.Replay(t, b)
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
		settings          testkit.Settings
		answer            string // what one of the answers has
	}{
		{"relaxed CORS", `{}`, "", testkit.Settings{Options: app.Options{CORS: "relaxed"}}, "\r\nAccess-Control-Expose-Headers: "},
		{"any token", `{}`, "", testkit.Settings{Options: app.Options{AnyToken: true}}, "200 OK"},
		{"violations reported", `{}`, "", testkit.Settings{Options: app.Options{OnViolation: "report"}}, "200 OK"},
		{"an ID that was generated", `{"seed": 4}`, "", testkit.Settings{}, "200 OK"},
		{"a time to live, and a clock that jumps", `{"ttl": "1s"}`, "2031-01-01T00:00:00Z", testkit.Settings{}, "\r\nDate: Wed, 01 Jan 2031 00:00:00 GMT"},
		{"a clock that jumps back and forth", `{"clock": {"mode": "frozen", "at": "1999-01-01T00:00:00Z"}}`, "2031-01-01T00:00:00Z", testkit.Settings{}, "\r\nDate: Fri, 01 Jan 1999 00:00:00 GMT"},
		{"a clock before the fixtures", `{"clock": {"mode": "frozen", "at": "2018-01-01T00:00:00Z"}}`, "", testkit.Settings{}, "500 server: The server failed on this request."},
		{"an offset, and a record of today", `{"clock": {"mode": "offset", "offset": "-48h"}, "fixtures": {"api_version": "2019/02/08", "tenant_id": 1, "customer_locations": [` +
			`{"record": {"customer_id": 700, "location_id": 1, "is_active": true, "name": "New", "account_number_1": null, "account_number_2": null, "addresses": [], "contacts": [], ` +
			`"created_on": "2022-08-17T01:38:16", "last_updated_on": "2022-08-17T01:38:16", "parent_id": null, "renewal_date": null}}]}}`, "", testkit.Settings{}, "200 OK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.settings.LogTo = io.Discard
			r := testkit.Start(t, c.settings)
			var made struct{ ID string }
			if err := json.Unmarshal([]byte(r.Admin(t, http.MethodPost, "/sessions", c.made)), &made); err != nil {
				t.Fatal(err)
			}
			prefix := "/_s/" + made.ID
			text := r.Raw(t, testkit.Authorized(http.MethodDelete, prefix+testkit.Resource)) + r.Raw(t, testkit.Message(http.MethodOptions, prefix+testkit.Resource))
			if c.clock != "" {
				r.Admin(t, http.MethodPut, "/sessions/"+made.ID+"/clock", fmt.Sprintf(`{"mode": "frozen", "at": %q}`, c.clock))
			}
			text += r.Raw(t, testkit.Authorized(http.MethodGet, prefix+"/customers/700/locations/1"))
			text += r.Raw(t, testkit.Message(http.MethodGet, prefix+testkit.Resource, "Authorization: Bearer somebody-else", "x-tenant-id: 2", "x-api-version: 2023/04/19"))
			if !strings.Contains(text, c.answer) {
				t.Errorf("got\n%s\nwant %q in it", text, c.answer)
			}
			b := r.WantReplay(t, made.ID, 0)
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
			s := testkit.Settings{Options: app.Options{AnyToken: anyToken}}
			r := testkit.Start(t, s)
			for _, token := range []string{"dispatcher-token", "second-dispatcher-token", "s3cret-token"} {
				authorization := "Authorization: Bearer " + token
				r.Raw(t, testkit.Message(http.MethodGet, testkit.Resource, authorization, "x-tenant-id: 1"))
				r.Raw(t, testkit.Message(http.MethodGet, testkit.Resource, authorization, "x-tenant-id: "+token))
				r.Raw(t, testkit.Message(http.MethodGet, "/customers/"+token+"/locations/1", authorization, "x-tenant-id: 1"))
				r.Raw(t, testkit.Message(http.MethodGet, testkit.Resource, authorization, "x-tenant-id: Bearer other-s3cret"))
				r.Raw(t, testkit.Message(http.MethodGet, testkit.Resource+"?sig=other-s3cret", "x-tenant-id: other-s3cret"))
				var x struct {
					Exchanges []struct {
						ClientID string `json:"client_id"`
					}
				}
				if err := json.Unmarshal([]byte(r.Admin(t, http.MethodGet, "/journal?limit=10", "")), &x); err != nil {
					t.Fatal(err)
				}
				for _, one := range x.Exchanges {
					if one.ClientID != "" {
						r.Admin(t, http.MethodPut, "/sessions/default/pins", fmt.Sprintf(`{"pins": {%q: "2023/04/19"}}`, one.ClientID))
					}
				}
				// The answer is in the shape of the pin.
				r.Raw(t, testkit.Message(http.MethodGet, testkit.Resource, authorization, "x-tenant-id: 1"))
			}
			b := r.WantReplay(t, session.DefaultID, 0)
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
			r := testkit.Start(t, testkit.Settings{})
			r.Admin(t, http.MethodPost, "/sessions", `{"id": "a", "request_ids": {"seed": 9}}`)
			ask := func() {
				r.Raw(t, testkit.Authorized(http.MethodDelete, "/_s/a"+testkit.Resource))
				r.Admin(t, http.MethodPost, "/sessions/a/scenarios", `{"name": "flaky"}`)
				// What the admin API refuses takes no number.
				r.Raw(t, testkit.Message(http.MethodPost, "/_mock/sessions/a/scenarios", "Content-Type: application/json", "Content-Length: 2")+"{}")
				r.Raw(t, testkit.Authorized(http.MethodGet, "/_s/a"+testkit.Resource, "x-api-version: 2023/04/19"))
				r.Raw(t, testkit.Authorized(http.MethodGet, "/_s/a/customers/2/locations/1"))
			}
			ask()
			r.Admin(t, c.method, c.path, c.body)
			ask()
			if c.diag == "" {
				r.WantReplay(t, "a", 0)
				return
			}
			if _, err := testkit.ReadBundle(t, r.Admin(t, http.MethodGet, "/sessions/a/bundle", "")); err == nil || !strings.Contains(err.Error(), c.diag) {
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
		r := testkit.Start(t, testkit.Settings{Options: app.Options{Sessions: session.Options{Now: func() time.Time { return begun }}, Journal: journal.Limits{Count: 2000, Bytes: 1 << 30}}})
		for range run {
			r.Raw(t, testkit.Sample) // another session's business
		}
		r.Admin(t, http.MethodPost, "/sessions", `{"id": "a", "seed": 5, "request_ids": {"seed": 5}, "clock": {"mode": "step", "at": "2022-08-20T01:38:16Z", "step": "1s"}, "scenarios": ["random-failures"]}`)
		random := rand.New(rand.NewPCG(6, 6))
		for i := range 1000 {
			request := mixed(random, "/_s/a")
			answer := r.Raw(t, request)
			if run == 0 {
				first = append(first, answer)
			} else if answer != first[i] {
				t.Fatalf("request %d, %.200q, is answered\n%s\nby the second server, by the first\n%s", i+1, request, answer, first[i])
			}
		}
		r.WantReplay(t, "a", 0)
	}
}

// TestReplayOfWithheldBody holds that a session is had again although a body of
// a request was not kept, because it has a content coding.
func TestReplayOfWithheldBody(t *testing.T) {
	t.Parallel()
	r := testkit.Start(t, testkit.Settings{})
	r.Raw(t, strings.TrimSuffix(testkit.Authorized(http.MethodDelete, testkit.Resource, "Content-Encoding: br", "Content-Length: 3"), "\r\n")+"\r\nabc")
	b := r.WantReplay(t, session.DefaultID, 0)
	if m := b.Exchanges[0].Request; len(m.Body) > 0 || m.Error != exchange.Withheld {
		t.Errorf("got the body %q, error %q", m.Body, m.Error)
	}
}
