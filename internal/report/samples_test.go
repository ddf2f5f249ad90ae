package report

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
)

const base = "http://127.0.0.1:8003"

// sample is an exchange of the tests, and what went over the wire before
// secrets were redacted.
type sample struct {
	name  string
	x     *exchange.Exchange
	token string // for the variable TOKEN
}

// redacted shows an authorization value as package redact does, with hashes
// that are the same in each run.
func redacted(authorization string) string {
	scheme, _, _ := strings.Cut(redact.Value(authorization), "#")
	sum := sha256.Sum256([]byte(strings.TrimPrefix(authorization, scheme)))
	return fmt.Sprintf("%s#%x", scheme, sum[:4])
}

func lines(lines ...string) string { return strings.Join(lines, "\r\n") }

func messageOf(head, body string) exchange.Message {
	return exchange.Message{Head: head, Body: []byte(body), Size: int64(len(body))}
}

// newSample makes an exchange of a head as it crossed the wire.
func newSample(name, head, body string, more func(x *exchange.Exchange)) sample {
	s := sample{name: name, x: &exchange.Exchange{ID: 7, Sequence: 3, Session: "default",
		Start: time.Date(2022, 8, 20, 1, 38, 16, 123456789, time.UTC), Took: 1234567 * time.Nanosecond}}
	out := strings.Split(head, "\r\n")
	for i, line := range out {
		if value, ok := strings.CutPrefix(line, "Authorization: "); ok {
			m := redact.Mark{Shown: redacted(value), Stand: redact.Blank(value)}
			s.x.Authorization = append(s.x.Authorization, m)
			out[i] = "Authorization: " + m.Shown
			if s.token == "" {
				s.token = strings.TrimPrefix(value, "Bearer ")
			}
		}
	}
	s.x.Request = messageOf(strings.Join(out, "\r\n"), body)
	s.x.Method, s.x.Path, _ = strings.Cut(strings.TrimSuffix(out[0], " HTTP/1.1"), " ")
	if more != nil {
		more(s.x)
	}
	return s
}

