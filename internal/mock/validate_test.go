package mock_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/app"
	"dispatchmock/internal/testkit"
)

// violation is what a finding in the log must say.
type violation struct{ part, pointer, rule, value, schema string }

// spoilt is a way to spoil a reply, and what the validator must say of it.
type spoilt struct {
	name    string
	request string // its bytes; "" is the page's sample
	mangle  mangle
	want    []violation
	sent    string // what --on-violation report lets through
}

const (
	headersFile = "2019-02-08/StandardResponseHeadersModel.json"
	recordFile  = "2019-02-08/DispatchCustomerLocationModel.json"
	errorFile   = "2019-02-08/ErrorModel.json"
)

// TestValidateSpeaks spoils replies in all ways. The first request is answered
// well, so that the validator has remembered what it may remember; the second is
// spoilt, the third is answered well again.
func TestValidateSpeaks(t *testing.T) {
	t.Parallel()
	for _, c := range append(append(spoiltHeads(), spoiltBodies()...), spoiltErrors()...) {
		if c.request == "" {
			c.request = testkit.Sample
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Run("fail", func(t *testing.T) {
				t.Parallel()
				c.fails(t)
			})
			t.Run("report", func(t *testing.T) {
				t.Parallel()
				c.reports(t)
			})
		})
	}
}

// fails runs the case under fail: a 500 in the place of the reply.
func (c spoilt) fails(t *testing.T) {
	var on atomic.Bool
	r := testkit.Start(t, testkit.Settings{Options: app.Options{OnViolation: "fail", Around: mangled(t, &on, c.mangle)}, Log: testkit.JSONLog})
	before := r.Raw(t, c.request)
	if strings.Contains(r.Logged.String(), "violation") {
		t.Fatalf("the reply was spoilt before the test spoilt it:\n%s", r.Logged.String())
	}
	on.Store(true)
	client := r.Connect(t)
	client.Send(t, c.request)
	a := client.Receive(t, strings.Fields(c.request)[0])
	a.WantVendor(t, http.StatusInternalServerError)
	if a.Body != serverFailed {
		t.Errorf("got the body %s, want %s: the real API does not speak of a contract", a.Body, serverFailed)
	}
	c.logged(t, r, a.Value("X-REQUEST-ID"))
	on.Store(false)
	r.Logged.Reset()
	if after := r.Raw(t, c.request); len(after) != len(before) || strings.Contains(r.Logged.String(), "violation") {
		t.Errorf("after the spoilt reply a good one is answered\n%s\nwant\n%s\nlog: %s", after, before, r.Logged.String())
	}
}

// reports runs the case under report: the reply is sent as it is.
func (c spoilt) reports(t *testing.T) {
	var on atomic.Bool
	r := testkit.Start(t, testkit.Settings{Options: app.Options{OnViolation: "report", Around: mangled(t, &on, c.mangle)}, Log: testkit.JSONLog})
	r.Raw(t, c.request)
	on.Store(true)
	raw := r.Raw(t, c.request)
	if strings.HasPrefix(raw, "HTTP/1.1 500") || c.sent != "" && !strings.Contains(raw, c.sent) {
		t.Errorf("got\n%s\nwant the reply with %q, as it is", raw, c.sent)
	}
	c.logged(t, r, "")
}

// logged holds the log against the wanted findings.
func (c spoilt) logged(t *testing.T, r *testkit.Server, requestID string) {
	t.Helper()
	all := r.LogLines(t, "violation of the contract by this mock", "")
	mine := r.LogLines(t, "violation of the contract by this mock", requestID)
	if len(mine) != len(all) {
		t.Errorf("of %d violations %d have the request ID %s of the answer; want all: it links the log to the answer", len(all), len(mine), requestID)
	}
	for _, want := range c.want {
		found := false
		for _, e := range mine {
			rule, _ := e["rule"].(string)
			value, _ := e["value"].(string)
			schema, _ := e["schema"].(string)
			found = found || e["part"] == want.part && e["pointer"] == want.pointer && strings.HasPrefix(rule, want.rule) &&
				strings.Contains(value, want.value) && strings.Contains(schema, want.schema) && e["level"] == "ERROR" && e["hint"] != ""
		}
		if !found {
			t.Errorf("no finding says %+v; the log has\n%s", want, r.Logged.String())
		}
	}
}

