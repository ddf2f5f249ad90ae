package report

import (
	"encoding/json"

	"dispatchmock/internal/terminal"
)

// MarshalJSON prints the entry so that nothing in it steers a terminal.
func (e Entry) MarshalJSON() ([]byte, error) {
	type entry Entry // without this method
	return marshal(entry(e))
}

// MarshalJSON prints the row so that nothing in it steers a terminal.
func (r Row) MarshalJSON() ([]byte, error) {
	type row Row // without this method
	return marshal(row(r))
}

// marshal prints a value as JSON in which characters that do not show
// (controls, marks of direction) are escaped.
func marshal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return terminal.Escape(text), nil
}
