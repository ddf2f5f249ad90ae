package report

import (
	"fmt"

	"github.com/wI2L/jsondiff"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// Change is what an exchange did to a record, in the newest version's shape.
type Change struct {
	// Patch is a JSON Patch (RFC 6902) from before to after.
	Patch  jsondiff.Patch `json:"patch"`
	Before any            `json:"before"`
	After  any            `json:"after"`
	// Error says why there is no patch.
	Error string `json:"error,omitempty"`
}

func change(x *exchange.Exchange) *Change {
	if !x.Transition || x.States == nil {
		return nil
	}
	before, after := x.States()
	c := &Change{Patch: jsondiff.Patch{}}
	var err error
	if c.Before, err = record(before); err != nil {
		c.Error = fmt.Sprintf("the record before: %v", err)
		return c
	}
	if c.After, err = record(after); err != nil {
		c.Error = fmt.Sprintf("the record after: %v", err)
		return c
	}
	// Numbers stay as they are written: a float would change large ones.
	patch, err := jsondiff.CompareWithoutMarshal(c.Before, c.After)
	if err != nil {
		c.Error = err.Error()
	} else if patch != nil {
		c.Patch = patch
	}
	return c
}

// record reads a printed record; none is null.
func record(text []byte) (any, error) {
	if text == nil {
		return nil, nil
	}
	return jsonx.Parse(text)
}
