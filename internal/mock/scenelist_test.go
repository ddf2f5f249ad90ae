package mock_test

import (
	"maps"
	"net/http"
)

// refused returns the scene of an error that is answered to every request, of
// which nothing is done.
func refused(says, status, field, detail, explanation string) scene {
	see := refusal(status, field, detail, explanation)
	return scene{says, []step{{see: see, undone: true}, {method: http.MethodGet, see: see, undone: true}, {see: see, undone: true}}}
}

const (
	badHeader = "A request header breaks its rule."
	// What the journal tells of a reset.
	beforeAll, beforeBody = "reset before a byte of the answer", "reset behind the header section"
	noAccess              = "The resource could not be accessed."
	noCaller              = "The caller could not be authenticated."
)

// scenes has what each scenario of the catalogue does, by its name.
func scenes() map[string]scene {
	get := http.MethodGet
	all := map[string]scene{
		"error-400-tenant":  refused("Answers 400: x-tenant-id breaks its rule.", "400", headerModel+"x-tenant-id", "Must be an integer.", badHeader),
		"error-400-version": refused("Answers 400: x-api-version breaks its rule.", "400", headerModel+"x-api-version", "Must be a valid API version.", badHeader),
		"error-400-path":    refused("Answers 400: a path parameter breaks its rule.", "400", "customer_id", "Must be an integer.", "A path parameter breaks its rule."),
		"error-401":         refused("Answers 401: the authorization header breaks its rule.", "401", headerModel+"authorization", "Must be Bearer and an access token.", noCaller),
		"error-401-expired": refused("Answers 401: the access token has expired.", "401", headerModel+"authorization", "The access token is unknown or has expired.", noCaller),
		"error-403-role":    refused("Answers 403: the token's user lacks the role.", "403", headerModel+"authorization", "The token's user lacks the role Dispatcher.", noAccess),
		"error-403-tenant":  refused("Answers 403: the tenant is not the token's.", "403", headerModel+"x-tenant-id", "The tenant is not assigned to this token.", noAccess),
		"error-404":         refused("Answers 404: there is no such record.", "404", "customer_location_id", "The tenant has no such customer at this location.", "The record does not exist."),
		"error-406":         refused("Answers 406: the accept header admits no JSON.", "406", headerModel+"accept", "Must admit application/json.", "The only representation is application/json."),
		"error-409":         refused("Answers 409: the record was deactivated before.", "409", "customer_location_id", "The customer was deactivated at this location before.", "The record is inactive already."),
		"error-500":         refused("Answers 500: the server failed, and did nothing.", "500", "server", "The server failed on this request.", "An unexpected error occurred."),

		"maintenance": {"Answers 503 with Retry-After: 120, in the vendor's form.", []step{
			{see: maintenance, undone: true, breaks: "header /Retry-After"}, {method: get, see: maintenance, undone: true, breaks: "header /Retry-After"}}},
		"proxy-error": {"Answers 502 with the HTML page of a proxy, without the API's header fields.", []step{
			{see: gateway, undone: true, breaks: "body, header /Access-Control-Allow-Headers, header /Access-Control-Allow-Methods, header /Access-Control-Allow-Origin, header /Allow, " +
				"header /Content-Type, header /Server, header /X-API-VERSION, header /X-REQUEST-ID"}}},
		"rate-limited": {"Answers 3 requests in 10 s as usual, and those beyond with 429 and Retry-After.", []step{
			{method: get, passes: true}, {method: get, passes: true}, {method: get, passes: true},
			{see: tooMany("10"), undone: true, breaks: "header /Retry-After"},
			{clock: "2022-08-20T01:38:19.5Z", see: tooMany("7"), undone: true, breaks: "header /Retry-After"},
			{clock: "2022-08-20T01:38:26Z", passes: true}}},

		// The client leaves in the middle of the pause, which ends it: the pauses
		// themselves are TestPauses's.
		"slow":      {"Answers as usual after 2 s.", []step{{whole: true}, {method: get, whole: true}}},
		"very-slow": {"Answers as usual after 35 s, when most clients have given up.", []step{{whole: true}, {method: get, whole: true}}},
		"jitter": {"Answers as usual, half of the time within 200 ms, one time in a hundred after more than 3 s.",
			[]step{{whole: true}, {method: get, whole: true}, {whole: true}}},

		"reset": {"Resets the connection before a byte is sent; nothing was done.", []step{
			{see: nothing, tells: beforeAll, closes: true, resets: true, undone: true}, {method: get, see: nothing, tells: beforeAll, closes: true, resets: true}}},
		"reset-after-headers": {"Sends the header section, then resets the connection.", []step{
			{see: takenFrom, tells: beforeBody, closes: true, resets: true}, {method: get, see: takenFrom, tells: beforeBody, closes: true, resets: true}}},
		"truncated":     {"Ends the connection after 100 bytes of the body.", []step{{see: cutAt(100), tells: "closed behind 100 of the ", closes: true}, {method: get, see: cutAt(100), tells: "closed behind 100 of the ", closes: true}}},
		"chunked":       {"Sends the body in 8 chunks, 250 ms apart, without Content-Length.", []step{{see: inChunks(8), tells: "in 8 pieces, with pauses of 250ms"}, {method: get, see: inChunks(8), tells: "in 8 pieces, with pauses of 250ms"}}},
		"garbage":       {"Sends 64 random bytes that are no HTTP; nothing was done.", []step{{like: isGarbage, tells: "64 bytes that are no HTTP", closes: true, undone: true}, {method: get, like: isGarbage, tells: "64 bytes that are no HTTP", closes: true}}},
		"never-answers": {"Keeps the connection open and sends nothing, for 5 minutes; nothing was done.", []step{{see: nothing, tells: "kept open", undone: true}, {method: get, see: nothing, tells: "kept open"}}},
		"empty-reply":   {"Closes the connection without a byte; nothing was done.", []step{{see: nothing, tells: "closed before a byte", closes: true, undone: true}, {method: get, see: nothing, tells: "closed before a byte", closes: true}}},

		"flaky": {"Fails twice with 500, then succeeds.", []step{{see: failed, undone: true}, {see: failed, undone: true}, {passes: true}, {method: get, passes: true}}},
		"random-failures": {"Fails with 500 three times in ten, drawn from the session's seed.", []step{
			{method: get, or: failed}, {method: get, or: failed}, {method: get, or: failed}, {method: get, or: failed}}},
		"token-expires": {"Succeeds twice, then the access token has expired once: 401; then succeeds again.", []step{
			{method: get, whole: true}, {method: get, whole: true}, {see: expired, undone: true}, {passes: true}, {method: get, passes: true}}},
		"lost-update": {"The first DELETE is performed and answered 500 all the same.", []step{{method: get, passes: true}, {see: failed}, {method: get, passes: true}, {passes: true}}},
		"lost-update-reset": {"The first DELETE is performed, and the connection reset before a byte is sent.", []step{
			{method: get, passes: true}, {see: nothing, tells: beforeAll, closes: true, resets: true}, {method: get, passes: true}, {passes: true}}},
		"duplicate-click": {"Of two DELETEs at once one succeeds after 500 ms; the second, and any after it, gets 409.", []step{
			{method: get, passes: true}, {whole: true}, {see: repeated}, {see: repeated}, {method: get, passes: true}}},
	}
	maps.Copy(all, bodyScenes())
	return all
}

