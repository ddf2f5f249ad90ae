package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// record is the body of an answer of version 2021/04/07.
const record = `{"addresses": [], "id": 9, "is_active": false, "name": "A <b> & c"}`

// answer is a reply of the API.
func answer(status int, body string) *wire.Reply {
	b := wire.Raw([]byte(body))
	return &wire.Reply{Status: status, Body: b, Fields: []wire.Field{
		{Name: wire.Allow, Value: "GET"}, {Name: wire.ContentLength, Value: b.Length}, {Name: wire.ContentType, Value: "application/json"},
		{Name: wire.Date, Value: "now"}, {Name: wire.Server, Value: "S"}, {Name: wire.APIVersion, Value: "2021/04/07"}}}
}

// plain prints a reply's head and body.
func plain(r *wire.Reply) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", r.Status)
	for _, f := range r.Fields {
		fmt.Fprintf(&b, "|%s: %s", f.Name, f.Value)
	}
	return b.String() + "|" + string(r.Body.Bytes)
}

// planOf returns the plan of a scenario that takes over everything.
func planOf(t *testing.T, then string) scenario.Plan {
	t.Helper()
	p, ok := setOf(t, `{"then": `+then+`}`).Match(ask(), noon)
	if !ok || p.Name != "test" {
		t.Fatalf("%s takes over: %v, as %q", then, ok, p.Name)
	}
	return p
}

// TestAlter holds what becomes of a reply.
func TestAlter(t *testing.T) {
	t.Parallel()
	const before = "|Allow: GET|Content-Length: "
	const behind = "|Content-Type: application/json|Date: now|Server: S|X-API-VERSION: 2021/04/07"
	own := func(body string) string { return "200" + before + fmt.Sprint(len(body)) + behind + "|" + body }
	same := own(record)
	refusal := "404" + before + fmt.Sprint(len(record)) + behind + "|" + record
	for _, c := range []struct {
		name, then string
		status     int
		want       string
		altered    bool
	}{
		{"delay", `{"delay": {"fixed": "1s"}}`, 200, same, false},
		{"patch", `{"patch": [{"op": "add", "path": "/is_active", "value": 1.50}, {"op": "remove", "path": "/addresses"}]}`, 200,
			own(`{"id": 9, "is_active": 1.50, "name": "A <b> & c"}`), true},
		{"patch that changes nothing", `{"patch": [{"op": "replace", "path": "/id", "value": 9}]}`, 200, same, false},
		{"patch of the whole", `{"patch": [{"op": "replace", "path": "", "value": [true]}]}`, 200, own(`[true]`), true},
		{"patch of a refusal", `{"patch": [{"op": "remove", "path": "/note"}]}`, 404, refusal, false},
		{"older version", `{"version": "2019/02/08"}`, 200,
			own(`{"addresses": [], "customer_id": 9, "is_active": false, "name": "A <b> & c"}`), true},
		{"newer version of the same shape", `{"version": "2023/04/19"}`, 200, same, false},
		{"other version", `{"version": "other"}`, 200,
			own(`{"addresses": [], "customer_id": 9, "is_active": false, "name": "A <b> & c"}`), true},
		{"older version, patched", `{"version": "2019/02/08", "patch": [{"op": "replace", "path": "/customer_id", "value": "9"}]}`, 200,
			own(`{"addresses": [], "customer_id": "9", "is_active": false, "name": "A <b> & c"}`), true},
		{"stale", `{"stale": true}`, 200, same, true},
		{"headers removed", `{"headers": {"remove": ["allow", "X-Api-Version"]}}`, 200,
			"200|Content-Length: 67|Content-Type: application/json|Date: now|Server: S|" + record, true},
		{"headers set", `{"headers": {"set": {"SERVER": "T", "X-New": "1"}}}`, 200,
			"200" + before + "67|Content-Type: application/json|Date: now|SERVER: T|X-API-VERSION: 2021/04/07|X-New: 1|" + record, true},
		{"headers repeated", `{"headers": {"repeat": ["server"]}}`, 200,
			"200" + before + "67|Content-Type: application/json|Date: now|Server: S|Server: S|X-API-VERSION: 2021/04/07|" + record, true},
		{"headers added", `{"headers": {"add": {"server": "T", "A": "b"}}}`, 200,
			"200" + before + "67|Content-Type: application/json|Date: now|Server: S|server: T|X-API-VERSION: 2021/04/07|A: b|" + record, true},
		{"header set and repeated", `{"headers": {"set": {"Server": "T"}, "repeat": ["Server"]}}`, 404,
			"404" + before + "67|Content-Type: application/json|Date: now|Server: T|Server: T|X-API-VERSION: 2021/04/07|" + record, true},
		{"error with another status", `{"error": {"code": "internal", "status": 418}}`, 500,
			"418" + before + "67" + behind + "|" + record, true},
		{"error patched", `{"error": {"code": "internal"}, "patch": [{"op": "replace", "path": "", "value": {"detail": 1}}]}`, 500,
			"500" + before + "13" + behind + `|{"detail": 1}`, true},
		{"respond with headers", `{"respond": {"status": 503, "headers": {"Retry-After": "9"}}}`, 503,
			"503" + before + "67" + behind + "|Retry-After: 9|" + record, true},
		{"respond barely", `{"respond": {"status": 503, "bare": true, "text": "x", "headers": {"Server": "nginx"}}}`, 503,
			"503|Content-Length: 67|Content-Type: text/plain; charset=utf-8|Date: now|Server: nginx|" + record, true},
		{"respond without a body", `{"respond": {"status": 204}}`, 204,
			"204|Allow: GET|Content-Type: application/json|Date: now|Server: S|X-API-VERSION: 2021/04/07|" + record, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := planOf(t, c.then)
			reply := answer(c.status, record)
			shared := reply.Fields
			held := slices.Clone(shared)
			altered, err := p.Alter(reply, "2021/04/07")
			if err != nil {
				t.Fatal(err)
			}
			if got := plain(reply); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if altered != c.altered {
				t.Errorf("altered: %v, want %v", altered, c.altered)
			}
			if !slices.Equal(shared, held) {
				t.Error("the fields of the reply that was given were changed in place")
			}
		})
	}
}

