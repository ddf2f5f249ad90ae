package mock_test

import (
	"net/http"
	"strings"

	"dispatchmock/internal/testkit"
	"dispatchmock/internal/wire"
)

type reply = wire.Reply

func spoiltBodies() []spoilt {
	const newer = "2021-04-07/DispatchCustomerLocationModel.json"
	newest := testkit.Authorized(http.MethodGet, testkit.Resource, "x-api-version: 2021/05/07")
	whole := func(name, rule, value, schema, sent string, change func(string) string) spoilt {
		return spoilt{name: name, mangle: setBody(change), want: []violation{{"body", "", rule, value, schema}}, sent: sent}
	}
	return []spoilt{
		{name: "member missing", mangle: dropMember("name"), want: []violation{{"body", "/name", "required", "", recordFile}}, sent: `"location_id": 1, "note"`},
		{name: "member unknown", mangle: setMember("names", "x"), want: []violation{{"body", "/names", "additionalProperties: false", "x", recordFile}}, sent: `"names": "x"`},
		{name: "text for a truth value", mangle: setMember("is_active", "false"), want: []violation{{"body", "/is_active", "type", "false", recordFile}}, sent: `"is_active": "false"`},
		{name: "number for a truth value", mangle: setMember("is_active", number("0")), want: []violation{{"body", "/is_active", "type", "0", recordFile}}, sent: `"is_active": 0`},
		{name: "text for a number", mangle: setMember("location_id", "1"), want: []violation{{"body", "/location_id", "type", "1", recordFile}}, sent: `"location_id": "1"`},
		{name: "null where none may be", mangle: setMember("name", nil), want: []violation{{"body", "/name", "type", "null", recordFile}}, sent: `"name": null`},
		{name: "nested member missing", mangle: dropMember("addresses/0/line_1"), want: []violation{{"body", "/addresses/0/line_1", "required", "", "CustomerAddressModel.json"}}},
		{name: "nested member off its rule", mangle: setMember("addresses/0/latitude", number("90.5")), want: []violation{{"body", "/addresses/0/latitude", "maximum: 90", "90.5", "CustomerAddressModel.json"}}},
		{name: "nested member unknown", mangle: setMember("contacts/0/mail", "x"), want: []violation{{"body", "/contacts/0/mail", "additionalProperties", "x", "CustomerContactModel.json"}}},
		{name: "time in the future", mangle: setMember("created_on", "2022-08-20T01:38:16.000001"), want: []violation{{"body", "/created_on", "format: \"cro-past-timestamp\"", "2022-08-20T01:38:16.000001", recordFile}}},
		{name: "time with a zone", mangle: setMember("last_updated_on", "2020-04-22T17:23:17.363000Z"), want: []violation{{"body", "/last_updated_on", "format", "363000Z", recordFile}}},
		{name: "newer name in the oldest version", want: []violation{{"body", "/customer_id", "required", "", recordFile}, {"body", "/id", "additionalProperties", "1", recordFile}},
			mangle: setBody(func(s string) string { return strings.Replace(s, `"customer_id"`, `"id"`, 1) })},
		{name: "older name in a newer version", request: newest, want: []violation{{"body", "/id", "required", "", newer}, {"body", "/customer_id", "additionalProperties", "1", newer}},
			mangle: setBody(func(s string) string {
				return strings.Replace(s, `"id": 1, "is_active": true, "is_commercial"`, `"customer_id": 1, "is_active": true, "is_commercial"`, 1)
			})},
		whole("truncated", "JSON", "account_number_1", "", `"suspension_id": nul`, func(s string) string { return s[:len(s)-2] }),
		whole("truncated to nothing", "JSON", "", "", "Content-Length: 0", func(string) string { return "" }),
		whole("more behind the value", "JSON", "account_number_1", "", "null} {}", func(s string) string { return s + " {}" }),
		whole("a name twice", "JSON", "account_number_1", "", `{"name": "x", "account`, func(s string) string { return `{"name": "x", ` + s[1:] }),
		whole("not UTF-8", "JSON", "account_number_1", "", "George \xff", func(s string) string { return strings.Replace(s, "George J", "George \xff", 1) }),
		whole("an array", "type: \"object\"", "[]", recordFile, "\r\n\r\n[]", func(string) string { return "[]" }),
		whole("null", "type: \"object\"", "null", recordFile, "\r\n\r\nnull", func(string) string { return "null" }),
		whole("HTML", "JSON", "html", "", "<html>", func(string) string { return "<html>" }),
	}
}

