package verify_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"dispatchmock/internal/exchange"
)

// inOrder returns the fields sorted by name, as the sample has them.
func inOrder(m *message) []exchange.Field {
	return slices.SortedStableFunc(slices.Values(m.fields), func(a, b exchange.Field) int { return cmp.Compare(a.Name, b.Name) })
}

var versionForm = regexp.MustCompile(`^20\d\d/\d\d/\d\d$`)

func versionFaults() []seeded {
	return []seeded{
		{"does not look at x-api-version", requests(func(m *message) {
			if versionForm.MatchString(m.alone("x-api-version")) {
				m.del("x-api-version")
			}
		}), "*/x-api-version/*/reported", ""},
		{"does not know the newest version", answers(func(q, _ *message) bool { return q.get("x-api-version") == "2023/04/19" },
			refuse(400, "StandardRequestHeadersModel.x-api-version", "No.")), "*/x-api-version/2023-04-19/accepted", ""},
		{"compares the case of a header's name", requests(func(m *message) {
			if slices.ContainsFunc(m.fields, func(f exchange.Field) bool { return f.Name == "X-API-VERSION" }) {
				m.del("x-api-version")
			}
		}), "get/x-api-version/name-in-capitals/reported", ""},
		{"renames a record in the newest version", answers(func(q, r *message) bool { return records(q, r) && r.get("X-API-VERSION") == "2023/04/19" },
			func(m *message) { m.replace("George Jones", "Jones, George") }), "*/x-api-version/2023-04-19/same-record", ""},
		{"forgets a client's version", requests(func(m *message) {
			if !m.has("x-api-version") && m.method() != "OPTIONS" {
				m.set("x-api-version", "2019/02/08")
			}
		}), "pin/last-named", ""},
		{"has one version pin for all clients", sharedPin(), "pin/own-client", ""},
	}
}

// sharedPin answers in the version that anybody named last.
func sharedPin() fault {
	last := ""
	return requests(func(m *message) {
		switch v := m.get("x-api-version"); {
		case versionForm.MatchString(v) && v != "1999/12/31" && m.get("Authorization") == good:
			last = v
		case !m.has("x-api-version") && last != "" && m.get("Authorization") == "Bearer second-dispatcher-token":
			m.set("x-api-version", last)
		}
	})
}

// after is a fault of the answers about the first record from its deactivation
// on.
func after(change func(request, response *message)) fault {
	gone := false
	return func(request *message, next next) *message {
		asked := *request
		response := next(request)
		if !records(&asked, response) || !strings.HasPrefix(asked.path(), "/customers/1/locations/1") {
			return response
		}
		gone = gone || asked.method() == "DELETE"
		if gone {
			change(&asked, response)
		}
		return response
	}
}

func deletes(q, r *message) bool { return records(q, r) && q.method() == "DELETE" }

func actionFaults() []seeded {
	const active, inactive = `, "is_active": true, "is_commercial"`, `, "is_active": false, "is_commercial"`
	lastUpdated := member("last_updated_on", `"[^"]*"`, `"last_updated_on": "2022-08-20T01:38:16.000000"`)
	return []seeded{
		{"answers a DELETE with 204", answers(deletes, func(m *message) {
			m.setStatus("204 No Content")
			m.setBody("")
			m.del("Content-Type")
		}), "deactivate/status", ""},
		{"answers a DELETE with the active record", answers(deletes, func(m *message) { m.replace(inactive, active) }), "deactivate/is_active", ""},
		{"still reads an active record after a DELETE", after(func(q, r *message) {
			if q.method() == "GET" {
				r.replace(inactive, active)
			}
		}), "deactivate/read-back/is_active", ""},
		{"reads no record after a DELETE", after(func(q, r *message) {
			if q.method() == "GET" && !q.has("Accept") {
				refuse(404, "customer_location_id", "Gone.")(r)
			}
		}), "deactivate/read-back/status", ""},
		{"touches last_updated_on when it deactivates", after(func(_, r *message) { lastUpdated(r) }), "deactivate/keeps/last_updated_on", ""},
		{"drops the note when it deactivates", after(func(_, r *message) { r.replace(`"Exempt from billing???"`, "null") }), "deactivate/keeps/note", ""},
		{"deactivates the addresses too", after(func(_, r *message) { r.replace(`"is_active": true, "is_billing"`, `"is_active": false, "is_billing"`) }), "deactivate/keeps/addresses", ""},
		{"prints another name after GET than after DELETE", answers(deletes, func(m *message) { m.replace("George Jones", "GEORGE JONES") }),
			"deactivate/read-back/same-record deactivate/keeps/name", ""},
		{"answers a repeated DELETE with 404", repeated(refuse(404, "customer_location_id", "Is inactive.")), "deactivate/repeated/status", ""},
		{"answers a repeated DELETE with another body", repeated(func(m *message) { m.replace(`"Exempt from billing???"`, `"Again."`) }), "deactivate/repeated/same-body", ""},
		{"refuses a DELETE with a body", answers(func(q, _ *message) bool { return q.body != "" }, refuse(400, "body", "No body.")), "deactivate/body-ignored", ""},
		{"refuses a query", answers(func(q, _ *message) bool { return strings.Contains(q.path(), "?") }, refuse(400, "query", "No query.")), "*/path/query/accepted", ""},
	}
}

// repeated is a fault of the second DELETE and those that follow.
func repeated(change func(*message)) fault {
	n := 0
	return func(request *message, next next) *message {
		asked := *request
		response := next(request)
		if deletes(&asked, response) {
			if n++; n > 1 {
				change(response)
			}
		}
		return response
	}
}
