package mock_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// scene is a ready scenario as its description has it: what a client sees of
// one request after another, each told by how it differs from the usual answer.
type scene struct {
	says  string // the catalogue's description
	steps []step
}

// step is one request and what comes of it.
type step struct {
	method string   // "" is DELETE
	header []string // beside those of a dispatcher
	clock  string   // what the session's clock is set to before, "" leaves it
	// see returns every byte that the client sees; nil is the usual answer.
	see func(usual string) string
	// or is what it may see instead, where chance decides.
	or func(usual string) string
	// like validates what no one can foretell; got is all that came.
	like func(t *testing.T, got string)
	// closes is set where the server ends the connection although the client
	// keeps its half open, resets where it does so by a TCP reset.
	closes, resets bool
	// undone is set where the record stays as it was.
	undone bool
	// passes is set where the scenario leaves the request alone.
	passes bool
	// whole is set where the scenario takes over and changes no byte.
	whole bool
	// breaks are the rules of the contract that the journal finds broken on
	// purpose, as part and pointer.
	breaks string
	// tells is what the journal says that became of the connection.
	tells string
}

// fixed returns a message with the Content-Length that its body has.
func fixed(text string) string {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	return lengthOf.ReplaceAllString(head, "Content-Length: "+strconv.Itoa(len(body))) + "\r\n\r\n" + body
}

var (
	lengthOf = regexp.MustCompile(`Content-Length: \d+`)
	lineOne  = regexp.MustCompile(`^HTTP/1.1 [^\r]*`)
)

// refusal returns the answer of an error in the vendor's form: the usual one
// with another first line and body.
func refusal(status, field, detail, explanation string) func(string) string {
	return func(usual string) string {
		head, _, _ := strings.Cut(usual, "\r\n\r\n")
		head = lineOne.ReplaceAllLiteralString(head, "HTTP/1.1 "+status+" "+field+": "+detail)
		if status == "401" {
			head = strings.Replace(head, "\r\nX-API-VERSION", "\r\nWWW-Authenticate: Bearer\r\nX-API-VERSION", 1)
		}
		return fixed(head + "\r\n\r\n" + `{"detail": "` + detail + `", "explanation": "` + explanation + `", "field": "` + field + `"}`)
	}
}

// failed is the answer of a server that failed.
var failed = refusal("500", "server", "The server failed on this request.", "An unexpected error occurred.")

// expired is the answer to a token that has expired.
var expired = refusal("401", headerModel+"authorization", "The access token is unknown or has expired.", "The caller could not be authenticated.")

// repeated is the answer to a second DELETE.
var repeated = refusal("409", "customer_location_id", "The customer was deactivated at this location before.", "The record is inactive already.")

const headerModel = "StandardRequestHeadersModel."

// bodied returns a change of the body's text, pairs of a pattern and what
// stands in its place.
func bodied(pairs ...string) func(string) string {
	return func(usual string) string {
		head, body, _ := strings.Cut(usual, "\r\n\r\n")
		for i := 0; i < len(pairs); i += 2 {
			body = regexp.MustCompile(pairs[i]).ReplaceAllString(body, pairs[i+1])
		}
		return fixed(head + "\r\n\r\n" + body)
	}
}

// headed returns a change of the head's text.
func headed(old, with string) func(string) string {
	return func(usual string) string {
		head, body, _ := strings.Cut(usual, "\r\n\r\n")
		return strings.Replace(head, old, with, 1) + "\r\n\r\n" + body
	}
}

// nothing is what a client sees of a connection that ends without a byte.
func nothing(string) string { return "" }

// tooMany is the answer of a rate limit.
func tooMany(seconds string) func(string) string {
	told := refusal("429", "request", "More than 3 requests in 10s. Try again in "+seconds+" s.", "Too many requests.")
	return func(usual string) string {
		return strings.Replace(told(usual), "\r\n\r\n", "\r\nRetry-After: "+seconds+"\r\n\r\n", 1)
	}
}

