package model

// Choices are the answers to what nothing public says. The fixtures' choices
// file sets them; its schema holds the defaults and the possible values.
type Choices struct {
	// Statuses has the status of each error that is a choice.
	Statuses map[Code]int `json:",embed"`

	Authenticate          bool     `json:"www_authenticate"`                     // a 401 has WWW-Authenticate
	ContentTypeParameters bool     `json:"content_type_parameters"`              // charset and the like are tolerated
	Touch                 bool     `json:"deactivation_touches_last_updated_on"` // deactivating sets last_updated_on
	AdminIsDispatcher     bool     `json:"admin_is_dispatcher"`                  // Admin may make Dispatcher calls
	EchoRequestID         bool     `json:"request_id_echo"`                      // a valid x-request-id is sent back
	PinMoves              string   `json:"version_pin_moves"`                    // PinAuthorized or PinSuccess
	ErrorOrder            []string `json:"error_order"`                          // in which wrong inputs are reported
}

// The requests that move a version pin: each that is authorized, or only those
// that are answered 200.
const (
	PinAuthorized = "authorized"
	PinSuccess    = "success"
)
