package admin_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/mock/session"
)

// scripted is one request of a script, as its bytes.
type scripted struct {
	text  string
	admin bool
}

// script draws requests of all kinds from a seed: good and bad, malformed
// HTTP, in several sessions, with pins, resets and snapshots in between.
func script(seed uint64, n int) []scripted {
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	admin := func(method, path, body string) scripted {
		return scripted{fmt.Sprintf("%s /_mock%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body), true}
	}
	var all []scripted
	for _, id := range []string{"a", "b", "c"} {
		all = append(all, admin("POST", "/sessions", fmt.Sprintf(`{"id": %q, "request_ids": {"seed": %d}, "clock": {"mode": "step", "at": "2023-05-0%dT00:00:00Z", "step": "1500ms"}, "fixtures": {"choices": {"repeated_delete": 409, "deactivation_touches_last_updated_on": true}}}`,
			id, random.Uint64(), 1+random.IntN(9))))
	}
	for len(all) < n {
		id := pick("a", "b", "c")
		switch random.IntN(20) {
		case 0:
			all = append(all, admin("POST", "/sessions/"+id+"/reset", `{"keep_journal": true}`))
		case 1:
			all = append(all, admin("PUT", "/sessions/"+id+"/pins", fmt.Sprintf(`{"pins": {"web-app": %q}}`, pick("2019/02/08", "2021/04/07", "2023/04/19"))))
		case 2:
			all = append(all, admin("POST", "/sessions/"+id+"/snapshots"+pick("", "/x/restore"), `{"name": "x"}`))
		case 3:
			all = append(all, admin("PATCH", fmt.Sprintf("/sessions/%s/records/1/%d/1", id, 1+random.IntN(12)), fmt.Sprintf(`{"is_active": true, "note": "%d"}`, random.IntN(9))))
		case 4:
			all = append(all, scripted{text: pick("GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
				"GET / HTTP/1.1\r\nHost: a\r\nX: "+strings.Repeat("a", 80<<10)+"\r\n\r\n")})
		default:
			all = append(all, scripted{text: request(random, pick, id)})
		}
	}
	return all
}

// request draws one request to the API.
func request(random *rand.Rand, pick func(...string) string, id string) string {
	var b strings.Builder
	method := pick("GET", "GET", "DELETE", "DELETE", "DELETE", "OPTIONS", "PUT", "POST", "HEAD")
	fmt.Fprintf(&b, "%s %s/customers/%s/locations/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, pick("", "/_s/"+id, "/_s/"+id, "/_s/none"),
		pick("1", "2", "3", "4", "8", "12", "99", "x"), pick("1", "1", "1/", "2"), pick("a", id+".localhost:1"))
	for _, line := range []string{"Authorization: Bearer " + pick("dispatcher-token", "dispatcher-token", "dispatcher-token", "second-dispatcher-token", "driver-token", "no"), "X-Tenant-Id: " + pick("1", "1", "2", "x"),
		"X-Api-Version: " + pick("2019/02/08", "2021/04/07", "2020/01/01"), "X-Request-Id: " + pick("ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "none"),
		"Content-Type: " + pick("application/json", "text/plain"), "Accept: " + pick("*/*", "text/html"), "Origin: https://app.example", "Access-Control-Request-Method: DELETE"} {
		// The first two are what no good request lacks.
		if strings.HasPrefix(line, "Auth") || strings.HasPrefix(line, "X-T") || random.IntN(8) == 0 {
			b.WriteString(line + "\r\n")
		}
	}
	return b.String() + "\r\n"
}

var (
	statusLine  = regexp.MustCompile(`^HTTP/1\.[01] ([0-9]{3})`)
	machineTime = regexp.MustCompile(`"(created|used)":"[^"]*"`)
)

// TestSameRequestsSameBytes sends one script of 1,000 requests to two fresh
// servers, whose machines have other clocks and other randomness: with the
// clocks and the request IDs of the sessions fixed, all answers are the same,
// byte by byte.
func TestSameRequestsSameBytes(t *testing.T) {
	t.Parallel()
	const seed, requests = 20220820, 1000
	all := script(seed, requests)
	home := session.Spec{Clock: session.ClockSetting{Mode: session.ClockFrozen, At: sampleTime}, IDs: session.IDSetting{Seeded: true, Seed: 1}}
	var ticks atomic.Int64
	first := launch(t, settings{home: home, newID: uuid.New, now: time.Now})
	second := launch(t, settings{home: home, newID: uuid.New, now: func() time.Time {
		return time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * time.Second)
	}})
	statuses := map[string]int{}
	for i, x := range all {
		a, b := raw(t, first.host, x.text), raw(t, second.host, x.text)
		if x.admin {
			// When a session was made and used is the machine's to tell.
			a, b = machineTime.ReplaceAllString(a, ""), machineTime.ReplaceAllString(b, "")
			if _, body, _ := strings.Cut(a, "\r\n\r\n"); !strings.HasPrefix(a, "HTTP/1.1 2") && !strings.HasPrefix(a, "HTTP/1.1 404") {
				t.Fatalf("request %d, %.200q: the admin API refuses: %s", i, x.text, body)
			}
			a, b = afterHead(a), afterHead(b)
		}
		if !bytes.Equal([]byte(a), []byte(b)) {
			t.Fatalf("request %d of the seed %d, %.300q: %s", i, seed, x.text, firstDifference(a, b))
		}
		if m := statusLine.FindStringSubmatch(a); m != nil {
			statuses[m[1]]++
		}
	}
	for _, status := range []string{"200", "400", "401", "403", "404", "405", "406", "409", "431", "501"} {
		if statuses[status] == 0 {
			t.Errorf("no request of the script was answered %s: %v", status, statuses)
		}
	}
}

// afterHead returns the body of a raw answer: net/http dates those of the
// admin API.
func afterHead(answer string) string {
	_, body, _ := strings.Cut(answer, "\r\n\r\n")
	return body
}
