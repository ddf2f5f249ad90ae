package proxy_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/proxy"
)

// vendor returns an answer as the documentation has it, with one thing
// changed.
func vendor(status int, body string, change ...string) string {
	head := lines(fmt.Sprintf("HTTP/1.1 %d OK", status), "Access-Control-Allow-Headers: Authorization, Accept, X-TENANT-ID, Content-Type",
		"Access-Control-Allow-Methods: GET,POST,PATCH,DELETE", "Access-Control-Allow-Origin: *", "Allow: GET,POST,PATCH,DELETE",
		fmt.Sprintf("Content-Length: %d", len(body)), "Content-Type: application/json", "Date: Sat, 20 Aug 2022 01:38:16 GMT",
		"Server: WSGIServer/0.2 CPython/3.9.5", "X-API-VERSION: 2019/02/08", "X-REQUEST-ID: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f", "", "")
	return strings.NewReplacer(change...).Replace(head) + body
}

// record is a record as version 2019/02/08 prints it.
const record = `{"account_number_1": null, "account_number_2": null, "addresses": [], "contacts": [], "created_on": "2018-06-13T19:50:20.867000", ` +
	`"customer_id": 1, "is_active": false, "last_updated_on": "2020-04-22T17:23:17.363000", "location_id": 1, "name": "George", "parent_id": null, "renewal_date": null}`

const asked = "DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer dispatcher-token\r\nx-tenant-id: 1\r\n"

// TestValidate holds which rules are found broken, by whom.
func TestValidate(t *testing.T) {
	t.Parallel()
	packed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close() // a buffer takes everything
		return b.String()
	}
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(record), record)
	for _, c := range []struct {
		name, request, answer string
		ignore                []string
		problems, violations  []string // part and pointer
	}{
		{"good", asked, vendor(200, record), nil, nil, nil},
		{"an unknown path", "GET /drivers HTTP/1.1\r\nHost: a\r\n", vendor(200, "[]"), nil, []string{"path"}, nil},
		{"an unknown method", "PUT /customers/1/locations/1 HTTP/1.1\r\nHost: a\r\n", vendor(200, "[]"), nil, []string{"method"}, nil},
		{"what the mock does not serve, done", strings.Replace(asked, "DELETE", "PATCH", 1), vendor(200, record, "2019", "1999"), nil, nil, nil},
		{"what the mock does not serve, refused", strings.Replace(asked, "DELETE", "PATCH", 1), vendor(400, "{}"), nil, nil,
			[]string{"body/detail", "body/explanation", "body/field"}},
		{"header and path of the request", "DELETE /customers/x/locations/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Basic x\r\nx-tenant-id: one\r\n", vendor(404, `{"detail": "a", "explanation": "b", "field": "c"}`), nil,
			[]string{"path/customer_id", "request header/authorization", "request header/x-tenant-id"}, nil},
		{"spelling of a field", asked, vendor(200, record, "X-REQUEST-ID", "X-Request-Id"), nil, nil, []string{"header/X-REQUEST-ID", "header/X-Request-Id"}},
		{"the same, ignored", asked, vendor(200, record, "X-REQUEST-ID", "X-Request-Id"), []string{"/headers/X-REQUEST-ID", "/headers/X-Request-Id"}, nil, nil},
		{"a member", asked, vendor(200, strings.Replace(record, `"George"`, `""`, 1)), nil, nil, []string{"body/name"}},
		{"below an ignored place", asked, vendor(200, strings.Replace(record, `"George"`, `""`, 1)), []string{"/body"}, nil, nil},
		{"any token of an ignored place", asked, vendor(200, strings.Replace(record, `"George"`, `""`, 1)), []string{"/*/name"}, nil, nil},
		{"beside an ignored place", asked, vendor(200, strings.Replace(record, `"George"`, `""`, 1)), []string{"/body/name/x", "/body/note", "/headers"}, nil, []string{"body/name"}},
		{"not JSON", asked, vendor(200, "{"), nil, nil, []string{"body"}},
		{"status", asked, vendor(204, ""), nil, nil, []string{"status"}},
		{"the version that was named is not in force", asked + "x-api-version: 2021/04/07\r\n", vendor(200, record), nil, nil,
			[]string{"body/customer_id", "body/id", "header/X-API-VERSION"}},
		{"an error in another version than was named", asked + "x-api-version: 2021/04/07\r\n", vendor(401, `{"detail": "a", "explanation": "b", "field": "c"}`), nil, nil, nil},
		{"a pin that nobody has seen set", asked, vendor(200, strings.Replace(record, "customer_id", "id", 1), "2019/02/08", "2023/04/19"), nil, nil, nil},
		{"chunks", asked, vendor(200, chunked, fmt.Sprintf("Content-Length: %d", len(chunked)), "Transfer-Encoding: chunked"), nil, nil, []string{"header/Content-Length"}},
		{"compressed", asked, vendor(200, packed(record), "Date:", "Content-Encoding: gzip\r\nDate:"), nil, nil, nil},
		{"compressed, with a fault", asked, vendor(200, packed(strings.Replace(record, `"George"`, `""`, 1)), "Date:", "Content-Encoding: gzip\r\nDate:"), nil, nil, []string{"body/name"}},
		{"a coding that is none", asked, vendor(200, record, "Date:", "Content-Encoding: identity\r\nDate:"), nil, nil, []string{"header/Content-Encoding"}},
		{"a body too long to be validated", asked, vendor(200, strings.Repeat(" ", 1<<20)+record), nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, _ := script(t, c.answer)
			p := before(t, url, func(o *proxy.Options) { o.Ignore = c.ignore })
			client := p.connect(t)
			client.send(t, c.request+"\r\n")
			client.expect(t, c.answer)
			x := p.next(t)
			if got := places(x.Problems); !slices.Equal(got, c.problems) {
				t.Errorf("got the problems %q, want %q", got, c.problems)
			}
			if got := places(x.Violations); !slices.Equal(got, c.violations) {
				t.Errorf("got the violations %q, want %q:\n%+v", got, c.violations, x.Violations)
			}
		})
	}
}

