package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/quota"
)

// TestPatternsAreBounded holds that no document makes the server compile more
// than a bounded size of regular expressions, whatever it is for.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	large := func(n int) string { // each compiles to some 300 kB
		fields := map[string]any{}
		for i := range n {
			fields[fmt.Sprint("h", i)] = map[string]any{"matches": fmt.Sprintf("(a{0,1000}b{0,1000})(c{0,500}d{0,500})%d", i)}
		}
		text, _ := json.Marshal(fields)
		return string(text)
	}
	scenario := func(n int) string {
		return `{"name": "rx", "when": {"headers": ` + large(n) + `}, "then": {"delay": {"fixed": "1ms"}}}`
	}
	requests := func(n int) string {
		list := strings.Repeat(`{"header": {"a": {"matches": "NEXT"}}},`, n)
		for i := range n {
			list = strings.Replace(list, "NEXT", fmt.Sprintf("(?:%d)", i), 1)
		}
		return `{"order": [` + strings.TrimSuffix(list, ",") + `]}`
	}
	for _, c := range []struct{ name, path, body, want string }{
		{"scenario check", "/sessions/default/scenario-check", `{"definition": ` + scenario(30) + `}`, "larger than the 524288 bytes"},
		{"scenario", "/sessions/default/scenarios", `{"definition": ` + scenario(30) + `}`, "larger than the 524288 bytes"},
		{"session", "/sessions", `{"scenarios": [` + scenario(30) + `]}`, "larger than the 524288 bytes"},
		{"many names", "/sessions/default/scenario-check", `{"definition": ` + scenario(10_000) + `}`, "must have 32 names at most"},
		{"expectation", "/journal/verify", `{"request": {"header": ` + large(30) + `}}`, "larger than the 524288 bytes"},
		{"expectation of many names", "/journal/verify", `{"request": {"header": ` + large(10_000) + `}}`, "must have 32 names at most"},
		{"expectation of many requests", "/journal/verify", requests(100), "a document may have 64 different ones"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := r.do(t, "POST", "/_mock"+c.path, c.body)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.want) {
				t.Errorf("got %d %.500s, want 422 with %q", got.status, got.body, c.want)
			}
		})
	}
	usual := `{"definition": {"name": "usual", "when": {"headers": {"user-agent": {"matches": "^curl/[0-9.]{1,20}$"}}}, "then": {"delay": {"fixed": "1ms"}}}}`
	if got := r.do(t, "POST", "/_mock/sessions/default/scenario-check", usual); got.status != http.StatusOK {
		t.Errorf("a usual pattern: got %d %s", got.status, got.body)
	}
}

// TestManyErrorsAreShort holds that the answer to a document which breaks rules
// all over says the first few, and how many more there are.
func TestManyErrorsAreShort(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	const n = 9_000
	members := func(value string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k %d": %s,`, i, value)
		}
		return "{" + strings.TrimSuffix(b.String(), ",") + "}"
	}
	list := "[" + strings.TrimSuffix(strings.Repeat(`{"id": "no", "x": 1},`, n), ",") + "]"
	for _, c := range []struct{ name, method, path, body string }{
		{"unknown names", "POST", "/sessions", members("1")},
		{"pins", "PUT", "/sessions/default/pins", `{"pins": ` + members("7") + `}`},
		{"choices", "PATCH", "/sessions/default/choices", members("1")},
		{"record", "PATCH", "/sessions/default/records/1/1/1", members("1")},
		{"addresses", "PATCH", "/sessions/default/records/1/1/1", `{"addresses": ` + list + `}`},
		{"scenarios", "POST", "/sessions", `{"scenarios": ` + list + `}`},
		{"fields to set", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "then": {"headers": {"set": ` + members(`"\u0001"`) + `}}}}`},
		{"conditions", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "when": {"headers": ` + members(`{}`) + `}, "then": {"delay": {"fixed": "1ms"}}}}`},
		{"records", "POST", "/sessions", `{"fixtures": {"api_version": "2023/04/19", "tenant_id": 1, "customer_locations": ` + list + `}}`},
		{"clients", "POST", "/sessions", `{"fixtures": {"clients": ` + list + `}}`},
		{"expectation", "POST", "/journal/verify", `{"requests": ` + list + `}`},
		{"fields of an expectation", "POST", "/journal/verify", `{"request": {"header": ` + members(`{"equals": "", "absent": true}`) + `}}`},
		{"a long name", "POST", "/sessions", `{"` + strings.Repeat("n", 1<<20) + `": 1}`},
		{"a long name of a field", "POST", "/sessions/default/scenario-check", `{"definition": {"name": "a", "then": {"headers": {"set": {"` + strings.Repeat("n", 1<<20) + `": ""}}}}}`},
		{"a long query", "GET", "/sessions?" + strings.Repeat("n", 30_000), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := r.do(t, c.method, "/_mock"+c.path, c.body)
			if got.status != http.StatusUnprocessableEntity && got.status != http.StatusBadRequest {
				t.Fatalf("got %d %.300s, want 422 or 400", got.status, got.body)
			}
			if len(got.body) > 100<<10 || len(got.problem.Diagnostics) > 51 {
				t.Errorf("the answer has %d bytes and %d errors: %.1000s", len(got.body), len(got.problem.Diagnostics), got.body)
			}
		})
	}
}

