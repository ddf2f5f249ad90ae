package verify_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
)

func headerFaults() []seeded {
	missing := func(name string) seeded {
		return seeded{"does not send " + name, answers(every, func(m *message) { m.del(name) }), "headers/" + name + "/present", ""}
	}
	spelt := func(name, as string) seeded {
		return seeded{"spells " + name + " as " + as, answers(every, func(m *message) { m.rename(name, as) }), "headers/" + name + "/spelling", ""}
	}
	value := func(name, value string) seeded {
		return seeded{"sends " + name + ": " + value, answers(func(_, r *message) bool { return r.has(name) }, func(m *message) { m.set(name, value) }),
			"headers/" + name + "/value", ""}
	}
	id := "8d2f31f4-9f0c-4f3f-8a49-0d6f3c1f9d11"
	return []seeded{
		missing("Server"),
		missing("Access-Control-Allow-Origin"),
		missing("X-API-VERSION"),
		missing("X-REQUEST-ID"),
		missing("Date"),
		missing("Content-Type"),
		{"sends no WWW-Authenticate with a 401", answers(every, func(m *message) { m.del("WWW-Authenticate") }), "headers/WWW-Authenticate/present", ""},
		spelt("X-API-VERSION", "X-Api-Version"),
		spelt("X-REQUEST-ID", "x-request-id"),
		spelt("Content-Type", "content-type"),
		value("Access-Control-Allow-Headers", "Authorization, Accept, X-TENANT-ID, Content-Type, X-API-VERSION"),
		value("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE"),
		value("Access-Control-Allow-Origin", "http://localhost:3000"),
		value("Allow", "GET,POST,DELETE"),
		value("Content-Type", "application/json; charset=utf-8"),
		value("Date", "2022-08-20T01:38:16Z"),
		value("Server", "nginx"),
		{"sends an X-REQUEST-ID that is not a UUID", answers(every, func(m *message) { m.set("X-REQUEST-ID", "req-"+m.get("X-REQUEST-ID")[:8]) }),
			"headers/X-REQUEST-ID/value", "headers/X-REQUEST-ID/echo"},
		{"does not send back the client's x-request-id", requests(func(m *message) {
			if regexp.MustCompile(`^[0-9a-fA-F-]{36}$`).MatchString(m.alone("x-request-id")) {
				m.del("x-request-id")
			}
		}), "headers/X-REQUEST-ID/echo", ""},
		{"sends the same X-REQUEST-ID always", answers(every, func(m *message) { m.set("X-REQUEST-ID", id) }), "headers/X-REQUEST-ID/fresh", "headers/X-REQUEST-ID/echo"},
		{"sends Access-Control-Expose-Headers", answers(every, func(m *message) {
			m.fields = slices.Insert(m.fields, 3, exchange.Field{Name: "Access-Control-Expose-Headers", Value: "X-REQUEST-ID"})
		}), "headers/Access-Control-Expose-Headers/not-sent", ""},
		{"sends X-Powered-By", answers(every, func(m *message) { m.set("X-Powered-By", "mock") }), "headers/no-others", ""},
		{"sends Server twice", answers(every, func(m *message) {
			i := slices.IndexFunc(m.fields, func(f exchange.Field) bool { return f.Name == "Server" })
			m.fields = slices.Insert(m.fields, i, m.fields[i])
		}), "headers/once", ""},
		{"sends its header fields in another order", answers(every, func(m *message) { slices.Reverse(m.fields) }), "headers/order", ""},
		{"sends a byte more than Content-Length says", answers(every, func(m *message) { m.body += " " }), "bytes/content-length", ""},
		{"sends bodies in chunks, without Content-Length", answers(every, func(m *message) {
			m.del("Content-Length")
			m.set("Transfer-Encoding", "chunked")
			chunk := ""
			if m.body != "" {
				chunk = fmt.Sprintf("%x\r\n%s\r\n", len(m.body), m.body)
			}
			m.body = chunk + "0\r\n\r\n"
		}), "headers/Content-Length/present", ""},
	}
}

// member changes how a member of the outermost object is printed.
func member(name, pattern, with string) func(*message) {
	p := regexp.MustCompile(`"` + name + `": ` + pattern)
	return func(m *message) { m.setBody(p.ReplaceAllString(m.body, with)) }
}