func spoiltHeads() []spoilt {
	var cases []spoilt
	for _, name := range testkit.VendorFields {
		if name == "Content-Type" {
			continue // optional, by the page
		}
		cases = append(cases, spoilt{name: "without " + name, mangle: dropField(name),
			want: []violation{{"header", "/" + name, "required", "", headersFile}}, sent: "HTTP/1.1 200 OK"})
	}
	for _, c := range []struct{ field, value, rule, schema string }{
		{"Access-Control-Allow-Headers", "Authorization, Accept, X-TENANT-ID, Content-Type, X-API-VERSION", "const", headersFile},
		{"Access-Control-Allow-Methods", "GET", "const", headersFile},
		{"Access-Control-Allow-Origin", "http://localhost:3000", "const", headersFile},
		{"Allow", "GET, POST, PATCH, DELETE", "const", headersFile},
		{"Content-Type", "application/json; charset=utf-8", "const", headersFile},
		{"Date", "2022-08-20T01:38:16Z", "format: \"http-date\"", headersFile},
		{"Date", "Sat, 20 Aug 2022 01:38:16 UTC", "format", headersFile},
		{"Server", "nginx", "const", headersFile},
		{"X-API-VERSION", "2019-02-08", "enum", "2019-02-08/ApiVersion.json"},
		{"X-API-VERSION", "2023/04/19", "version in force", ""},
		{"X-REQUEST-ID", "none", "format: \"uuid\"", headersFile},
		{"Content-Length", "1031", "length of the body", ""},
		{"Content-Length", "01032", "pattern", headersFile},
	} {
		value := strings.ReplaceAll(c.value, `"`, `\"`)
		cases = append(cases, spoilt{name: c.field + " is " + strings.ReplaceAll(c.value, "/", "-"), mangle: setField(c.field, c.value),
			want: []violation{{"header", "/" + c.field, c.rule, value, c.schema}}, sent: c.field + ": " + c.value + "\r\n"})
	}
	return append(cases,
		spoilt{name: "misspelt header", mangle: renameField("X-REQUEST-ID", "X-Request-Id"), sent: "\r\nX-Request-Id: ",
			want: []violation{{"header", "/X-REQUEST-ID", "required", "", headersFile}, {"header", "/X-Request-Id", "additionalProperties", "", headersFile}}},
		spoilt{name: "extra header", mangle: addField("X-Debug", "on"), sent: "\r\nX-Debug: on\r\n",
			want: []violation{{"header", "/X-Debug", "additionalProperties: false", "on", headersFile}}},
		spoilt{name: "header twice", mangle: addField("Server", "WSGIServer/0.2 CPython/3.9.5"), sent: "\r\nServer: ",
			want: []violation{{"header", "/Server", "once", "WSGIServer", ""}}},
		spoilt{name: "header twice, in another spelling", mangle: addField("server", "WSGIServer/0.2 CPython/3.9.5"), sent: "\r\nserver: ",
			want: []violation{{"header", "/server", "additionalProperties", "WSGIServer", headersFile}}},
		spoilt{name: "status 201", mangle: setStatus(201), sent: "HTTP/1.1 201 Created", want: []violation{{"status", "", "responses", "201", "operations.json"}}},
		spoilt{name: "status 204", mangle: setStatus(204), sent: "HTTP/1.1 204", want: []violation{{"status", "", "responses", "204", "operations.json"}}},
		spoilt{name: "status 302", mangle: setStatus(302), sent: "HTTP/1.1 302 Found", want: []violation{{"status", "", "responses", "302", "operations.json"}}},
		spoilt{name: "status 404 with a record", mangle: setStatus(404), sent: "HTTP/1.1 404 Not Found", want: []violation{{"body", "/field", "required", "", errorFile}}},
		spoilt{name: "several at once", sent: "Server: x\r\n", want: []violation{
			{"header", "/Server", "const", "x", headersFile}, {"header", "/Date", "required", "", headersFile}, {"body", "/name", "required", "", recordFile}},
			mangle: func(t testing.TB, r *reply) {
				setField("Server", "x")(t, r)
				dropField("Date")(t, r)
				dropMember("name")(t, r)
			}},
	)
}
