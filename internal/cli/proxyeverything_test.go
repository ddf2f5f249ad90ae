package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// asking prints a request as a client sends it that closes its connection.
func asking(method, path, token, tenant string, more ...string) string {
	lines := append([]string{method + " " + path + " HTTP/1.1", "Host: a.example", "Connection: close", "Authorization: Bearer " + token,
		"x-tenant-id: " + tenant, "x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// everything asks for every record of the default data set that triggers no
// scenario: in each version by its name, as pinned, and in none; by those who
// may and those who may not; deactivated, again, and read by others after it.
// Between the records stand mistakes of each kind.
func everything() []string {
	versions := []string{"2019/02/08", "2021/04/07", "2021/05/07", "2021/08/02", "2021/11/04", "2023/04/19"}
	const most = 9223372036854775807
	records := [][3]int{{1, 1, 1}, {1, 12, 2}, {1, 12, 3}, {1, most, most}, {2, 1, 1}, {2, 200, 1}}
	for customer := 2; customer <= 15; customer++ {
		records = append(records, [3]int{1, customer, 1})
	}
	var all []string
	for i, k := range records {
		tenant, path := fmt.Sprint(k[0]), fmt.Sprintf("/customers/%d/locations/%d", k[1], k[2])
		mine, second, reader := "dispatcher-token", "second-dispatcher-token", "driver-token"
		if k[0] == 2 {
			mine, second, reader = "tenant2-token", "tenant2-token", "tenant2-token"
		}
		add := func(method, token string, more ...string) {
			all = append(all, asking(method, path, token, tenant, more...))
		}
		for _, v := range versions {
			add("GET", reader, "x-api-version: "+v)
		}
		add("GET", mine) // in the oldest, or as pinned before
		add("GET", "readonly-token")
		add("DELETE", reader)
		add("GET", "nobody-knows-it")
		all = append(all, asking("GET", path, mine, fmt.Sprint(3-k[0])), asking("DELETE", path, second, "77"),
			asking("GET", path, mine, "one"), asking("GET", path+"99999", mine, tenant), asking("GET", path+"x", mine, tenant), asking("DELETE", path+"/", mine, "-1"))
		add("GET", mine, "x-api-version: 1999/01/01")
		add("DELETE", mine, "Accept: text/html")
		add("POST", mine, "Content-Length: 0")
		add("PATCH", mine, "Content-Length: 2", "\r\n{}")
		version := versions[i%len(versions)]
		add("DELETE", second, "x-api-version: "+version)
		add("DELETE", second)
		add("DELETE", mine)
		add("GET", second)
		add("GET", mine)
		add("GET", "admin-token")
		add("DELETE", "admin-token")
		for _, v := range versions {
			add("GET", reader, "x-api-version: "+v)
		}
		all = append(all, strings.ReplaceAll(asking("GET", path, mine, tenant), "x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f\r\n", ""))
		add("OPTIONS", mine, "Origin: http://b.example", "Access-Control-Request-Method: DELETE")
	}
	return all
}

// standing is the flags that record the default data set's tokens by themselves.
func standing(dir string) []string {
	flags := []string{"--record", dir}
	for _, token := range []string{"second-dispatcher-token", "dispatcher-token", "driver-token", "admin-token", "readonly-token", "tenant2-token"} {
		flags = append(flags, "--placeholder", token+"="+token)
	}
	return flags
}

// recordAndServe asks a mock through a proxy, and then the mock that serves what
// was recorded: it must answer with the same bytes. It returns how many answers
// each status had.
func recordAndServe(t *testing.T, requests []string) map[string]int {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "seen")
	proxy, _, stderr, stop := pass(t, serve(t, "--clock", sampleTime, "--request-ids", "seed:1"), standing(dir)...)
	answers, statuses := []string{}, map[string]int{}
	for _, request := range requests {
		answer := rawly(t, proxy, request)
		answers = append(answers, answer)
		statuses[answer[len("HTTP/1.1 "):][:3]]++
	}
	if code := stop(); code != 0 {
		t.Errorf("got the exit code %d\n%.2000s", code, stderr)
	}
	again := serve(t, "--clock", sampleTime, "--request-ids", "seed:1", "--fixtures", filepath.Join(dir, "fixtures"))
	for i, request := range requests {
		if got := rawly(t, again, request); got != answers[i] {
			t.Errorf("request %d\n%s\nis answered by the recording\n%s\nwant as seen\n%s", i, request, got, answers[i])
		}
	}
	return statuses
}

// TestRecordEverything is TestRecordAndServe of everything.
func TestRecordEverything(t *testing.T) {
	t.Parallel()
	statuses := recordAndServe(t, everything())
	for _, status := range []string{"200", "400", "401", "403", "404", "406", "501"} {
		if statuses[status] < 19 {
			t.Errorf("%d answers have the status %s, want one for each record: the test has become weaker", statuses[status], status)
		}
	}
}

// TestRecordAlone records each request about one record alone: what one answer
// says of a token is enough to give it again. The first request is another's,
// whom the mock names in its hints.
func TestRecordAlone(t *testing.T) {
	t.Parallel()
	all := everything()
	for i, request := range all[:len(all)/20] {
		if strings.Contains(request, "x-api-version: 20") {
			continue
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			recordAndServe(t, []string{asking("DELETE", "/customers/2/locations/1", "dispatcher-token", "1"), request})
		})
	}
}
