package recording

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// The members of a record, of the contacts and of the addresses that have
// personal data.
var (
	personal         = []string{"name", "note", "sales_rep", "account_number_1", "account_number_2", "reference_number"}
	personalContacts = []string{"name", "number", "fax"}
	personalPlaces   = []string{"line_1", "line_2", "line_3", "line_4", "locality", "postcode", "region"}
)

// redact puts pseudonyms in the place of personal data.
func (r *Recorder) redact(doc map[string]any) {
	with := redact.Pseudonyms{Key: r.Key}
	replace(doc, with.Text, personal...)
	for _, contact := range objects(doc["contacts"]) {
		replace(contact, with.Text, personalContacts...)
		replace(contact, with.Emails, "email")
	}
	for _, address := range objects(doc["addresses"]) {
		replace(address, with.Text, personalPlaces...)
		for name, limit := range map[string]int{"latitude": 90, "longitude": 180} {
			if n, ok := address[name].(json.Number); ok {
				address[name] = json.Number(with.Degrees(string(n), limit))
			}
		}
	}
}

// replace changes the texts of members of an object.
func replace(doc map[string]any, change func(string) string, names ...string) {
	for _, name := range names {
		if s, ok := doc[name].(string); ok {
			doc[name] = change(s)
		}
	}
}

func objects(v any) []map[string]any {
	items, _ := v.([]any)
	var all []map[string]any
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

// redacted returns the body of an answer with pseudonyms. Of what is not a record
// only errors pass, and only from requests that have no personal data.
func (r *Recorder) redacted(g *golden, body string) (string, bool) {
	if len(bytes.TrimSpace(g.request.Body)) > 2 || strings.Contains(g.request.Line(), "?") || !slices.Contains([]string{"GET", "DELETE", "OPTIONS"}, g.method) {
		return "", false
	}
	if !g.record {
		return body, g.status >= 400 || body == ""
	}
	tree, err := jsonx.Parse([]byte(body))
	doc, ok := tree.(map[string]any)
	if err != nil || !ok {
		return "", false
	}
	r.redact(doc)
	printed, err := wire.Print(doc)
	if err != nil {
		return "", false
	}
	return string(printed.Bytes), true
}
