package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"dispatchmock/internal/contract"
)

const schemasAt = "#/components/schemas/"

// reference refers to a model by its name and remembers that it is needed.
func (b *builder) reference(name string) map[string]any {
	b.used[name] = true
	return map[string]any{"$ref": schemasAt + name}
}

// schemas has each model that something refers to, and what these refer to.
func (b *builder) schemas() map[string]any {
	models := b.c.Models(b.Version)
	schemas := map[string]any{}
	for len(schemas) < len(b.used) {
		for _, name := range slices.Sorted(maps.Keys(b.used)) {
			if m := models[name]; schemas[name] == nil && m != nil {
				doc := b.convert(m.Document())
				doc["title"] = m.Title()
				schemas[name] = doc
			} else if m == nil {
				delete(b.used, name)
			}
		}
	}
	return schemas
}

// convert turns a schema of the contract into one of the document's form.
func (b *builder) convert(doc map[string]any) map[string]any {
	if ref, ok := doc["$ref"].(string); ok {
		return b.reference(strings.TrimSuffix(ref, ".json"))
	}
	out := map[string]any{}
	for word, v := range doc {
		switch word {
		case "$schema", "$comment", "title", "writeOnly":
			// The first two are the contract's own; a property's title explains
			// its pattern, and generators would name types after it; no field
			// of a header section needs the last.
		case "properties":
			properties := map[string]any{}
			for name, p := range v.(map[string]any) {
				properties[name] = b.convert(p.(map[string]any))
			}
			out[word] = properties
		case "items":
			out[word] = b.convert(v.(map[string]any))
		case "format":
			b.format(out, doc)
		case "type":
			b.typ(out, v)
		case "const":
			if b.Form == Form30 {
				word, v = "enum", []any{v}
			}
			out[word] = v
		case "examples":
			if list, _ := v.([]any); b.Form == Form30 && len(list) > 0 {
				word, v = "example", list[0]
			}
			out[word] = v
		default:
			out[word] = v
		}
	}
	b.int64(out)
	return out
}

// format keeps the one format that both sides know; the others get a name that
// no validator takes for one of its own, words, and their shape as a pattern.
func (b *builder) format(out, doc map[string]any) {
	name, _ := doc["format"].(string)
	if name == "uuid" {
		out["format"] = name
		return
	}
	out["x-format"] = name
	out["x-format-meaning"] = contract.Meaning(name)
	if shape := contract.Shape(name); shape != "" && doc["pattern"] == nil {
		out["pattern"] = shape
	}
}

// typ writes that a value may be null as the form does.
func (b *builder) typ(out map[string]any, v any) {
	list, many := v.([]any)
	if !many || b.Form == Form31 {
		out["type"] = v
		return
	}
	for _, t := range list {
		if t == "null" {
			out["nullable"] = true
		} else {
			out["type"] = t
		}
	}
}

// The ends of 64 bits, which formats say better than numbers that most tools
// round.
const (
	minInt64 = json.Number("-9223372036854775808")
	maxInt64 = json.Number("9223372036854775807")
)

func (b *builder) int64(out map[string]any) {
	if out["minimum"] == minInt64 && out["maximum"] == maxInt64 {
		delete(out, "minimum")
		delete(out, "maximum")
		out["format"] = "int64"
	}
}
