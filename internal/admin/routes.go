package admin

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"

	"github.com/gorilla/mux"
)

// handler answers a request with a value that is printed as JSON, with a
// created or a download, or with an error.
type handler func(r *request) (any, error)

// route is a line of the admin API's table; the OpenAPI document is made from it.
type route struct {
	method, path string
	handle       handler
	raw          http.HandlerFunc // instead of handle, for the stream
	change       bool             // of the session, which is recorded
	large        bool             // the answer may have a whole session
	about        string
	body         string   // name of the body's schema
	query        []string // names of query parameters
}

// show handles a request by showing something of its session.
func show[T any](of func(*session.Session) T) handler {
	return func(r *request) (any, error) { return of(r.session), nil }
}

const (
	health = "/health"
	one    = "/sessions/{session}"
	record = one + "/records/{tenant}/{customer}/{location}"
)

// filters are the query parameters by which exchanges are chosen.
func filters() []string {
	return []string{"session", "status", "method", "path", "text", "verdict", "since", "after", "before", "limit", "admin"}
}

// table is what the admin API has.
func (d *Admin) table() []route {
	version := []string{"api_version"}
	session := []string{"session"}
	return []route{
		{method: "GET", path: health, handle: d.health, about: "Shows that the server is ready."},
		{method: "GET", path: "/openapi.json", handle: d.openAPI, about: "This document."},
		{method: "GET", path: "/api/openapi.json", handle: d.apiDocument, about: "The mocked API in one version, as an OpenAPI document.", query: []string{"api_version", "openapi", "session"}},

		{method: "GET", path: "/sessions", handle: d.listSessions, about: "Lists the sessions."},
		{method: "POST", path: "/sessions", handle: d.createSession, about: "Makes a session, with records, clock, scenarios and a journal of its own.", body: "session"},
		{method: "GET", path: one, handle: d.getSession, about: "Describes a session."},
		{method: "DELETE", path: one, handle: d.dropSession, about: "Drops a session."},
		{method: "POST", path: one + "/reset", change: true, handle: d.reset, about: "Puts a session back to how it was made.", body: "reset"},

		{method: "GET", path: one + "/diff", large: true, handle: d.diff, about: "What differs from the fixtures, as a JSON Patch."},
		{method: "GET", path: one + "/bundle", large: true, handle: d.bundle, about: "The whole session in one file, to be replayed elsewhere."},
		{method: "GET", path: one + "/snapshots", handle: show(showSnapshots), about: "Lists the snapshots."},
		{method: "POST", path: one + "/snapshots", change: true, handle: d.takeSnapshot, about: "Keeps the state under a name.", body: "snapshot"},
		{method: "POST", path: one + "/snapshots/{name}/restore", change: true, handle: d.restoreSnapshot, about: "Brings a kept state back."},
		{method: "DELETE", path: one + "/snapshots/{name}", change: true, handle: d.dropSnapshot, about: "Drops a kept state."},

		{method: "GET", path: one + "/records", handle: d.listRecords, large: true, about: "Lists records in order.", query: []string{"search", "limit", "after", "sort", "order", "offset"}},
		{method: "GET", path: record, handle: d.getRecord, about: "Reads a record in the shape of an API version.", query: version},
		{method: "PUT", path: record, change: true, handle: d.putRecord, about: "Writes a record, checked as fixtures are.", body: "record", query: version},
		{method: "PATCH", path: record, change: true, handle: d.patchRecord, about: "Changes members of a record.", body: "record-patch", query: version},
		{method: "DELETE", path: record, change: true, handle: d.removeRecord, about: "Takes a record out of the session."},
		{method: "POST", path: record + "/check", handle: d.checkRecord, about: "Checks a record as fixtures are, and writes nothing.", body: "record", query: version},
		{method: "POST", path: record + "/revert", change: true, handle: d.revertRecord, about: "Makes a record what the fixtures say.", query: version},

		{method: "GET", path: one + "/pins", handle: show(showPins), about: "The version pin of each client ID."},
		{method: "PUT", path: one + "/pins", change: true, handle: d.putPins, about: "Sets version pins.", body: "pins"},
		{method: "GET", path: one + "/clock", handle: show(showClock), about: "The session's clock."},
		{method: "PUT", path: one + "/clock", change: true, handle: d.putClock, about: "Sets the session's clock.", body: "clock"},
		{method: "GET", path: one + "/request-ids", handle: show(showIDs), about: "Where request IDs come from."},
		{method: "PUT", path: one + "/request-ids", change: true, handle: d.putIDs, about: "Sets where request IDs come from.", body: "request-ids"},
		{method: "GET", path: one + "/choices", handle: show(showChoices), about: "The choices in force where the documentation is silent."},
		{method: "PATCH", path: one + "/choices", change: true, handle: d.patchChoices, about: "Changes choices.", body: "choices"},

		{method: "GET", path: "/scenarios", handle: d.catalogue, about: "The scenarios that every session knows."},
		{method: "GET", path: one + "/scenarios", handle: show(showScenarios), about: "The session's own scenarios, and those that are on."},
		{method: "POST", path: one + "/scenarios", change: true, handle: d.switchOn, about: "Defines a scenario, or names a known one, and switches it on.", body: "switch"},
		{method: "POST", path: one + "/scenario-check", handle: d.checkScenario, about: "Checks the definition of a scenario, and switches nothing on.", body: "switch"},
		{method: "DELETE", path: one + "/scenarios", change: true, handle: d.switchAllOff, about: "Switches all scenarios off."},
		{method: "DELETE", path: one + "/scenarios/{name}", change: true, handle: d.switchOff, about: "Switches a scenario off."},

		{method: "GET", path: "/journal", handle: d.listJournal, about: "The exchanges, newest first.", query: filters()},
		{method: "DELETE", path: "/journal", handle: d.clearJournal, about: "Forgets the exchanges of a session, or of all.", query: session},
		{method: "GET", path: "/journal/stream", raw: d.stream, about: "Exchanges as they happen, as server-sent events.", query: filters()},
		{method: "GET", path: "/journal/har", large: true, handle: d.har, about: "The exchanges as HAR 1.2.", query: filters()},
		{method: "POST", path: "/journal/verify", handle: d.verify, about: "Compares what happened in a session with an expectation.", body: "expectation", query: session},
		{method: "GET", path: "/journal/{request_id}", handle: d.getByRequestID, about: "All of the newest exchange of an X-REQUEST-ID.", query: session},
		{method: "GET", path: "/coverage", handle: d.covered, about: "What of the contract was tried, and how to try the rest.", query: session},
		{method: "DELETE", path: "/coverage", handle: d.clearCoverage, about: "Forgets what a session, or all, have tried.", query: session},
		{method: "GET", path: "/exchanges/{id}", handle: d.getExchange, about: "All of an exchange."},
		{method: "GET", path: "/exchanges/{id}/snippets", handle: d.getSnippets, about: "Commands and programs that send the request of an exchange again."},

		{method: "GET", path: "/contract", handle: d.getContract, about: "What must be: versions, operations, schemas, choices and facts with their grades.", query: version},
		{method: "GET", path: "/clients", handle: d.getClients, about: "The clients of the fixtures with their tokens, roles and tenants."},
		{method: "POST", path: "/send", handle: d.sendRequest, about: "Sends a request from the server to the mocked API, and shows what came back.", body: "send"},
	}
}

