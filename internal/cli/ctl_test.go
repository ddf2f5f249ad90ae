package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// heard notes which requests go to the admin API.
type heard struct {
	mu    sync.Mutex
	calls []string // method and path
}

// between stands between the commands and a server.
func (h *heard) between(t *testing.T, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.calls = append(h.calls, r.Method+" "+r.URL.EscapedPath())
		h.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// delete sends the page's sample request.
func (h *heard) delete(t *testing.T, base string) (requestID string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodDelete, base+"/customers/1/locations/1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer dispatcher-token")
	r.Header.Set("X-Tenant-Id", "1")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("DELETE was answered %s, want 200", response.Status)
	}
	return response.Header.Get("X-Request-Id")
}

// TestCtl runs every command against a server, in the order of a test that
// uses them, and holds that together they reach every route that the admin API's
// own document lists: every command that the admin API has, the binary has too.
func TestCtl(t *testing.T) {
	t.Parallel()
	direct := serve(t)
	h := &heard{}
	base := h.between(t, direct)
	record := run(t, "ctl", "--url", direct, "record", "get", "1", "2", "1")
	if record.code != 0 {
		t.Fatal(record.stderr)
	}
	other := strings.Replace(record.stdout, `"name": "Olympic`, `"name": "Pacific`, 1)
	if other == record.stdout {
		t.Fatalf("the record has another name: %s", other)
	}
	put := file(t, "record.json", other)
	patch := file(t, "patch.json", `{"note": "seen"}`)
	fixtures := file(t, "fixtures.json", `{"choices": {"repeated_delete": 410}}`)
	scenario := file(t, "broken.json", `{"name": "broken", "description": "Fails.", "then": {"respond": {"status": 500}}}`)
	good := file(t, "good.json", `{"request": {"method": "DELETE", "status": 200}, "times": {"exactly": 1}}`)
	har := filepath.Join(t.TempDir(), "journal.har")
	id := ""
	for _, c := range []struct {
		args string
		want string // in the output, as a regular expression
	}{
		{"health", `^http://\S+ is ready: dispatchmock \S+, 59 records, 1 session\.\n$`},
		{"openapi", `"openapi": "3\.1\.0"`},
		{"contract --api-version 2019/02/08", `"versions": \[`},
		{"clients", `(?m)^web-app +dispatcher-token +dana +Dispatcher +1$`},
		{"coverage env", `(?m)^export DISPATCHMOCK_TOKEN='dispatcher-token'\n(export DISPATCHMOCK_TOKEN_[A-Z0-9_]+='[a-z0-9-]+'\n)*$`},
		{"openapi --of api --api-version 2019/02/08 --openapi 3.0", `(?s)^{\n  "openapi": "3\.0\.3",.*"version": "2019/02/08"`},
		{"session create --id a --name Anna --ttl 5m --clock step:2022-08-20T01:38:16Z,1s --seed 7 --fixtures " + fixtures, `^http://\S+/_s/a\n$`},
		{"session create --id b --allow invalid --allow simulated", `^http://\S+/_s/b\n$`},
		{"session show b", `(?m)^allowed +invalid, simulated$`},
		{"session drop b", `^Dropped b\.\n$`},
		{"session list", `(?m)^a +Anna +\S+Z +step +0 +http://\S+/_s/a$`},
		{"session show", `(?m)^id +default$`},
		{"session show a", `(?m)^clock +2022-08-20T01:38:16Z, and 1s more with each request$`},
		{"--session a ids show", `^seed:7, 0 drawn\n$`},
		{"--session a ids set seed:9", `^seed:9, 0 drawn\n$`},
		{"--session a ids set random", `^random\n$`},
		{"--session a clock show", `^2022-08-20T01:38:16Z, and 1s more`},
		{"--session a clock set frozen:2023-01-01T00:00:00Z", `^2023-01-01T00:00:00Z, standing still\n$`},
		{"--session a clock set offset:-24h", `, -24h0m0s from the machine's\n$`},
		{"--session a clock set real", `, as the machine's\n$`},
		{"--session a choices show", `(?m)^repeated_delete +410$`},
		{"--session a choices set repeated_delete=409 www_authenticate=false version_pin_moves=success", `(?m)^version_pin_moves +success$`},
		{"--session a choices set error_order=authorization,path,x-tenant-id,x-api-version,x-request-id,content-type,accept", `(?m)^error_order +\["authorization","path",`},
		{"--session a pins set web-app=2021/04/07 other=2019/02/08", `(?m)^web-app +2021/04/07$`},
		{"--session a pins unset other", `^CLIENT +VERSION\nweb-app +2021/04/07\n$`},
		{"--session a pins show", `^CLIENT +VERSION\nweb-app +2021/04/07\n$`},
		{"--session a snapshot take before", `^Took before\.\n$`},
		{"--session a record put 1 2 1 " + put, `^Customer 2 at location 1 of tenant 1 is unlike the fixtures\.\n$`},
		{"--session a record patch 1 3 1 " + patch, `^Customer 3 at location 1 of tenant 1 is unlike the fixtures\.\n$`},
		{"--session a record check 1 2 1 " + put, `record\.json is good\.\n$`},
		{"--session a record remove 1 4 1", `^Removed customer 4 at location 1 of tenant 1\.\n$`},
		{"--session a record list --search pacific", `(?m)^1 +2 +1 +yes +yes +Pacific Gravel & Sand\n$`},
		{"--session a record list --sort name --order desc --limit 1", `(?s)^TENANT.*\nThere are more of the 58: --offset 1\n$`},
		{"--session a record list --offset 2 --limit 1", `(?m)^1 +3 +1 .*\nThere are more of the 58: --offset 3\n$`},
		{"--session a record list --limit 1 --after 1,1,1", `There are more: --after 1,2,1\n$`},
		{"--session a record get 1 2 1 --api-version 2019/02/08", `"name": "Pacific Gravel & Sand"`},
		{"--session a diff", `(?m)^remove /records/1,4,1$`},
		{"--session a diff", `(?m)^pin web-app 2021/04/07$`},
		{"--session a record revert 1 2 1", `^Customer 2 at location 1 of tenant 1 is as the fixtures say\.\n$`},
		{"scenario catalogue", `^NAME +TENANT/CUSTOMER/LOCATION +DESCRIPTION\n`},
		{"--session a scenario add --times 2 --until 2099-01-01T00:00:00Z " + scenario, `(?m)^broken +0 +0 +2 +2099-01-01T00:00:00Z +Fails\.$`},
		{"--session a scenario check " + scenario, `broken\.json is good\.\n$`},
		{"--session a scenario list", `(?m)^broken +0 +0 +2 `},
		{"--session a scenario remove broken", `^NAME [^\n]+\n$`},
		{"--session a scenario add broken", `(?m)^broken +0 +0 +- +- +Fails\.$`},
		{"--session a scenario remove", `^NAME [^\n]+\n$`},
		{"--session a snapshot list", `(?m)^before +\S+Z$`},
		{"--session a snapshot restore before", `^Restored before\.\n$`},
		{"--session a snapshot drop before", `^Dropped before\.\n$`},
		{"DELETE", ""},
		{"--session a journal list", `(?m)^[0-9]+ +\S+ +DELETE +/customers/1/locations/1/ +200 `},
		{"--session a journal list --status 4xx", `^ID [^\n]+\n$`},
		{"journal list --all-sessions --method delete --verdict ok --admin", ` /customers/1/locations/1/ `},
		{"journal show REQUEST-ID", `(?m)^request +DELETE /customers/1/locations/1/$`},
		{"journal show NUMBER", `(?m)^exchange +[0-9]+, number [0-9]+ of the session a$`},
		{"contract --api-version 2019/02/08", `"api_version": "2019/02/08"`},
		{"--session a journal verify " + good, `found it once`},
		{"--session a journal har " + har, `^Wrote \S+journal\.har\.\n$`},
		{"--session a journal har -", `"version": ?"1\.2"`},
		{"journal snippets NUMBER", `^curl `},
		{"journal snippets NUMBER --in go", `(?m)^package main$`},
		{"--session a send GET /customers/1/locations/1 -H Authorization:Bearer\u00a0dispatcher-token --header X-Tenant-Id:1", `(?s)^200 OK\n.*"is_active": false`},
		{"--session a send DELETE /nowhere --data " + patch, `(?s)^404 .*"field": "path"`},
		{"--session a coverage show", `^coverage of the contract: [0-9.]+% \([1-9]`},
		{"coverage show --all-sessions --missing", `(?m)^curl `},
		{"--session a coverage clear", `^Forgot what a tried\.\n$`},
		{"coverage clear --all-sessions", `^Forgot what all sessions tried\.\n$`},
		{"--session a bundle save -", `"fixtures"`},
		{"--session a journal clear", `^Cleared the journal of a\.\n$`},
		{"--session a reset --keep-journal", `^Reset a\.\n$`},
		{"session drop a", `^Dropped a\.\n$`},
		{"journal clear --all-sessions", `^Cleared the journal of all sessions\.\n$`},
	} {
		if c.args == "DELETE" {
			id = h.delete(t, base+"/_s/a")
			continue
		}
		t.Run(c.args, func(t *testing.T) {
			args := strings.Split(strings.NewReplacer("REQUEST-ID", id, "NUMBER", number(t, direct)).Replace(c.args), " ")
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "\u00a0", " ") // a space within an argument
			}
			got := run(t, append([]string{"ctl", "--url", base}, args...)...)
			if got.code != 0 || got.stderr != "" {
				t.Errorf("got the exit code %d, and on standard error %q, want 0 and nothing", got.code, got.stderr)
			}
			if !regexp.MustCompile(c.want).MatchString(got.stdout) {
				t.Errorf("got\n%s\nwant a match of %s", got.stdout, c.want)
			}
			// What is no table prints the same either way.
			if raw := run(t, append([]string{"ctl", "--json", "--url", base, "--session", "a"}, args...)...); raw.code == 0 && raw.stdout != "" && !json.Valid([]byte(raw.stdout)) {
				t.Errorf("with --json it prints no JSON:\n%s", raw.stdout)
			}
		})
	}
	followed(t, base)
	h.reached(t, direct)
}

