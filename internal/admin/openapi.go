package admin

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
)

var pathParameter = regexp.MustCompile(`\{([a-z_]+)\}`)

// openAPI describes the admin API itself, made from its table of routes.
func (d *Admin) openAPI(*request) (any, error) {
	paths := map[string]map[string]any{}
	for _, route := range d.table() {
		path := Prefix + route.path
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(route.method)] = operation(route)
	}
	schemas := map[string]any{"problem": problemSchema()}
	for _, name := range d.bodies() {
		text, err := fs.ReadFile(d.Schemas, "admin/"+name+".json")
		if err != nil {
			return nil, err
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			return nil, err
		}
		delete(doc, "$schema") // of an older draft than the document's own
		moveReferences(doc, "#/components/schemas/"+name)
		renameDependencies(doc)
		schemas[name] = doc
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Dispatchmock's admin API", "version": d.Version,
			"description": "For tests and people: sessions, state, clock, scenarios and journal of the mock."},
		"paths":      paths,
		"components": map[string]any{"schemas": schemas},
	}, nil
}

// moveReferences makes a schema's references to its own parts lead there from
// the document that it becomes a part of.
func moveReferences(v any, at string) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			v["$ref"] = at + strings.TrimPrefix(ref, "#")
		}
		for _, member := range v {
			moveReferences(member, at)
		}
	case []any:
		for _, item := range v {
			moveReferences(item, at)
		}
	}
}

// renameDependencies gives the members that come only with others the name
// that the document's draft has for them.
func renameDependencies(schema map[string]any) {
	if v, ok := schema["dependencies"]; ok {
		schema["dependentRequired"] = v
		delete(schema, "dependencies")
	}
}

func operation(route route) map[string]any {
	op := map[string]any{"summary": route.about, "operationId": operationID(route)}
	var parameters []any
	for _, m := range pathParameter.FindAllStringSubmatch(route.path, -1) {
		parameters = append(parameters, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, name := range route.query {
		parameters = append(parameters, map[string]any{"name": name, "in": "query", "schema": map[string]any{"type": "string"}})
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	if route.body != "" {
		op["requestBody"] = map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/" + route.body}}}}
	}
	media := "application/json"
	if strings.HasSuffix(route.path, "/stream") {
		media = "text/event-stream"
	}
	op["responses"] = map[string]any{
		"2XX":     map[string]any{"description": "Done.", "content": map[string]any{media: map[string]any{}}},
		"default": map[string]any{"description": "What was wrong, and what to do.", "content": map[string]any{"application/problem+json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/problem"}}}},
	}
	return op
}

func operationID(route route) string {
	words := strings.FieldsFunc(route.path, func(r rune) bool { return strings.ContainsRune("/{}.-_", r) })
	return strings.ToLower(route.method) + "_" + strings.Join(words, "_")
}

func problemSchema() map[string]any {
	str := map[string]any{"type": "string"}
	diagnostic := map[string]any{"type": "object", "properties": map[string]any{"pointer": str, "value": str, "rule": str}}
	return map[string]any{"type": "object", "required": []string{"type", "title", "status", "detail"}, "properties": map[string]any{
		"type": str, "title": str, "status": map[string]any{"type": "integer"}, "detail": str,
		"errors": map[string]any{"type": "array", "items": diagnostic}}}
}
