package openapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/model"
)

// goldens are answers of the golden exchanges; a test holds them against those
// and writes them anew.
//
//go:embed examples.json
var goldens []byte

// example is an answer that the golden exchanges pin.
type example struct {
	Name    string         `json:"name"` // of the golden exchange, with dashes
	Method  string         `json:"method"`
	Version model.Version  `json:"version"` // of the answer
	Status  int            `json:"status"`
	Reason  string         `json:"reason"`
	Body    map[string]any `json:"body"`
}

func examples() ([]example, error) {
	var list []example
	d := json.NewDecoder(strings.NewReader(string(goldens)))
	d.UseNumber()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("the embedded examples: %w", err)
	}
	return list, nil
}

// Sample returns the record of the page's sample as it is printed in a version:
// from the golden exchanges, or, for a version that they do not have, by the
// documented changes.
func Sample(v model.Version) (map[string]any, error) {
	list, err := examples()
	if err != nil {
		return nil, err
	}
	var newest *example
	for i, e := range list {
		if e.Method != http.MethodDelete || e.Status != 200 {
			continue
		}
		if e.Version == v {
			return e.Body, nil
		}
		if newest == nil || e.Version > newest.Version {
			newest = &list[i]
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("the embedded examples have no record")
	}
	tree := newest.Body
	model.FromVersion(tree, newest.Version)
	model.ToVersion(tree, v)
	return tree, nil
}
