package admin_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// exercise is one request to the admin API, and what it has to come to.
type exercise struct {
	call   string // method and path, below /_mock
	body   string
	status int
	want   string   // a regular expression: in the body, or in a problem's detail
	diags  []string // pointers of a problem's errors; "" is not named in detail
}

const (
	s1      = "/sessions/s1"
	rec     = s1 + "/records/1/1/1"
	sample1 = `"name": "George Jones!!!?"`
)

// good are requests that are done, in the order in which a test would send
// them.
var good = []exercise{
	{"GET /health", "", 200, `"records":59,"sessions":1,"status":"ready","version":"0.0.0"`, nil},
	{"GET /openapi.json", "", 200, `"openapi":"3.1.0"`, nil},
	{"GET /contract?api_version=2019/02/08", "", 200, `"operations":\[`, nil},
	{"GET /clients", "", 200, `"client_id":"web-app"`, nil},
	{"POST /send", `{"method": "GET", "path": "/customers/1/locations/1?a=b", "headers": [{"name": "Authorization", "value": "Bearer dispatcher-token"}, {"name": "x-tenant-id", "value": "1"}]}`, 200, `^{"status":200,"reason":"OK","body":"{\\"account_number_1\\".*"exchange":{"id":1,`, nil},
	{"POST /send", `{"session": "default", "method": "DELETE", "path": "/nowhere", "body": "{}"}`, 200, `^{"status":404,"reason":"path: `, nil},
	{"GET /exchanges/1/snippets", "", 200, `"csharp":".*"curl":"curl .*"fetch":".*"go":".*"python":"`, nil},
	{"GET /api/openapi.json", "", 200, `(?s)"openapi": "3\.1\.0".*"version": "2023/04/19".*"url": "http://127\.0\.0\.1:[0-9]+"`, nil},
	{"GET /api/openapi.json?api_version=2019/02/08&openapi=3.0&session=default", "", 200, `(?s)"openapi": "3\.0\.3".*"version": "2019/02/08".*"customer_id": 1`, nil},
	{"POST /sessions", `{"id": "s1", "name": "Ön €", "ttl": "10m", "clock": {"mode": "frozen", "at": "2022-08-20T01:38:16Z"}, "request_ids": {"mode": "seed", "seed": 18446744073709551615}, "fixtures": {"choices": {"repeated_delete": 410}}, "seed": 1}`, 201,
		`"id":"s1","name":"Ön €","base_url":"http://127\.0\.0\.1:[0-9]+/_s/s1".*"ttl":"10m0s".*"mode":"frozen".*"seed":18446744073709551615`, nil},
	{"POST /sessions", "", 201, `"id":"[0-9a-f-]{36}"`, nil},
	{"GET /sessions", "", 200, `"id":"default".*"id":"s1"`, nil},
	{"GET /sessions/default", "", 200, `"base_url":"http://127\.0\.0\.1:[0-9]+","created"`, nil},
	{"GET " + s1, "", 200, `"changed_records":0`, nil},
	{"GET /api/openapi.json?session=s1", "", 200, `"url": "http://127\.0\.0\.1:[0-9]+/_s/s1"`, nil},
	{"GET " + s1 + "/choices", "", 200, `"repeated_delete":410`, nil},
	{"PATCH " + s1 + "/choices", `{"repeated_delete": 409, "www_authenticate": false}`, 200, `"repeated_delete":409.*"www_authenticate":false`, nil},
	{"PATCH " + s1 + "/choices", ``, 200, `"repeated_delete":409`, nil},
	{"GET " + s1 + "/clock", "", 200, `^{"mode":"frozen","now":"2022-08-20T01:38:16Z"}\n$`, nil},
	{"PUT " + s1 + "/clock", `{"mode": "step", "at": "2022-08-20T01:38:16+02:00", "step": "-1ms"}`, 200, `^{"mode":"step","now":"2022-08-19T23:38:16Z","step":"-1ms"}\n$`, nil},
	{"PUT " + s1 + "/clock", `{"mode": "offset", "offset": "-24h"}`, 200, `^{"mode":"offset","now":"2022-08-19T01:38:16Z","offset":"-24h0m0s"}\n$`, nil},
	{"PUT " + s1 + "/clock", `{"mode": "real"}`, 200, `^{"mode":"real","now":"2022-08-20T01:38:16Z"}\n$`, nil},
	{"GET " + s1 + "/request-ids", "", 200, `^{"mode":"seed","seed":18446744073709551615}\n$`, nil},
	{"PUT " + s1 + "/request-ids", `{"seed": 0}`, 200, `^{"mode":"seed","seed":0}\n$`, nil},
	{"PUT " + s1 + "/request-ids", `{"mode": "random"}`, 200, `^{"mode":"random"}\n$`, nil},
	{"GET " + s1 + "/pins", "", 200, `^{"pins":{}}\n$`, nil},
	{"PUT " + s1 + "/pins", `{"pins": {"web-app": "2021/04/07", "": "2019/02/08"}}`, 200, `^{"pins":{"":"2019/02/08","web-app":"2021/04/07"}}\n$`, nil},
	{"PUT " + s1 + "/pins", `{"pins": {"": null, "never": null}}`, 200, `^{"pins":{"web-app":"2021/04/07"}}\n$`, nil},
	{"POST " + s1 + "/snapshots", `{"name": "a.b_c-1"}`, 201, `^{"name":"a.b_c-1","taken":"2022-08-20T01:38:16Z"}\n$`, nil},
	{"GET " + s1 + "/snapshots", "", 200, `"limit":32,"snapshots":\[{"name":"a.b_c-1"`, nil},
	{"GET " + s1 + "/records?limit=1&search=GEORGE", "", 200, `^{"more":false,"records":\[{"tenant_id":1,"customer_id":1,"customer_location_id":1,"name":"George Jones!!!\?","is_active":true,"changed":false}\]}\n$`, nil},
	{"GET " + s1 + "/records?limit=1&after=1,1,1", "", 200, `^{"more":true,"records":\[{"tenant_id":1,"customer_id":2`, nil},
	{"GET " + rec + "?api_version=2019/02/08", "", 200, `"changed":false,"api_version":"2019/02/08","record":{"account_number_1": ?null.*"location_id"`, nil},
	{"PATCH " + rec, `{"note": null, "is_active": false}`, 200, `"changed":true,"api_version":"2023/04/19".*"is_active": ?false.*"note": ?null`, nil},
	{"PUT " + s1 + "/records/1/1/2?api_version=2019/02/08", "RECORD", 200, `"customer_location_id":2,"changed":true,"api_version":"2019/02/08"`, nil},
	{"POST " + s1 + "/records/1/1/2/check?api_version=2019/02/08", "RECORD", 200, `^{"valid":true}\n$`, nil},
	{"GET " + s1 + "/diff", "", 200, `"path":"/records/1,1,1/is_active"`, nil},
	{"DELETE " + rec, "", 204, `^$`, nil},
	{"GET " + s1 + "/diff", "", 200, `{"op":"remove","path":"/records/1,1,1"}`, nil},
	{"POST " + rec + "/revert", "", 200, `"changed":false`, nil},
	{"POST " + s1 + "/records/1/1/2/check?api_version=2019/02/08", `RECORD`, 200, `^{"valid":true}\n$`, nil},
	{"GET " + s1 + "/records?sort=name&order=desc&limit=2&offset=1", "", 200, `^{"more":true,"records":\[{"tenant_id":2,"customer_id":1,.*"name":"Walter Finch",.*"total":60}\n$`, nil},
	{"GET " + s1 + "/records?search=salish&sort=location&offset=2", "", 200, `^{"more":false,"records":\[{"tenant_id":1,"customer_id":12,"customer_location_id":3,.*"total":3}\n$`, nil},
	{"POST " + s1 + "/scenario-check", `{"definition": {"name": "broken", "then": {"respond": {"status": 500}}}}`, 200, `^{"valid":true}\n$`, nil},
	{"GET /contract", "", 200, `"api_version":"2023/04/19","choices":{.*"sentence":"customer_id was renamed to id\."`, nil},
	{"GET /contract?api_version=2019/02/08", "", 200, `"api_version":"2019/02/08".*"customer_id"`, nil},
	{"GET /clients", "", 200, `^{"any_token":false,"clients":\[{"client_id":"web-app","token":"dispatcher-token","user":"[^"]*","roles":\["Dispatcher"\],"tenants":\[1\]}`, nil},
	{"POST /send", `{"method": "GET", "path": "/customers/1/locations/1?x=1", "headers": [{"name": "Authorization", "value": "Bearer dispatcher-token"}, {"name": "x-tenant-id", "value": "1"}]}`, 200, `^{"status":200,"reason":"OK","body":"{\\"account_number_1\\".*"exchange":{"id":[0-9]+,"sequence":[0-9]+,"session":"default"`, nil},
	{"POST /send", `{"method": "GET", "path": "/customers/1/locations/1", "headers": [{"name": "X-Mock-Scenario", "value": "nothing-of-the-name"}]}`, 200, `^{"status":400,.*"exchange":{`, nil},
	{"GET /scenarios", "", 200, `"scenarios":\[.*"test_customers":{`, nil},
	{"GET " + s1 + "/scenarios", "", 200, `"on":\[\]`, nil},
	{"POST " + s1 + "/scenarios", `{"definition": {"name": "broken", "then": {"respond": {"status": 500}}}, "times": 2, "until": "2030-01-01T00:00:00Z"}`, 201, `"on":\[{"name":"broken","times":2,"until":"2030-01-01T00:00:00Z","seen":0,"taken":0}\]`, nil},
	{"POST " + s1 + "/scenario-check", `{"definition": {"name": "never", "then": {"respond": {"status": 500}}}}`, 200, `^{"valid":true}\n$`, nil},
	{"DELETE " + s1 + "/scenarios/broken", "", 200, `"on":\[\]`, nil},
	{"POST " + s1 + "/scenarios", `{"name": "broken"}`, 201, `"on":\[{"name":"broken","seen":0,"taken":0}\]`, nil},
	{"DELETE " + s1 + "/scenarios", "", 200, `"on":\[\]`, nil},
	{"POST " + s1 + "/snapshots/a.b_c-1/restore", "", 200, `"id":"s1"`, nil},
	{"DELETE " + s1 + "/snapshots/a.b_c-1", "", 204, `^$`, nil},
	{"GET " + s1 + "/bundle", "", 200, `[0-9a-f]{64}`, nil},
	{"GET /journal?session=s1&admin=true&limit=1", "", 200, `"exchanges":\[{"id":[0-9]+.*"more":true`, nil},
	{"GET /journal?status=4xx&method=get&path=/a*b&text=x&verdict=ok&since=2022-08-20T01:38:16%2B02:00&after=1&before=5", "", 200, `"exchanges":\[\]`, nil},
	{"POST /journal/verify?session=s1", `{"nothing_else": true}`, 200, `"ok":true`, nil},
	{"POST /journal/verify", `{"request": {"path": "/never"}}`, 200, `"ok":false`, nil},
	{"GET /journal/har?session=s1", "", 200, `(?s)"log".*"version": ?"1\.2"`, nil},
	{"GET /coverage", "", 200, `"groups":\[`, nil},
	{"GET /coverage?session=s1", "", 200, `"groups":\[`, nil},
	{"DELETE /coverage?session=s1", "", 204, `^$`, nil},
	{"DELETE /coverage", "", 204, `^$`, nil},
	{"DELETE /journal?session=s1", "", 204, `^$`, nil},
	{"DELETE /journal", "", 204, `^$`, nil},
	{"POST " + s1 + "/reset", "", 200, `"seed":18446744073709551615`, nil},
	{"POST " + s1 + "/reset", `{"keep_journal": true}`, 200, `"id":"s1"`, nil},
	{"DELETE " + s1, "", 204, `^$`, nil},
}

// TestGoodRequests holds what each route of the admin API answers when all is well.
func TestGoodRequests(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	for i, x := range good {
		t.Run(fmt.Sprintf("%d %s", i, x.call), func(t *testing.T) {
			method, path, _ := strings.Cut(x.call, " ")
			body := x.body
			if body == "RECORD" { // the sample's, at another location
				var record struct{ Record json.RawMessage }
				r.must(t, "GET", rec+"?api_version=2019/02/08", "", &record)
				body = strings.Replace(string(record.Record), `"location_id":1`, `"location_id":2`, 1)
			}
			got := r.do(t, method, "/_mock"+path, body)
			if got.status != x.status || !regexp.MustCompile(x.want).MatchString(got.body) {
				t.Errorf("got %d %s\nwant %d and a match of %s", got.status, got.body, x.status, x.want)
			}
			kind := got.header.Get("Content-Type")
			if got.status == 204 && (kind != "" || got.body != "") || got.status != 204 && (kind != "application/json" || !json.Valid([]byte(got.body))) {
				t.Errorf("got the Content-Type %q of\n%s\nwant JSON that says so, or nothing at all", kind, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("the header lets the answer be cached or guessed at: %v", got.header)
			}
		})
	}
}