// spoiltErrors spoils what is not a record: errors, preflights, refusals of
// requests that no operation takes.
func spoiltErrors() []spoilt {
	unknown := testkit.Authorized(http.MethodDelete, "/customers/404/locations/1")
	nowhere := testkit.Message(http.MethodGet, "/nowhere")
	stranger := testkit.Message(http.MethodDelete, testkit.Resource)
	preflight := testkit.Message(http.MethodOptions, testkit.Resource, "Origin: http://localhost:3000", "Access-Control-Request-Method: DELETE")
	body := func(name, request, pointer, rule, value, sent string, m mangle) spoilt {
		return spoilt{name: name, request: request, mangle: m, want: []violation{{"body", pointer, rule, value, errorFile}}, sent: sent}
	}
	return []spoilt{
		body("error without an explanation", unknown, "/explanation", "required", "", "HTTP/1.1 404", dropMember("explanation")),
		body("error without a detail", unknown, "/detail", "required", "", "HTTP/1.1 404", dropMember("detail")),
		body("error with the older title", unknown, "/title", "additionalProperties", "x", `"title": "x"`, setMember("title", "x")),
		body("error with an empty field", unknown, "/field", "minLength: 1", "", `"field": ""`, setMember("field", "")),
		body("error with a number", unknown, "/detail", "type", "404", `"detail": 404`, setMember("detail", number("404"))),
		body("error of an unknown path", nowhere, "/field", "required", "", "HTTP/1.1 404", dropMember("field")),
		body("error of a stranger", stranger, "/field", "required", "", "HTTP/1.1 401", dropMember("field")),
		{name: "error with a good status", request: unknown, mangle: setStatus(200), want: []violation{{"body", "/account_number_1", "required", "", recordFile}}, sent: "HTTP/1.1 200"},
		{name: "error without a header", request: unknown, mangle: dropField("Allow"), want: []violation{{"header", "/Allow", "required", "", headersFile}}, sent: "HTTP/1.1 404"},
		{name: "unknown path answered 200", request: nowhere, mangle: setStatus(200), want: []violation{{"status", "", "responses", "200", "operations.json"}}, sent: "HTTP/1.1 200"},
		{name: "scheme that a 401 asks for", request: stranger, mangle: setField("WWW-Authenticate", "Basic"), want: []violation{{"header", "/WWW-Authenticate", "const", "Basic", headersFile}}, sent: "WWW-Authenticate: Basic"},
		{name: "preflight without a header", request: preflight, mangle: dropField("Access-Control-Allow-Origin"), want: []violation{{"header", "/Access-Control-Allow-Origin", "required", "", headersFile}}, sent: "HTTP/1.1 200"},
		{name: "preflight that allows more", request: preflight, mangle: setField("Access-Control-Allow-Headers", "*"), want: []violation{{"header", "/Access-Control-Allow-Headers", "const", "*", headersFile}}, sent: "Access-Control-Allow-Headers: *"},
		{name: "preflight with a body", request: preflight, mangle: setBody(func(string) string { return "{}" }), want: []violation{{"body", "", "no body", "{}", ""}}, sent: "\r\n\r\n{}"},
		{name: "preflight answered 204", request: preflight, mangle: setStatus(204), want: []violation{{"status", "", "responses", "204", "operations.json"}}, sent: "HTTP/1.1 204"},
	}
}
