package contract

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"dispatchmock/internal/jsonx"
)

// Standalone compiles a schema file that belongs to no version, or a part of
// it that a JSON pointer names.
func Standalone(fsys fs.FS, name, pointer string) (*Model, error) {
	register()
	l := &loading{fsys: fsys}
	doc := l.read(name)
	if len(l.diags) > 0 {
		return nil, l.diags
	}
	if pointer != "" {
		var ok bool
		if doc, ok = sub(doc, strings.Split(pointer[1:], "/")...); !ok {
			return nil, jsonx.Diagnostics{{File: name, Pointer: pointer, Rule: "there must be a schema here"}}
		}
	}
	m, err := lone(name, doc)
	if err != nil {
		return nil, jsonx.Diagnostics{{File: name, Pointer: pointer, Rule: "is not a schema: " + err.Error()}}
	}
	return m, nil
}

// CheckSchemas holds schema files that belong to no version to the rules for
// those that do; what breaks them is returned as Diagnostics.
func CheckSchemas(fsys fs.FS, names ...string) error {
	register()
	l := &loading{fsys: fsys}
	meta := l.metaSchema("meta/schema.json")
	for _, name := range names {
		if doc := l.read(name); doc != nil && meta != nil {
			l.validate(name, doc, meta)
			// It may refer to its own definitions alone.
			own := &set{files: map[string]source{}}
			definitions, _ := sub(doc, "definitions")
			for d := range definitions {
				schema, _ := sub(definitions, d)
				own.files["#/definitions/"+d] = source{name, schema}
			}
			l.references(own, name, "", doc)
			for _, d := range slices.Sorted(maps.Keys(definitions)) {
				l.circle(own, name, "#/definitions/"+d, "/definitions/"+jsonx.Escape(d))
			}
		}
	}
	if len(l.diags) > 0 {
		return l.diags
	}
	return nil
}

// Defaults returns the default of each property that has one.
func (m *Model) Defaults() map[string]any {
	defaults := map[string]any{}
	properties, _ := m.src.doc["properties"].(map[string]any)
	for name := range properties {
		if p, _ := sub(properties, name); p["default"] != nil {
			defaults[name] = p["default"]
		}
	}
	return defaults
}
