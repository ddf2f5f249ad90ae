package model

// Choices are the answers to what nothing public says. The fixtures' choices
// file sets them; its schema holds the defaults and the possible values.
type Choices struct {
	// Statuses has the status of each error that is a choice.
	Statuses map[Code]int

	Authenticate          bool     // a 401 carries WWW-Authenticate
	ContentTypeParameters bool     // charset and the like are tolerated
	Touch                 bool     // deactivating sets last_updated_on
	AdminIsDispatcher     bool     // Admin may make Dispatcher calls
	EchoRequestID         bool     // a valid x-request-id is sent back
	PinOnSuccess          bool     // only a request answered 200 moves the pin
	ErrorOrder            []string // in which wrong inputs are reported
}
