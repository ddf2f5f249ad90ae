package coverage

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// request returns a request of a client for a record.
func (w *writer) request(method string, c model.Client, k store.Key) request {
	return request{method: method, path: w.path(strconv.FormatInt(k.Customer, 10), strconv.FormatInt(k.Location, 10)),
		fields: []field{{"Authorization", "Bearer ", w.variable(c)}, {name: "x-tenant-id", value: strconv.FormatInt(k.Tenant, 10)}}}
}

// path puts values into the path of a record.
func (w *writer) path(customer, location string) string {
	return expand(w.op.Path, "customer_id", customer, "customer_location_id", location)
}

func expand(path string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		path = strings.ReplaceAll(path, "{"+pairs[i]+"}", pairs[i+1])
	}
	return path
}

// addInputs adds the header fields and the path parameters.
func (w *writer) addInputs() {
	w.group(groupHeaders, "each header field: right, absent, and wrong by each keyword of its schema", true)
	m := w.op.RequestHeaders(w.version)
	for _, p := range m.Places() {
		right := w.good
		if !right.has(p.Name) {
			right = right.set(p.Name, w.valid(p))
		}
		h := input{name: p.Name, key: http.CanonicalHeaderKey(p.Name)}
		h.right = w.item(p.Name+" right", fmt.Sprintf("No request had a good %s.", p.Name), w.doing(right)...)
		h.absent = w.item(p.Name+" absent", fmt.Sprintf("No request was without %s.", p.Name), w.doing(w.omitting(p.Name))...)
		if p.Required {
			h.absent = none // its violation counts
		}
		w.headers = append(w.headers, h)
		w.addKeywords(m, p, "request", func(text string) request { return w.good.set(p.Name, text) })
	}
	w.group(groupParameters, "each parameter of the path: right, and wrong by each keyword of its schema", true)
	m = w.op.PathParameters(w.version)
	for _, p := range m.Places() {
		right := w.item(p.Name+" right", fmt.Sprintf("No request had a good %s.", p.Name), w.doing(w.good)...)
		w.parameters = append(w.parameters, input{name: p.Name, right: right})
		w.addKeywords(m, p, "path", func(text string) request {
			path := expand(w.op.Path, p.Name, url.PathEscape(text))
			return w.good.at(expand(path, "customer_id", strconv.FormatInt(w.record.Customer, 10), "customer_location_id", strconv.FormatInt(w.record.Location, 10)))
		})
	}
}

// addKeywords adds the keywords that an input can break; wrong returns the
// request that has a text as the input.
func (w *writer) addKeywords(m *contract.Model, p contract.Place, part string, wrong func(text string) request) {
	for _, word := range keywords(p) {
		var c command
		if text, ok := breaking(m, p, word, w.valid(p)); ok && (text != "" || part != "path") {
			c = w.doing(wrong(text))
		}
		w.item(p.Name+" "+word, fmt.Sprintf("No %s's %s broke %s.", part, p.Name, ruleText(p, word)), c...)
	}
}

// omitting returns the good request without a field; curl adds one by itself.
func (w *writer) omitting(name string) request {
	r := w.good.without(name)
	if strings.EqualFold(name, "accept") {
		r.options = "-H Accept:"
	}
	return r
}

// doing returns requests, where the fixtures admit a good one.
func (w *writer) doing(requests ...request) command {
	if !w.ok {
		return nil
	}
	return requests
}

// valid returns a good value of an input.
func (w *writer) valid(p contract.Place) string {
	if i := w.good.field(p.Name); i >= 0 {
		f := w.good.fields[i]
		if f.variable != "" { // of the same form, and no secret
			return redact.Blank(f.value + w.client.Token)
		}
		return f.value
	}
	if examples, ok := p.Doc["examples"].([]any); ok && len(examples) > 0 {
		return fmt.Sprint(examples[0])
	}
	if list, ok := p.Doc["enum"].([]any); ok && len(list) > 0 {
		return fmt.Sprint(list[0])
	}
	if v, ok := p.Doc["const"]; ok {
		return fmt.Sprint(v)
	}
	return "1"
}

// keywords returns the keywords that a text can break.
func keywords(p contract.Place) []string {
	var words []string
	for _, word := range slices.Sorted(maps.Keys(p.Doc)) {
		switch word {
		case "minLength", "maxLength", "pattern", "enum", "const", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
			words = append(words, word)
		case "type": // any text is a string
			if p.Doc[word] == "integer" {
				words = append(words, word)
			}
		}
	}
	return words
}

// ruleText names a rule and its value, where that is short.
func ruleText(p contract.Place, word string) string {
	text := fmt.Sprint(p.Doc[word])
	if _, list := p.Doc[word].([]any); list || len(text) > 40 {
		return word
	}
	return word + ": " + text
}

// breaking returns a text that breaks a keyword, if one is known.
func breaking(m *contract.Model, p contract.Place, word, valid string) (string, bool) {
	for _, text := range candidates(p, word, valid) {
		for _, f := range m.ValidateText(p.Name, text) {
			if broken, _, _ := strings.Cut(f.Rule, ":"); broken == word {
				return text, true
			}
		}
	}
	return "", false
}

func candidates(p contract.Place, word, valid string) []string {
	switch word {
	case "type":
		return []string{"one"}
	case "minLength":
		return []string{"", "1"}
	case "maxLength":
		n, _ := strconv.Atoi(fmt.Sprint(p.Doc[word]))
		if n > 8<<10 {
			return nil // no header section holds it
		}
		return []string{valid + strings.Repeat("a", max(n+1-len(valid), 1)), valid + "; p=" + strings.Repeat("a", n)}
	case "minimum", "exclusiveMinimum":
		return beyond(p, word, -1)
	case "maximum", "exclusiveMaximum":
		return beyond(p, word, +1)
	}
	return []string{"text/html", "none", "1", "0", "~", valid + "#", ""}
}

// beyond returns the bound of a keyword and the number behind it.
func beyond(p contract.Place, word string, step int64) []string {
	number, ok := p.Doc[word].(json.Number)
	if !ok {
		return nil
	}
	n, ok := new(big.Int).SetString(string(number), 10)
	if !ok {
		return nil
	}
	return []string{n.String(), new(big.Int).Add(n, big.NewInt(step)).String()}
}