// maintenance is the answer of an API under maintenance.
func maintenance(usual string) string {
	told := refusal("503", "server", "The API is under maintenance. Try again in 120 s.", "The service is unavailable.")(usual)
	told = lineOne.ReplaceAllLiteralString(told, "HTTP/1.1 503 Service Unavailable")
	return strings.Replace(told, "\r\n\r\n", "\r\nRetry-After: 120\r\n\r\n", 1)
}

// gateway is the answer of a proxy before the API.
func gateway(string) string {
	body := "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return "HTTP/1.1 502 Bad Gateway\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\nContent-Type: text/html\r\nDate: Sat, 20 Aug 2022 01:38:16 GMT\r\nServer: nginx\r\n\r\n" + body
}

// cutAt returns the answer with n bytes of its body.
func cutAt(n int) func(string) string {
	return func(usual string) string {
		head, body, _ := strings.Cut(usual, "\r\n\r\n")
		return head + "\r\n\r\n" + body[:n]
	}
}

// inChunks returns the answer with its body in n chunks.
func inChunks(n int) func(string) string {
	return func(usual string) string {
		head, body, _ := strings.Cut(usual, "\r\n\r\n")
		text := lengthOf.ReplaceAllString(head, "Transfer-Encoding: chunked") + "\r\n\r\n"
		for i := range n {
			piece := body[i*len(body)/n : (i+1)*len(body)/n]
			text += strconv.FormatInt(int64(len(piece)), 16) + "\r\n" + piece + "\r\n"
		}
		return text + "0\r\n\r\n"
	}
}

// isGarbage holds that 64 bytes came that no client takes for HTTP.
func isGarbage(t *testing.T, got string) {
	t.Helper()
	if len(got) != 64 || got[0] < 0x80 {
		t.Errorf("got %d bytes %q, want 64 that do not begin as HTTP does", len(got), got)
	}
}

// longest returns the record with every text as long as the page lets it be.
func longest(usual string) string {
	letters := func(name, letter string, n int) string { return `"` + name + `": "` + strings.Repeat(letter, n) + `"` }
	return bodied(
		`"account_number_1": null`, letters("account_number_1", "1", 128),
		`"account_number_1": "S-\d+"`, letters("account_number_1", "1", 128),
		`"account_number_2": null`, letters("account_number_2", "2", 128),
		`"addresses": \[.*?\]`, `"addresses": [{"country": "US", "id": 1, "is_active": true, "is_billing": true, "is_physical": true, "is_shipping": true, "latitude": -89.9999999, `+
			letters("line_1", "A", 256)+", "+letters("line_2", "B", 256)+", "+letters("line_3", "C", 256)+", "+letters("line_4", "D", 256)+", "+
			letters("locality", "E", 86)+`, "longitude": -179.9999999, `+letters("postcode", "9", 86)+", "+letters("region", "W", 32)+`}]`,
		`"contacts": \[.*?\]`, `"contacts": [{"email": "`+strings.Repeat("a", 64)+"@"+strings.Repeat("b", 63)+"."+strings.Repeat("c", 63)+"."+strings.Repeat("d", 55)+
			`.example", "fax": "360-555-0000 00", "id": 1, `+letters("name", "N", 128)+
			`, "notify_on_acknowledged_request": true, "notify_on_completed_request": true, "notify_on_dispatched_request": true, "notify_on_failed_request": true, "notify_on_new_request": true, `+
			letters("number", "5", 90)+`}]`,
		`("location_id": \d+, )"name": "[^"]*"`, "$1"+letters("name", "W", 64),
		`"note": "[^"]*"`, `"note": "`+strings.Repeat("Exempt from billing??? ", 90)[:2048]+`"`,
		`"reference_number": null`, letters("reference_number", "R", 256),
		`"sales_rep": "[^"]*"`, letters("sales_rep", "S", 64),
	)(usual)
}

// takenFrom returns the first bytes of an answer, up to its body.
func takenFrom(usual string) string {
	head, _, _ := strings.Cut(usual, "\r\n\r\n")
	return head + "\r\n\r\n"
}

// withoutID returns an answer without its last field.
func withoutID(usual string) string {
	return regexp.MustCompile(`\r\nX-REQUEST-ID: [^\r]*`).ReplaceAllString(usual, "")
}