// TestOtherShape holds that "other" is another shape whatever is in force.
func TestOtherShape(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"2019/02/08": `{"id": 9}`, "2021/04/07": `{"customer_id": 9}`, "2023/04/19": `{"customer_id": 9}`} {
		p := planOf(t, `{"version": "other"}`)
		body := `{"id": 9}`
		if version == "2019/02/08" {
			body = `{"customer_id": 9}`
		}
		reply := answer(200, body)
		if _, err := p.Alter(reply, model.Version(version)); err != nil || string(reply.Body.Bytes) != want {
			t.Errorf("in %s: got %s, %v, want %s", version, reply.Body.Bytes, err, want)
		}
	}
}

// TestPatchThatDoesNotFit holds that the reply stays as it was, and that it is
// told.
func TestPatchThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for patch, operation := range map[string]int{
		`{"op": "remove", "path": "/note"}`:                                                            2,
		`{"op": "replace", "path": "/note", "value": 1}`:                                               2,
		`{"op": "add", "path": "/addresses/0/id", "value": 1}`:                                         2,
		`{"op": "add", "path": "/addresses/-", "value": 1}, {"op": "remove", "path": "/addresses/-1"}`: 3,
		`{"op": "test", "path": "/id", "value": 8}`:                                                    2,
	} {
		p := planOf(t, `{"patch": [{"op": "add", "path": "/new", "value": 1}, `+patch+`], "headers": {"remove": ["Server"]}}`)
		reply := answer(200, record)
		want := plain(reply)
		altered, err := p.Alter(reply, "2021/04/07")
		if err == nil || altered || !strings.Contains(err.Error(), "scenario test") || !strings.Contains(err.Error(), fmt.Sprintf("operation %d of", operation)) {
			t.Errorf("%s: altered %v, %v, want an error that names the scenario and operation %d", patch, altered, err, operation)
		}
		if at, want := p.At(err), fmt.Sprintf("/then/patch/%d", operation-1); at != want {
			t.Errorf("%s: the fault is at %s, want %s", patch, at, want)
		}
		if got := plain(reply); got != want {
			t.Errorf("%s: got %s, want the reply as it was", patch, got)
		}
	}
}

// TestPlans holds what the server is told.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		then     string
		performs bool
		holds    func(*scenario.Plan) bool
	}{
		{`{"error": {"code": "token_unknown"}}`, false, func(p *scenario.Plan) bool {
			return p.Error.Code == "token_unknown" && p.Error.Field == "StandardRequestHeadersModel.authorization" && p.Error.Detail != "" && p.Status == 0
		}},
		{`{"error": {"code": "internal", "status": 503, "field": "f", "detail": "D."}, "performs": true}`, true, func(p *scenario.Plan) bool {
			return p.Error.Field == "f" && p.Error.Detail == "D." && p.Status == 503
		}},
		{`{"respond": {"status": 299, "reason": "Odd", "body": [1, "é"]}}`, false, func(p *scenario.Plan) bool {
			return p.Respond.Status == 299 && p.Respond.Reason == "Odd" && string(p.Respond.Body.Bytes) == `[1, "\u00e9"]` && !p.Respond.Bare
		}},
		{`{"respond": {"status": 200, "text": ""}}`, false, func(p *scenario.Plan) bool { return len(p.Respond.Body.Bytes) == 0 }},
		{`{"delay": {"fixed": "1.5s"}}`, true, func(p *scenario.Plan) bool { return p.Delay == 1500*time.Millisecond }},
		{`{"stale": true}`, true, func(p *scenario.Plan) bool { return p.Stale }},
		{`{"connection": {"fault": "reset"}}`, false, broken(wire.Break{Kind: wire.BreakReset})},
		{`{"connection": {"fault": "reset"}, "performs": true}`, true, broken(wire.Break{Kind: wire.BreakReset})},
		{`{"connection": {"fault": "empty"}}`, false, broken(wire.Break{Kind: wire.BreakEmpty})},
		{`{"connection": {"fault": "reset_after_headers"}}`, true, broken(wire.Break{Kind: wire.BreakInBody})},
		{`{"connection": {"fault": "truncated", "bytes": 7}}`, true, broken(wire.Break{Kind: wire.BreakTruncated, Bytes: 7})},
		{`{"connection": {"fault": "truncated", "bytes": 7}, "error": {"code": "internal"}}`, false, broken(wire.Break{Kind: wire.BreakTruncated, Bytes: 7})},
		{`{"connection": {"fault": "chunked", "chunks": 3, "pause": "2ms"}}`, true, broken(wire.Break{Kind: wire.BreakChunked, Chunks: 3, Pause: 2 * time.Millisecond})},
		{`{"connection": {"fault": "never_answers", "limit": "1m"}}`, false, broken(wire.Break{Kind: wire.BreakSilent, Limit: time.Minute})},
	} {
		t.Run(c.then, func(t *testing.T) {
			t.Parallel()
			p := planOf(t, c.then)
			if p.Performs != c.performs {
				t.Errorf("performs: %v, want %v", p.Performs, c.performs)
			}
			if !c.holds(&p) {
				t.Errorf("got %+v, error %+v", p, p.Error)
			}
		})
	}
}