// TestBytesAreBounded fills a session with each kind of thing that it holds, up
// to the refusal: that says what to do, and keeps what is there; what is given
// back can be had again.
func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	record := func(t *testing.T, r *running, i int) string {
		got := r.do(t, "GET", "/_mock/sessions/default/records/1/1/1", "")
		var shown struct{ Record map[string]any }
		if err := json.Unmarshal([]byte(got.body), &shown); err != nil {
			t.Fatal(err)
		}
		address := shown.Record["addresses"].([]any)[0]
		shown.Record["id"], shown.Record["addresses"] = i, slices.Repeat([]any{address}, 100)
		text, _ := json.Marshal(shown.Record)
		return string(text)
	}
	text := strings.Repeat("x", 10_000)
	kinds := []struct {
		name string
		add  func(t *testing.T, r *running, session string, i int) reply
		back func(t *testing.T, r *running, session string) reply
	}{
		{"records", func(t *testing.T, r *running, session string, i int) reply {
			return r.do(t, "PUT", fmt.Sprintf("/_mock/sessions/%s/records/1/%d/1", session, 1000+i), record(t, r, 1000+i))
		}, func(t *testing.T, r *running, session string) reply {
			return r.do(t, "DELETE", "/_mock/sessions/"+session+"/records/1/1000/1", "")
		}},
		{"scenarios", func(t *testing.T, r *running, session string, i int) reply {
			return r.do(t, "POST", "/_mock/sessions/"+session+"/scenarios", fmt.Sprintf(`{"definition": {"name": "s%d", "then": {"respond": {"status": 200, "text": %q}}}}`, i, text))
		}, func(t *testing.T, r *running, session string) reply {
			return r.do(t, "POST", "/_mock/sessions/"+session+"/scenarios", `{"definition": {"name": "s0", "then": {"stale": true}}}`)
		}},
		{"snapshots", func(t *testing.T, r *running, session string, i int) reply {
			if i == 0 {
				if got := r.do(t, "PUT", "/_mock/sessions/"+session+"/records/1/1000/1", record(t, r, 1000)); got.status != http.StatusOK {
					t.Fatal(got)
				}
			}
			return r.do(t, "POST", "/_mock/sessions/"+session+"/snapshots", fmt.Sprintf(`{"name": "n%d"}`, i))
		}, func(t *testing.T, r *running, session string) reply {
			return r.do(t, "DELETE", "/_mock/sessions/"+session+"/snapshots/n0", "")
		}},
		{"pins", func(t *testing.T, r *running, session string, i int) reply {
			pins := map[string]string{}
			for n := range 100 {
				pins[fmt.Sprint("client-", i, "-", n)] = "2019/02/08"
			}
			body, _ := json.Marshal(map[string]any{"pins": pins})
			return r.do(t, "PUT", "/_mock/sessions/"+session+"/pins", string(body))
		}, func(t *testing.T, r *running, session string) reply {
			pins := map[string]any{}
			for n := range 100 {
				pins[fmt.Sprint("client-0-", n)] = nil
			}
			body, _ := json.Marshal(map[string]any{"pins": pins})
			return r.do(t, "PUT", "/_mock/sessions/"+session+"/pins", string(body))
		}},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			q := quota.New(400<<10, 600<<10)
			r := launch(t, settings{quota: q})
			// fill adds until it is refused, and returns how many went in.
			fill := func(session string, status int, want string) int {
				for i := range quota.Snapshots {
					got := k.add(t, r, session, i)
					if got.status < 300 {
						continue
					}
					if held := q.Held(); got.status != status || !strings.Contains(got.body, want) || held > 600<<10 {
						t.Fatalf("%s: number %d: got %d %s while %d bytes are held, want %d with %q", session, i, got.status, got.body, held, status, want)
					}
					return i
				}
				t.Fatalf("%s: no limit", session)
				return 0
			}
			n := fill("default", http.StatusConflict, "would pass the limit of 409600: remove records, drop snapshots, or reset the session")
			if got := k.back(t, r, "default"); got.status >= 300 {
				t.Fatalf("giving back: %d %s", got.status, got.body)
			}
			if again := fill("default", http.StatusConflict, "would pass"); again < n-1 || n < 2 {
				t.Errorf("after something was given back %d go in, at first there were %d", again, n)
			}
			if got := r.do(t, "POST", "/_mock/sessions", `{"id": "other"}`); got.status != http.StatusCreated {
				t.Fatal(got)
			}
			fill("other", http.StatusTooManyRequests, "would pass the limit of 614400: drop sessions, or reset those that hold much")
			before := q.Held()
			if got := r.do(t, "DELETE", "/_mock/sessions/other", ""); got.status != http.StatusNoContent || q.Held() >= before {
				t.Errorf("dropping a session: %d, %d bytes are held", got.status, q.Held())
			}
			if got := r.do(t, "POST", "/_mock/sessions/default/reset", ""); got.status != http.StatusOK || q.Held() > 20<<10 {
				t.Errorf("a reset: %d, %d bytes are held", got.status, q.Held())
			}
		})
	}
}