func places(violations []exchange.Violation) []string {
	var all []string
	for _, f := range violations {
		all = append(all, f.Part+f.Pointer)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestSecrets holds that no secret of a passage is told, in the record or the
// log.
func TestSecrets(t *testing.T) {
	t.Parallel()
	url, got := script(t, lines("HTTP/1.1 200 OK", "set-cookie: s3cret-three", "X-Auth-Token: s3cret-four", "Location: /a?access_token=s3cret-five", "Set-Cookie: sid=s3cret; HttpOnly",
		"Content-Length: 28", "", `{"refresh_token": "s3cret-6"}`))
	p := before(t, url)
	client := p.connect(t)
	client.send(t, lines("GET /customers/1/locations/1?access_token=s3cret-one&jwt=s3cret HTTP/1.1", "Host: a", "authorization: Bearer s3cret-two", "x-request-id: ed5b5458-1f72-41d7-b8ad-f1757de1ec4f",
		"x-tenant-id: Bearer s3cret-seven", "x-api-version: token=s3cret", "", ""))
	if _, err := client.head(); err != nil {
		t.Fatal(err)
	}
	if sent := receive(t, got); strings.Count(sent, "s3cret") != 5 {
		t.Errorf("the target got %q, want the secrets as they are", sent)
	}
	x := p.next(t)
	if len(x.Problems) < 2 || len(x.Violations) < 4 {
		t.Errorf("got the problems %+v and the violations %+v, want one of each field with a secret", x.Problems, x.Violations)
	}
	if told := fmt.Sprintf("%+v", x) + p.log.String(); strings.Contains(told, "s3cret") {
		t.Errorf("a secret is told: %s", told)
	}
	response, err := http.Get(p.url + "/_mock/journal/" + x.RequestID)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); strings.Contains(string(text), "s3cret") || !strings.Contains(string(text), "et-cookie") {
		t.Errorf("the journal tells %s", text)
	}
}
