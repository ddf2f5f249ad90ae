// Package exchange is the record of one request and its response as they
// crossed the wire, with the verdict on each.
package exchange

import (
	"net/http"
	"time"
)

// Finding is one broken rule of the contract, whoever broke it.
type Finding struct {
	// Part is where the rule was broken: request header, path, status,
	// header or body.
	Part string
	// Pointer is a JSON pointer into the part.
	Pointer string
	// Rule is the schema keyword and its value, such as "maxLength: 64".
	Rule string
	// Value is what was received, as short JSON; secrets are blotted out.
	Value string
	// Schema is the file and the JSON pointer of the rule.
	Schema string
	// Documented is what the documentation says of the value.
	Documented string
	// Remedy says what to do, in a sentence.
	Remedy string
}

// Parts of an exchange that a finding can be about.
const (
	PartRequestHeader = "request header"
	PartPath          = "path"
	PartStatus        = "status"
	PartHeader        = "header"
	PartBody          = "body"
)

// Exchange is one request and its response.
type Exchange struct {
	Start  time.Time
	Method string
	Path   string // as sent, without the query
	// Operation is the name of the contract's operation that took the request.
	Operation string
	ClientID  string
	Tenant    int64

	VersionAsked  string // what a valid x-api-version named
	VersionPinned string // what the client ID's pin said before
	VersionUsed   string
	RequestID     string

	Status int
	Bytes  int // length of the response body
	// Transition is set when the exchange changed the record.
	Transition bool

	// Problems are all faults of the request, the one that was answered first.
	Problems []Finding
	// Violations are the rules that our own response broke.
	Violations []Finding
	// Err is what went wrong inside the server.
	Err error
}

// Carrier is a ResponseWriter that carries the record of its exchange.
type Carrier interface {
	http.ResponseWriter
	Exchange() *Exchange
}

// Of returns the record that w carries, or one that nobody will read.
func Of(w http.ResponseWriter) *Exchange {
	if c, ok := w.(Carrier); ok {
		return c.Exchange()
	}
	return new(Exchange)
}
