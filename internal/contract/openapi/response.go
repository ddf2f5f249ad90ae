package openapi

import (
	"net/http"
	"strconv"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
)

// response describes the answer of one status, "default" being any error.
func (b *builder) response(op *contract.Operation, status string, list []example) map[string]any {
	code, description := http.StatusInternalServerError, "Any other error."
	if n, err := strconv.Atoi(status); err == nil {
		code, description = n, http.StatusText(n)
	}
	doc := map[string]any{"description": description, "headers": b.headers(op, code)}
	m, ok := op.Reply(b.Version, code)
	if !ok || m == nil {
		return doc
	}
	content := map[string]any{"schema": b.reference(m.Title())}
	shown := map[string]any{}
	for _, e := range list {
		// The schemas may be the user's own; an example that breaks them is none.
		if len(m.Validate(e.Body, exchange.PartBody, b.Now)) > 0 {
			continue
		}
		shown[e.Name] = map[string]any{"summary": e.Reason, "value": e.Body}
	}
	if len(shown) > 0 {
		content["examples"] = shown
	}
	doc["content"] = map[string]any{"application/json": content}
	return doc
}

// headers describes the response's header section, each field once for all
// responses; Content-Type follows from the media type, and OpenAPI passes over
// it here.
func (b *builder) headers(op *contract.Operation, status int) map[string]any {
	references := map[string]any{}
	for _, p := range op.ReplyHeaders(b.Version, contract.CORSDocumented).Places() {
		if p.Name == "Content-Type" || p.Name == "WWW-Authenticate" && status != http.StatusUnauthorized {
			continue
		}
		references[p.Name] = map[string]any{"$ref": "#/components/headers/" + p.Name}
		schema := b.convert(p.Doc)
		if p.Name == "X-API-VERSION" {
			schema["enum"] = []any{string(b.Version)}
			delete(schema, "example")
			delete(schema, "examples")
		}
		header := map[string]any{"schema": schema}
		if p.Required {
			header["required"] = true
		}
		if text, ok := p.Doc["description"].(string); ok {
			header["description"] = text
			delete(schema, "description")
		}
		b.fields[p.Name] = header
	}
	return references
}