// TestAPIDocument holds that the admin API describes the API in the bytes that the
// command openapi prints.
func TestAPIDocument(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for _, args := range []string{"", " --openapi 3.0", " --api-version 2019/02/08 --openapi 3.1"} {
		here := run(t, strings.Fields("openapi --server "+base+args)...)
		admin := run(t, strings.Fields("ctl --json --url "+base+" openapi --of api"+args)...)
		if here.code != 0 || admin != here {
			t.Errorf("openapi%s: got %d %.300q from the admin API, want %d %.300q", args, admin.code, admin.stdout+admin.stderr, here.code, here.stdout+here.stderr)
		}
	}
}

// number returns the number of the newest exchange that the API answered.
func number(t *testing.T, base string) string {
	t.Helper()
	got := run(t, "ctl", "--url", base, "--json", "journal", "list", "--all-sessions", "--limit", "1")
	return regexp.MustCompile(`"id":([0-9]+)|$`).FindStringSubmatch(got.stdout)[1]
}

// followed holds that follow shows what happens now.
func followed(t *testing.T, base string) {
	t.Helper()
	stdout, stderr, stop := beside(t, "ctl", "--url", base, "journal", "follow", "--all-sessions", "--after", "0")
	(&heard{}).delete(t, base)
	stdout.await(t, `(?m)^[0-9]+ +\S+ DELETE +200 ok +/customers/1/locations/1/$`)
	if code := stop(); code != 0 || stderr.String() != "" {
		t.Errorf("stopped, follow has the exit code %d and says %q, want 0 and nothing", code, stderr)
	}
}

// reached holds that each operation of the admin API's document was called.
func (h *heard) reached(t *testing.T, base string) {
	t.Helper()
	got := run(t, "ctl", "--url", base, "--json", "openapi")
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &doc); err != nil {
		t.Fatalf("the admin API's document: %v", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	parameter := regexp.MustCompile(`\\\{[a-z_]+\\\}`)
	n := 0
	for path, operations := range doc.Paths {
		// A parameter stands for what is no name of a path of its own.
		pattern := parameter.ReplaceAllString(regexp.QuoteMeta(path), `([^/]+)`)
		for method := range operations {
			n++
			re := regexp.MustCompile("^" + strings.ToUpper(method) + " " + pattern + "$")
			found := false
			for _, call := range h.calls {
				_, called, _ := strings.Cut(call, " ")
				_, own := doc.Paths[called]
				found = found || re.MatchString(call) && (!own || called == path)
			}
			if !found {
				t.Errorf("no command of ctl reaches %s %s", strings.ToUpper(method), path)
			}
		}
	}
	if n < 30 {
		t.Errorf("the document has %d operations, want all of the admin API's", n)
	}
}
