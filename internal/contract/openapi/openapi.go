// Package openapi prints the contract of one API version as an OpenAPI
// document.
package openapi

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
)

// Form is a version of OpenAPI.
type Form string

// The two forms: the one whose schemas are JSON Schema, and the one before,
// for older tools.
const (
	Form31 Form = "3.1"
	Form30 Form = "3.0"
)

// Forms returns the forms, the one for newer tools first.
func Forms() []Form { return []Form{Form31, Form30} }

// Options say which document is asked for.
type Options struct {
	Version model.Version
	Form    Form
	Server  string // the base URL that the document names
	Now     time.Time
}

// Document is an OpenAPI document. Its members are printed in the order that
// readers expect, all others sorted.
type Document struct {
	OpenAPI    string         `json:"openapi"`
	Info       map[string]any `json:"info"`
	Servers    []any          `json:"servers"`
	Paths      map[string]any `json:"paths"`
	Components map[string]any `json:"components"`
}

// Write prints the document; the same options print the same bytes.
func (d *Document) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// New derives the document from the contract.
func New(c *contract.Contract, o Options) (*Document, error) {
	if !c.Has(o.Version) {
		return nil, fmt.Errorf("there is no API version %s", o.Version)
	}
	b := &builder{c: c, Options: o, used: map[string]bool{}, fields: map[string]any{}}
	d := &Document{OpenAPI: map[Form]string{Form31: "3.1.0", Form30: "3.0.3"}[o.Form], Paths: map[string]any{}, Servers: []any{map[string]any{"url": o.Server}}}
	if d.OpenAPI == "" {
		return nil, fmt.Errorf("there is no OpenAPI %s here", o.Form)
	}
	var err error
	if b.examples, err = examples(); err != nil {
		return nil, err
	}
	d.Info = map[string]any{"title": "CRO Software Dispatch API: customers at locations", "version": string(o.Version),
		"description": "One version of a part of the API, as Dispatchmock's schemas have it. " + b.changes() +
			" The status line's reason phrase says of an error what its body says, as FIELD: DETAIL. Paths work with and without a trailing slash."}
	for _, op := range c.Operations() {
		item, _ := d.Paths[op.Path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			d.Paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = b.operation(op)
	}
	d.Components = map[string]any{"schemas": b.schemas(), "headers": b.fields, "securitySchemes": b.security()}
	return d, nil
}

// builder derives one document.
type builder struct {
	Options
	c        *contract.Contract
	examples []example
	used     map[string]bool // schemas that something refers to
	fields   map[string]any  // of the responses' header sections
}

// changes says what the version has that older ones lack.
func (b *builder) changes() string {
	text := "Request it by x-api-version: " + string(b.Version) + "."
	for _, change := range model.Changes() {
		if change.Version <= b.Version {
			text += fmt.Sprintf(" %s, in %s: %s", change.Version, change.Model, change.Sentence)
		}
	}
	return text
}

// operationID writes an operation's name as code writes names.
func operationID(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if w = strings.ToLower(w); i > 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		words[i] = w
	}
	return strings.Join(words, "")
}

func (b *builder) operation(op *contract.Operation) map[string]any {
	description := op.Description
	if len(op.Roles) > 0 {
		names := make([]string, len(op.Roles))
		for i, r := range op.Roles {
			names[i] = string(r)
		}
		description += " Roles: " + strings.Join(names, ", ") + "."
	}
	if !op.Served {
		description += " The mock does not perform it."
	}
	doc := map[string]any{"operationId": operationID(op.Name), "summary": op.Name, "description": description, "responses": b.responses(op)}
	if parameters := b.parameters(op); len(parameters) > 0 {
		doc["parameters"] = parameters
	}
	if op.RequestHeaders(b.Version) != nil {
		doc["security"] = []any{map[string]any{"bearer": []any{}}}
	}
	return doc
}

// parameters lists the path's parameters and the header fields. OpenAPI passes
// over parameters named authorization, content-type and accept: the first is a
// security scheme, the others follow from the media types.
func (b *builder) parameters(op *contract.Operation) []any {
	var list []any
	add := func(in string, p contract.Place) {
		schema := b.convert(p.Doc)
		if p.Name == "x-api-version" {
			schema["enum"] = []any{string(b.Version)}
			delete(schema, "example")
			delete(schema, "examples")
		}
		parameter := map[string]any{"name": p.Name, "in": in, "required": p.Required, "schema": schema}
		if text, ok := p.Doc["description"].(string); ok {
			parameter["description"] = text
			delete(schema, "description")
		}
		list = append(list, parameter)
	}
	if m := op.PathParameters(b.Version); m != nil {
		for _, p := range m.Places() {
			add("path", p)
		}
	} else {
		for part := range strings.SplitSeq(op.Path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				add("path", contract.Place{Name: strings.TrimSuffix(name, "}"), Required: true, Doc: map[string]any{"type": "string"}})
			}
		}
	}
	if m := op.RequestHeaders(b.Version); m != nil {
		for _, p := range m.Places() {
			if !slices.Contains([]string{"authorization", "content-type", "accept"}, p.Name) {
				add("header", p)
			}
		}
	}
	return list
}

// security describes the token.
func (b *builder) security() map[string]any {
	description := "An access token."
	for _, op := range b.c.Operations() {
		if m := op.RequestHeaders(b.Version); m != nil {
			for _, p := range m.Places() {
				if text, ok := p.Doc["description"].(string); ok && p.Name == "authorization" {
					description = text
					if pattern, ok := p.Doc["pattern"].(string); ok {
						description += " The pattern: " + pattern
					}
				}
			}
		}
	}
	return map[string]any{"bearer": map[string]any{"type": "http", "scheme": "bearer", "description": description}}
}

// responses has each status that some example shows, those that the list of
// operations names, and the rest of the errors as the default.
func (b *builder) responses(op *contract.Operation) map[string]any {
	byStatus := map[string][]example{}
	for _, status := range op.Statuses(b.Version) {
		if status == "error" {
			status = "default"
		}
		byStatus[status] = nil
	}
	for _, e := range b.examples {
		status := strconv.Itoa(e.Status)
		switch {
		case e.Method == op.Method && (e.Status >= 400 || e.Version == b.Version):
			byStatus[status] = append(byStatus[status], e)
		case e.Status >= 400 && e.Status < 500 && op.RequestHeaders(b.Version) != nil && op.Served:
			// What is wrong with a request has the same status everywhere.
			byStatus[status] = append(byStatus[status], []example{}...)
		}
	}
	responses := map[string]any{}
	for status, list := range byStatus {
		responses[status] = b.response(op, status, list)
	}
	return responses
}
