package verify_test

import (
	"fmt"
	"strings"
)

// refuse makes an answer an error of ours that is right in itself.
func refuse(status int, field, detail string) func(*message) {
	return func(m *message) {
		m.setStatus(fmt.Sprintf("%d %s: %s", status, field, detail))
		m.set("Content-Type", "application/json")
		m.setBody(fmt.Sprintf(`{"detail": %q, "explanation": "No.", "field": %q}`, detail, field))
		m.fields = inOrder(m)
	}
}

// restatus gives an error another status.
func restatus(status int) func(*message) {
	return func(m *message) {
		_, rest, _ := strings.Cut(strings.TrimPrefix(m.line, "HTTP/1.1 "), " ")
		m.setStatus(fmt.Sprintf("%d %s", status, rest))
		if status != 401 {
			m.del("WWW-Authenticate")
		}
	}
}

// reads is a fault in how one request header field is read.
func reads(name string, wrong func(value string, sent bool) bool, as string) fault {
	return requests(func(m *message) {
		if m.method() != "OPTIONS" && wrong(m.get(name), m.has(name)) {
			m.set(name, as)
			if as == "" {
				m.del(name)
			}
		}
	})
}

func is(values ...string) func(string, bool) bool {
	return func(v string, sent bool) bool {
		for _, other := range values {
			if sent && v == other {
				return true
			}
		}
		return false
	}
}

func unsent(_ string, sent bool) bool { return !sent }

const good = "Bearer dispatcher-token"