func (d *Admin) routes() http.Handler {
	m := mux.NewRouter().SkipClean(true).UseEncodedPath()
	for _, route := range d.table() {
		var h http.Handler = route.raw
		if route.raw == nil {
			h = d.few(d.long, isLong, d.serve(route))
		}
		if route.large {
			h = d.few(d.large, func(*http.Request) bool { return true }, h)
		}
		methods := []string{route.method}
		if route.path == health {
			methods = append(methods, http.MethodHead) // as many ask who wait for a server
		}
		m.Handle(Prefix+route.path, asked(route.query, h)).Methods(methods...)
	}
	m.NotFoundHandler = http.HandlerFunc(d.elsewhere)
	m.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed(m, r), ", "))
		writeProblem(w, problem(http.StatusMethodNotAllowed, "%.20q is not a method of %.200s; %s/openapi.json lists what the admin API has.", r.Method, r.URL.EscapedPath(), Prefix))
	})
	return m
}

// elsewhere serves the page, where there is one, and refuses all else.
func (d *Admin) elsewhere(w http.ResponseWriter, r *http.Request) {
	if d.Page != nil && isPage(r.URL.Path) {
		d.Page.ServeHTTP(w, r)
		return
	}
	writeProblem(w, problem(http.StatusNotFound, "The admin API has no %s; %s/openapi.json lists what it has.", r.URL.Path, Prefix))
}

// asked refuses query parameters that a route does not have: one that is
// misspelt would ask for more than was meant.
func asked(known []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			writeProblem(w, problem(http.StatusBadRequest, "The query is malformed: %v.", err))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(q)) {
			if slices.Contains(known, name) {
				if len(q[name]) == 1 {
					continue
				}
				writeProblem(w, problem(http.StatusBadRequest, "%.40q stands in the query %d times: give it once.", name, len(q[name])))
				return
			}
			hint := "it takes none"
			if near := jsonx.Nearest(name, known); near != "" {
				hint = "did you mean " + near + "?"
			} else if len(known) > 0 {
				hint = "it takes " + strings.Join(known, ", ")
			}
			writeProblem(w, problem(http.StatusBadRequest, "%.40q is not a query parameter of %s %.200s; %s", name, r.Method, r.URL.EscapedPath(), hint))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowed returns the methods that the path of a request has.
func allowed(m *mux.Router, r *http.Request) []string {
	var methods []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		other := *r
		other.Method = method
		var match mux.RouteMatch
		if m.Match(&other, &match) && match.MatchErr == nil {
			methods = append(methods, method)
		}
	}
	return methods
}