func bodyFaults() []seeded {
	const model = "body/DispatchCustomerLocationModel."
	inVersion := func(old bool) func(_, r *message) bool {
		return func(q, r *message) bool { return records(q, r) && (r.get("X-API-VERSION") < "2021/04/07") == old }
	}
	return []seeded{
		{"sends null for a name", answers(records, member("name", `"George[^"]*", "note"`, `"name": null, "note"`)), model + "name", ""},
		{"leaves a null member out", answers(records, member("parent_id", `null, `, ``)), model + "parent_id", ""},
		{"sends created_on with a zone", answers(records, member("created_on", `"([^"]*)"`, `"created_on": "${1}Z"`)), model + "created_on", ""},
		{"sends last_updated_on in the future", answers(records, member("last_updated_on", `"[^"]*"`, `"last_updated_on": "2999-01-01T00:00:00.000000"`)), model + "last_updated_on", ""},
		{"sends renewal_date with slashes", answers(records, member("renewal_date", `null`, `"renewal_date": "2021/11/08"`)), model + "renewal_date", ""},
		{"sends is_active as a number", answers(records, func(m *message) {
			m.replace(`, "is_active": false, "is_commercial"`, `, "is_active": 0, "is_commercial"`)
			m.replace(`, "is_active": true, "is_commercial"`, `, "is_active": 1, "is_commercial"`)
		}), model + "is_active", ""},
		{"sends identifiers as text", answers(records, member("(customer_id|location_id)", `(\d+)`, `"$1": "$2"`)), model + "customer_id " + model + "location_id", ""},
		{"sends a note of 2049 characters", answers(records, member("note", `"Exempt[^"]*"`, `"note": "`+strings.Repeat("n", 2049)+`"`)), model + "note", ""},
		{"sends a latitude of 91", answers(records, member("latitude", `[-0-9.]+`, `"latitude": 91`)), "body/CustomerAddressModel.latitude", ""},
		{"leaves a contact's fax out", answers(records, member("fax", `[^,]*, `, ``)), "body/CustomerContactModel.fax", ""},
		{"sends null for the addresses", answers(records, member("addresses", `\[[^]]*\]`, `"addresses": null`)), model + "addresses", ""},
		{"sends a member more", answers(records, func(m *message) { m.replace(`"account_number_1"`, `"account_id": 7, "account_number_1"`) }), "body/no-others", ""},
		{"sends customer_id in a new version", answers(inVersion(false), func(m *message) {
			m.setBody(regexp.MustCompile(`"id": (\d+), "is_active": (true|false), "is_commercial`).ReplaceAllString(m.body, `"customer_id": $1, "is_active": $2, "is_commercial`))
		}), model + "customer_id " + model + "id", ""},
		{"sends id in the old version", answers(inVersion(true), member("customer_id", ``, `"id": `)), model + "customer_id " + model + "id", ""},
		{"sends another customer's record", answers(records, member("(customer_id|id)", `1, "is_active": (true|false), "is_commercial`, `"$1": 9, "is_active": $2, "is_commercial`)), "record/customer", ""},
		{"sends another location's record", answers(records, member("location_id", `1,`, `"location_id": 2,`)), "record/location", ""},
		{"sends an HTML page for a record", answers(records, func(m *message) { m.setBody("<html></html>") }), "body/json", ""},
		{"prints compact JSON", answers(every, func(m *message) { m.setBody(compact(m.body)) }), "bytes/separators", ""},
		{"prints members unsorted", answers(records, func(m *message) { m.setBody(lastFirst(m.body)) }), "bytes/members-sorted", ""},
		{"prints characters beyond ASCII unescaped", answers(records, func(m *message) { m.setBody(unescape(m.body)) }), "bytes/ascii", ""},
		{"prints numbers with trailing zeros", answers(records, member("latitude", `([-0-9]+\.[0-9]+)`, `"latitude": ${1}00`)), "bytes/numbers", ""},
	}
}

func compact(body string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return body
	}
	b, _ := json.Marshal(v)
	// As the vendor escapes, so that one thing alone is changed.
	var out strings.Builder
	for _, r := range string(b) {
		switch {
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case r > '~':
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// lastFirst moves the first member behind the others.
func lastFirst(body string) string {
	first, rest, ok := strings.Cut(strings.TrimPrefix(body, "{"), ", ")
	if !ok {
		return body
	}
	return "{" + strings.TrimSuffix(rest, "}") + ", " + first + "}"
}

var escaped = regexp.MustCompile(`\\u00[c-f][0-9a-f]`)

func unescape(body string) string {
	return escaped.ReplaceAllStringFunc(body, func(s string) string {
		r, err := strconv.ParseUint(s[2:], 16, 32)
		if err != nil {
			return s
		}
		return string(rune(r))
	})
}

func errorFaults() []seeded {
	return []seeded{
		{"calls an error's field title", answers(refusals, func(m *message) { m.replace(`"field": `, `"title": `) }), "error/field error/no-others", "bytes/members-sorted"},
		{"sends an error without explanation", answers(refusals, member("explanation", `"[^"]*", `, ``)), "error/explanation", ""},
		{"sends an error with an empty detail", answers(refusals, member("detail", `"(?:[^"\\]|\\.)*"`, `"detail": ""`)), "error/detail", ""},
		{"sends a member more in an error", answers(refusals, func(m *message) { m.replace(`{"detail"`, `{"code": 1, "detail"`) }), "error/no-others", ""},
		{"sends an error as text", answers(refusals, func(m *message) { m.setBody("No.") }), "error/json", ""},
		{"sends the standard reason phrase with an error", answers(refusals, func(m *message) { m.setStatus(fmt.Sprintf("%d Bad Request", m.status())) }), "error/reason", ""},
		{"sends the reason phrase in lower case", answers(refusals, func(m *message) { m.line = "HTTP/1.1 " + strings.ToLower(strings.TrimPrefix(m.line, "HTTP/1.1 ")) }), "error/reason", ""},
		{"names another model in an error", answers(refusals, func(m *message) {
			m.replace(`"StandardRequestHeadersModel.`, `"Headers.`)
			m.line = strings.ReplaceAll(m.line, "StandardRequestHeadersModel.", "Headers.")
		}), "*/x-tenant-id/absent/field", "*/field"},
	}
}