// broken asks whether the reply breaks so.
func broken(want wire.Break) func(*scenario.Plan) bool {
	return func(p *scenario.Plan) bool {
		reply := answer(200, record)
		altered, err := p.Alter(reply, "2021/04/07")
		b := reply.Break
		return err == nil && altered && b != nil && b.Kind == want.Kind && b.Bytes == want.Bytes && b.Chunks == want.Chunks && b.Pause == want.Pause && b.Limit == want.Limit
	}
}

// TestGarbage holds that the bytes are drawn, as many as told, and cannot be
// taken for a response.
func TestGarbage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range []struct {
		then string
		want int
	}{{`{"connection": {"fault": "garbage"}}`, 64}, {`{"connection": {"fault": "garbage", "bytes": 1}}`, 1}, {`{"connection": {"fault": "garbage", "bytes": 65536}}`, 65536}} {
		p := planOf(t, c.then)
		reply := &wire.Reply{}
		if _, err := p.Alter(reply, ""); err != nil || len(reply.Break.Garbage) != c.want || reply.Break.Garbage[0] < 0x80 {
			t.Errorf("%s: got %.10q of %d bytes, %v", c.then, reply.Break.Garbage, len(reply.Break.Garbage), err)
		}
		seen[string(reply.Break.Garbage[:1])] = true
	}
	s := setOf(t, `{"then": {"connection": {"fault": "garbage", "bytes": 16}}}`)
	for range 10 {
		p, _ := s.Match(ask(), noon)
		reply := &wire.Reply{}
		_, _ = p.Alter(reply, "")
		seen[string(reply.Break.Garbage)] = true
	}
	if len(seen) < 11 {
		t.Errorf("garbage repeats itself: %d different", len(seen))
	}
}

// TestDelays holds the bounds of a range, and the percentiles.
func TestDelays(t *testing.T) {
	t.Parallel()
	draw := func(then string) []time.Duration {
		s := setOf(t, `{"then": {"delay": `+then+`}}`)
		var all []time.Duration
		for range 10_000 {
			p, _ := s.Match(ask(), noon)
			all = append(all, p.Delay)
		}
		slices.Sort(all)
		return all
	}
	ranged := draw(`{"min": "100ms", "max": "200ms"}`)
	if first, last := ranged[0], ranged[len(ranged)-1]; first < 100*time.Millisecond || first > 101*time.Millisecond || last > 200*time.Millisecond || last < 199*time.Millisecond {
		t.Errorf("a range of 100ms to 200ms gives %v to %v", first, last)
	}
	near := func(got, want time.Duration) bool { return got > want*9/10 && got < want*11/10 }
	normal := draw(`{"p50": "200ms", "p99": "3s"}`)
	if p50, p99 := normal[len(normal)/2], normal[len(normal)*99/100]; !near(p50, 200*time.Millisecond) || p99 < 2500*time.Millisecond || p99 > 3600*time.Millisecond {
		t.Errorf("p50 %v, p99 %v, want about 200ms and 3s", p50, p99)
	}
	long := draw(`{"p50": "4m", "p99": "5m"}`)
	if last := long[len(long)-1]; last > scenario.MaxDelay {
		t.Errorf("the longest pause is %v, want %v at most", last, scenario.MaxDelay)
	}
	if same := draw(`{"p50": "1s", "p99": "1s"}`); same[0] != time.Second || same[len(same)-1] != time.Second {
		t.Errorf("two percentiles alike give %v to %v, want 1s", same[0], same[len(same)-1])
	}
}