// samples are exchanges of every kind, the hostile ones too.
func samples() []sample {
	return []sample{
		newSample("delete", lines("DELETE /customers/1/locations/1/ HTTP/1.1", "Host: 127.0.0.1:8003", "User-Agent: curl/8.5.0", "Accept: */*",
			"Authorization: Bearer dispatcher-token", "Content-Type: application/json", "x-tenant-id: 1", "Content-Length: 2"), "{}",
			func(x *exchange.Exchange) {
				x.Operation, x.ClientID, x.Tenant, x.Status = "deactivateCustomer", "web-app", 1, 200
				x.VersionPinned, x.VersionUsed, x.RequestID = "2019/02/08", "2019/02/08", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"
				x.Transition = true
				x.States = func() (before, after []byte) {
					return []byte(`{"id": 9007199254740993, "is_active": true, "latitude": 48.0, "note": ""}`),
						[]byte(`{"id": 9007199254740993, "is_active": false, "latitude": 48.0, "note": null, "region": "WA"}`)
				}
				x.Response = messageOf(lines("HTTP/1.1 200 OK", "Content-Type: application/json", "X-API-VERSION: 2019/02/08"), `{"is_active": false}`)
			}),
		newSample("page", lines("DELETE /_s/blue/customers/1/locations/1?a=%20b&c HTTP/1.1", "Host: 127.0.0.1:8003", "Origin: http://localhost:3000",
			"Accept-Encoding: gzip", "Accept: application/json", "Accept: text/html;q=0.5", "authorization:", "x-tenant-id: 2"), "",
			func(x *exchange.Exchange) {
				x.Session, x.Path, x.Status = "blue", "/customers/1/locations/1", 401
				x.Problems = []exchange.Violation{{Part: exchange.PartRequestHeader, Pointer: "/authorization", Rule: "minLength: 1", Value: `""`,
					Schema: "2019-02-08/StandardRequestHeadersModel.json#/properties/authorization/minLength", Documented: "Authorization header.", Hint: "must have at least 1 character, and has 0"}}
				x.Response = messageOf(lines("HTTP/1.1 401 StandardRequestHeadersModel.authorization: Missing.", "WWW-Authenticate: Bearer"), "{}")
			}),
		newSample("hostile", lines("DELETE /a/../{b}[1]/%2e%2e/%zz/\xe2\x80\xae?q=$(id)`id`'\"&\xff=\\ HTTP/1.1", "Host: evil.example:1", `Quotes: it's "quoted" $HOME $(id) `+"`id` \\ !! %s %d",
			"Bidi: \u202eevil\u2066", "Latin: \xe9\xff", "Tab: a\tb", "Empty:", "Line: \u2028\u2029\u0085", "Accept: */*", "User-Agent: </script><!--", "Emoji: \U0001F600"),
			"\x00\xff'\"\\%s\r\n$(id)\u202e\x1b[31m", func(x *exchange.Exchange) {
				x.Session, x.RequestID, x.Scenario = "\u202e\xff", "\x00\x1b", "\"'"
				x.Response = messageOf(lines("HTTP/1.1 400 \xff\u202e'", "Location: \xff"), "\xfe\xff\x00")
				x.Status = 400
			}),
		newSample("text-body", lines("POST /customers/1/locations/1 HTTP/1.1", "Host: 127.0.0.1:8003", "X-$: a", "Transfer-Encoding: chunked", "Content-Length: 99"), "@it's\n\t\"$TOKEN\" é 😀 \\n",
			func(x *exchange.Exchange) { x.Status = 501 }),
		newSample("json-body", lines("PATCH /customers/1/locations/1 HTTP/1.1", "Host: 127.0.0.1:8003", "Content-Type: application/json", "User-Agent: x", "Accept: */*"), `{"name": "O'Brien 😀"}`,
			func(x *exchange.Exchange) { x.Status = 501 }),
		newSample("truncated", lines("DELETE /x HTTP/1.1", "Host: 127.0.0.1:8003", "Content-Length: 70000"), "abc\xe2\x82", func(x *exchange.Exchange) {
			x.Request.Size, x.Status = 70000, 404
			x.Response = exchange.Message{Head: "HTTP/1.1 404 Not Found", Body: []byte("\xff\xe2\x82"), Size: 80000}
		}),
		newSample("options-star", lines("OPTIONS * HTTP/1.0", "Accept: */*"), "", func(x *exchange.Exchange) { x.Status = 404 }),
		newSample("absolute", lines("GET http://other.example/customers/1/locations/1/ HTTP/1.1", "Host: other.example"), "x", func(x *exchange.Exchange) { x.Status = 200 }),
		newSample("two-slashes", lines("GET //customers/1 HTTP/1.1", "Host: 127.0.0.1:8003", "Transfer-Encoding: chunked"), "", func(x *exchange.Exchange) { x.Status = 404 }),
		newSample("dots", lines("GET /customers/1/../2/./%2E%2e/locations/1 HTTP/1.1", "Host: 127.0.0.1:8003"), "", func(x *exchange.Exchange) { x.Status = 404 }),
		newSample("head", lines("HEAD / HTTP/1.1", "Host: 127.0.0.1:8003", "User-Agent: x", "Accept: */*"), "ignored", func(x *exchange.Exchange) { x.Status = 404 }),
		newSample("two-tokens", lines("get / HTTP/1.1", "Host: 127.0.0.1:8003", "Authorization: Bearer one", "Authorization: two", "Authorization: Bearer one"), "",
			func(x *exchange.Exchange) { x.Status = 405 }),
		newSample("refused", lines("GET / HTTP/1.1", "Host: 127.0.0.1:8003", "Bad Name: 1", "Nul: a\x00b", "Good: 1"), "",
			func(x *exchange.Exchange) { x.Status = 400 }),
		{name: "failed", x: &exchange.Exchange{ID: 8, Session: "default", Status: 500, Err: errors.New("panic: \xff\ngoroutine 1"), Transition: true,
			States: func() (before, after []byte) { return []byte(`{"a": 1`), nil }}},
		newSample("scenario", lines("DELETE /customers/1/locations/1/ HTTP/1.1", "Host: blue.localhost:8003", "User-Agent: x", "Accept: */*"), "", func(x *exchange.Exchange) {
			x.Altered, x.Scenario = true, "empty-reply"
			x.Deliberate = []exchange.Violation{{Part: exchange.PartStatus, Rule: "enum", Hint: "no answer at all"}}
		}),
		{name: "admin", x: &exchange.Exchange{ID: 9, Session: "default", Method: "POST", Path: "/_mock/clock", Status: 200, Admin: true, Request: messageOf("", `{"mode": "frozen"}`)}},
	}
}
