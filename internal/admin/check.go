package admin

import "net/http"

// checkRecord holds a record against the rules and writes nothing, so that an
// editor can tell mistakes while somebody types.
func (d *Admin) checkRecord(r *http.Request) (any, error) {
	n, k, v, doc, err := d.written(r, "record")
	if err != nil {
		return nil, err
	}
	if _, err := d.check(n, k, v, doc); err != nil {
		return nil, err
	}
	return map[string]any{"good": true}, nil
}

// checkScenario holds the definition of a scenario against the rules.
func (d *Admin) checkScenario(r *http.Request) (any, error) {
	if _, err := d.session(r); err != nil {
		return nil, err
	}
	doc, err := d.body(r, "switch")
	if err != nil {
		return nil, err
	}
	definition, ok := doc["definition"].(map[string]any)
	if !ok {
		return nil, bad("/definition", "", "is required")
	}
	if _, diags := d.parser.Parse("body", "/definition", definition); len(diags) > 0 {
		return nil, diags
	}
	return map[string]any{"good": true}, nil
}