func inputFaults() []seeded {
	reader := func(q *message) bool { return q.method() == "GET" || q.method() == "DELETE" }
	return []seeded{
		{"asks for no authorization", reads("Authorization", unsent, good), "*/authorization/absent/refused", ""},
		{"takes an empty authorization", reads("Authorization", is(""), good), "*/authorization/empty/refused", ""},
		{"takes any scheme", reads("Authorization", is("Basic dXNlcjpwYXNz"), good), "*/authorization/other-scheme/refused", ""},
		{"takes a token of 257 characters", reads("Authorization", func(v string, _ bool) bool { return len(v) == 257 }, good), "*/authorization/length-257/refused", ""},
		{"compares the scheme's case", answers(func(q, _ *message) bool { return strings.HasPrefix(q.get("Authorization"), "bearer ") },
			func(m *message) { refuse(401, "StandardRequestHeadersModel.authorization", "No.")(m) }), "*/authorization/lower-case-scheme/accepted", "headers/WWW-Authenticate/present"},
		{"takes any token", reads("Authorization", is("Bearer dispatchmock-verify.unknown.token"), good), "*/token/unknown/refused", ""},
		{"answers an unknown token with 500", answers(func(q, _ *message) bool { return strings.Contains(q.get("Authorization"), "unknown.token") }, restatus(500)),
			"*/token/unknown/refused */token/unknown/no-server-error", ""},
		{"answers 403 for a missing token", answers(func(q, _ *message) bool { return reader(q) && !q.has("Authorization") }, restatus(403)), "*/authorization/absent/status", ""},
		{"asks for no tenant", reads("x-tenant-id", unsent, "1"), "*/x-tenant-id/absent/refused", ""},
		{"answers a missing tenant with 422", answers(func(q, _ *message) bool { return q.method() != "OPTIONS" && !q.has("x-tenant-id") }, restatus(422)), "*/x-tenant-id/absent/status", ""},
		{"takes text for the tenant", reads("x-tenant-id", is("abc"), "1"), "*/x-tenant-id/text/refused", ""},
		{"cuts the tenant's fraction", reads("x-tenant-id", is("1.5"), "1"), "*/x-tenant-id/fraction/refused", ""},
		{"takes a tenant beyond 64 bits", reads("x-tenant-id", is("9223372036854775808"), "1"), "*/x-tenant-id/max+1/refused", ""},
		{"takes an unknown version", reads("x-api-version", is("1999/12/31"), ""), "*/x-api-version/unknown/refused", ""},
		{"takes a version with dashes", reads("x-api-version", is("2019-02-08"), ""), "*/x-api-version/dashes/refused", ""},
		{"takes a version of 65 characters", reads("x-api-version", func(v string, _ bool) bool { return len(v) == 65 }, ""), "*/x-api-version/length-65/refused", ""},
		{"takes any x-request-id", reads("x-request-id", func(v string, sent bool) bool { return sent && len(v) < 30 }, ""),
			"*/x-request-id/not-a-uuid/refused */x-request-id/empty/refused */x-request-id/placeholder/refused", ""},
		{"asks for x-request-id", answers(func(q, _ *message) bool { return reader(q) && !q.has("x-request-id") },
			refuse(400, "StandardRequestHeadersModel.x-request-id", "Is required.")), "get/valid/status", "path/unknown/status"},
		{"asks for Content-Type", answers(func(q, _ *message) bool { return reader(q) && !q.has("Content-Type") },
			refuse(400, "StandardRequestHeadersModel.content-type", "Is required.")), "*/content-type/absent/accepted", ""},
		{"refuses a charset", answers(func(q, _ *message) bool { return strings.Contains(q.get("Content-Type"), "charset") },
			refuse(400, "StandardRequestHeadersModel.content-type", "No.")), "*/content-type/charset/accepted", ""},
		{"takes text/plain", reads("Content-Type", is("text/plain"), "application/json"), "*/content-type/other-type/refused", ""},
		{"does not look at Accept", reads("Accept", is("text/html", "application/json;q=0", "", "{accept}"), ""), "*/accept/other-type/refused */accept/weight-0/refused", "*/accept/*/refused"},
		{"takes text for a customer", requests(func(m *message) { m.line = strings.Replace(m.line, "/customers/abc/", "/customers/1/", 1) }), "*/customer_id/text/refused", ""},
		{"takes a location beyond 64 bits", requests(func(m *message) { m.line = strings.Replace(m.line, "/9223372036854775808 ", "/1 ", 1) }), "*/customer_location_id/max+1/refused", ""},
		{"serves a record for an unknown customer", requests(func(m *message) {
			m.line = strings.Replace(m.line, "/customers/4611686018427387903/locations/1 ", "/customers/1/locations/1 ", 1)
		}), "get/path/unknown-customer/refused", ""},
		{"does not look at the location", requests(func(m *message) {
			m.line = strings.Replace(m.line, "/customers/1/locations/4611686018427387903 ", "/customers/1/locations/1 ", 1)
		}), "get/path/other-location/refused", ""},
		{"redirects from the trailing slash", answers(func(q, _ *message) bool { return reader(q) && strings.HasSuffix(q.path(), "/") }, func(m *message) {
			m.setStatus("301 Moved Permanently")
			m.setBody("")
			m.del("Content-Type")
		}), "*/path/slash/accepted", ""},
		{"answers 405 for the trailing slash", answers(func(q, _ *message) bool { return reader(q) && strings.HasSuffix(q.path(), "/") }, refuse(405, "method", "No.")), "*/path/slash/accepted", ""},
		{"answers a PUT with 200", requests(func(m *message) {
			if m.method() == "PUT" {
				m.line = strings.Replace(m.line, "PUT", "GET", 1)
				m.set("Authorization", good)
			}
		}), "methods/put/refused", ""},
		{"does not know POST", answers(func(q, _ *message) bool { return q.method() == "POST" }, restatus(405)), "methods/post/advertised", ""},
		{"asks a preflight for a token", answers(func(q, _ *message) bool { return q.method() == "OPTIONS" }, refuse(401, "StandardRequestHeadersModel.authorization", "No.")),
			"preflight/status", "headers/WWW-Authenticate/present"},
		{"answers a preflight with a body", answers(func(q, _ *message) bool { return q.method() == "OPTIONS" }, func(m *message) {
			m.set("Content-Type", "application/json")
			m.setBody("{}")
			m.fields = inOrder(m)
		}), "preflight/no-body", ""},
		{"lets a driver deactivate", requests(func(m *message) {
			if m.method() == "DELETE" && m.get("Authorization") == "Bearer driver-token" {
				m.set("Authorization", good)
			}
		}), "delete/role/Driver/refused", ""},
		{"lets nobody but dispatchers read", answers(func(q, _ *message) bool { return q.get("Authorization") == "Bearer driver-token" },
			refuse(403, "StandardRequestHeadersModel.authorization", "No.")), "get/role/Driver/accepted", ""},
		{"answers 404 for a missing role", answers(func(q, _ *message) bool { return q.get("Authorization") == "Bearer readonly-token" }, restatus(404)), "*/role/Public/status", ""},
		{"serves another tenant's record", requests(func(m *message) {
			if m.get("x-tenant-id") == "2" {
				m.set("Authorization", "Bearer tenant2-token")
			}
		}), "get/tenant/foreign/refused", ""},
		{"answers 404 for another tenant", answers(func(q, _ *message) bool { return q.get("x-tenant-id") == "2" }, restatus(404)), "*/tenant/foreign/status", ""},
	}
}