// bodyScenes are those that change a record.
func bodyScenes() map[string]scene {
	get := http.MethodGet
	newest := []string{"x-api-version: 2023/04/19"}
	wrong := bodied(`"addresses": \[.*?\]`, `"addresses": {}`, `"contacts": \[.*?\]`, `"contacts": null`, `"is_active": (true|false)`, `"is_active": "false"`,
		`"location_id": 1,`, `"location_id": "1",`, `"name": "[^"]*"`, `"name": ["Wrong", "Shape"]`)
	null := bodied(`"addresses": \[.*?\]`, `"addresses": null`, `"contacts": \[.*?\]`, `"contacts": null`, `"created_on": "[^"]*"`, `"created_on": null`, `"name": "[^"]*"`, `"name": null`)
	more := bodied(`("location_id": \d+, )("name": "[^"]*", )`, `$1"loyalty": {"points": 12, "tier": "gold"}, $2"new_in_2026": null, `)
	less := bodied(`"addresses": \[.*?\], `, ``, `("location_id": \d+, )"name": "[^"]*", `, `$1`)
	active := bodied(`("(?:customer_)?id": \d+, )"is_active": false`, `$1"is_active": true`)
	twice := headed("\r\nX-REQUEST-ID", "\r\nX-API-VERSION: 2019/01/01\r\nX-REQUEST-ID")
	return map[string]scene{
		"wrong-shape": {"Members have the wrong type: text for booleans and identifiers, an object for a list.", []step{
			{see: wrong, breaks: "body /addresses, body /contacts, body /is_active, body /location_id, body /name"},
			{method: get, see: wrong, breaks: "body /addresses, body /contacts, body /is_active, body /location_id, body /name"}}},
		"unexpected-null": {"Members that are never null are null: name, addresses, contacts, created_on.", []step{
			{see: null, breaks: "body /addresses, body /contacts, body /created_on, body /name"},
			{method: get, see: null, breaks: "body /addresses, body /contacts, body /created_on, body /name"}}},
		"longest-strings": {"Every text that has a longest length has it.", []step{{see: longest}, {method: get, see: longest}}},
		"unknown-member": {"The record has members that the documentation does not know.", []step{
			{see: more, breaks: "body /loyalty, body /new_in_2026"}, {method: get, see: more, breaks: "body /loyalty, body /new_in_2026"}}},
		"missing-member": {"The record lacks name and addresses.", []step{
			{see: less, breaks: "body /addresses, body /name"}, {method: get, see: less, breaks: "body /addresses, body /name"}}},
		"stale-version": {"The record has another version's shape than X-API-VERSION says: customer_id for id, or the reverse.", []step{
			{see: bodied(`"customer_id"`, `"id"`), breaks: "body /customer_id, body /id"},
			{method: get, header: newest, see: bodied(`("created_on": "[^"]*", )"id"`, `$1"customer_id"`), breaks: "body /customer_id, body /id"}}},
		"stale-record": {"The record is shown as it was before the session changed it: active after it was deactivated.", []step{
			{method: get, see: active}, {see: active}, {method: get, see: active}, {see: active}}},
		"no-request-id": {"The response lacks X-REQUEST-ID.", []step{
			{see: withoutID, breaks: "header /X-REQUEST-ID"}, {method: get, see: withoutID, breaks: "header /X-REQUEST-ID"}}},
		"duplicate-header": {"X-API-VERSION comes twice, the second time with another version.", []step{
			{see: twice, breaks: "header /X-API-VERSION"}, {method: get, see: twice, breaks: "header /X-API-VERSION"}}},
	}
}