// TestExpiredSessionsGiveRoom holds that a change which needs the room of
// sessions whose time is over finds it, and that a list has none of these.
func TestExpiredSessionsGiveRoom(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *running) reply{
		"session": func(r *running) reply {
			return r.do(t, "POST", "/_mock/sessions", `{"id": "mine", "scenarios": [{"name": "big", "then": {"respond": {"status": 200, "text": "`+strings.Repeat("x", 10_000)+`"}}}]}`)
		},
		"scenario": func(r *running) reply {
			return r.do(t, "POST", "/_mock/sessions/default/scenarios", `{"definition": {"name": "big", "then": {"respond": {"status": 200, "text": "`+strings.Repeat("x", 40_000)+`"}}}}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var later atomic.Int64
			r := launch(t, settings{quota: quota.New(200<<10, 200<<10), now: func() time.Time { return sampleTime.Add(time.Duration(later.Load())) }})
			for i := 0; ; i++ {
				got := r.do(t, "POST", "/_mock/sessions", fmt.Sprintf(`{"id": "old-%d", "ttl": "1s", "scenarios": [{"name": "big", "then": {"respond": {"status": 200, "text": "%s"}}}]}`, i, strings.Repeat("x", 5_000)))
				if got.status == http.StatusTooManyRequests && i > 0 {
					break
				}
				if got.status != http.StatusCreated {
					t.Fatal(got)
				}
			}
			if got := change(r); got.status != http.StatusTooManyRequests {
				t.Fatalf("before their time is over: got %d %s, want 429", got.status, got.body)
			}
			later.Store(int64(2 * time.Second))
			if got := change(r); got.status != http.StatusCreated {
				t.Errorf("after their time is over: got %d %s", got.status, got.body)
			}
			if got := r.do(t, "GET", "/_mock/sessions", ""); strings.Contains(got.body, "old-") {
				t.Errorf("the list has sessions that are over: %s", got.body)
			}
		})
	}
}

// TestLargeChangeKeepsTheJournal holds that a change of more bytes than the
// journal has is told in it beside what was there, and that a bundle says why
// it cannot be replayed.
func TestLargeChangeKeepsTheJournal(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{journal: journal.Limits{Count: 100, Bytes: 100 << 10}})
	for range 5 {
		if got := r.api(t, "GET", resource); got.status != http.StatusOK {
			t.Fatal(got)
		}
	}
	got := r.do(t, "POST", "/_mock/sessions/default/scenarios", `{"definition": {"name": "big", "then": {"respond": {"status": 200, "text": "`+strings.Repeat("x", 200_000)+`"}}}}`)
	if got.status != http.StatusCreated {
		t.Fatal(got)
	}
	var list struct {
		Exchanges []struct {
			ID   uint64
			Path string
		}
		Lost uint64
	}
	if err := json.Unmarshal([]byte(r.do(t, "GET", "/_mock/journal?admin=true", "").body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Exchanges) != 6 || list.Lost != 0 || list.Exchanges[0].Path != "/_mock/sessions/default/scenarios" {
		t.Fatalf("the journal has %+v, want the change behind 5 requests", list)
	}
	if one := r.do(t, "GET", fmt.Sprint("/_mock/exchanges/", list.Exchanges[0].ID), ""); !strings.Contains(one.body, `"truncated":true`) {
		t.Errorf("the change does not say that it was shortened: %.300s", one.body)
	}
	if bundle := r.do(t, "GET", "/_mock/sessions/default/bundle", ""); !strings.Contains(bundle.body, `"error": "shortened"`) {
		t.Error("the bundle does not say that a change was shortened")
	}
}
