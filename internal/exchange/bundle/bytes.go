package bundle

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Bytes are bytes of the wire. In JSON they are a text, or, where they are no
// UTF-8, an object with their base64.
type Bytes []byte

type encoded struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(encoded{b})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err == nil {
		*b = Bytes(s)
		return nil
	}
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("must be a text, or an object with base64: %w", err)
	}
	*b = e.Base64
	return nil
}
