package contract

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
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
			return nil, Diagnostics{{File: name, Pointer: pointer, Rule: "there must be a schema here"}}
		}
	}
	m, err := lone(name, doc)
	if err != nil {
		return nil, Diagnostics{{File: name, Pointer: pointer, Rule: "is not a schema: " + err.Error()}}
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
				l.circle(own, name, "#/definitions/"+d, "/definitions/"+escape(d))
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

// Lines puts a line number to each error of a file that lacks one, where the
// file can be read as JSON up to there; a missing member has the line of the
// object that lacks it.
func (f Diagnostics) Lines(fsys fs.FS) {
	byFile := map[string][]int{}
	for i, diag := range f {
		if diag.Line == 0 {
			byFile[diag.File] = append(byFile[diag.File], i)
		}
	}
	for file, diags := range byFile {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			continue
		}
		wanted := map[string]int{} // line by pointer
		for _, i := range diags {
			for p := f[i].Pointer; ; p = p[:strings.LastIndexByte(p, '/')] {
				wanted[p] = 0
				if p == "" {
					break
				}
			}
		}
		findLines(text, wanted)
		for _, i := range diags {
			p := f[i].Pointer
			for wanted[p] == 0 && p != "" {
				p = p[:strings.LastIndexByte(p, '/')]
			}
			f[i].Line = wanted[p]
		}
	}
}

// findLines fills in the line of each wanted pointer.
func findLines(text []byte, wanted map[string]int) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	line, counted := 1, 0
	for {
		if _, err := d.ReadToken(); err != nil {
			return // the end, or the error at hand
		}
		offset := int(d.InputOffset())
		line += bytes.Count(text[counted:offset], []byte("\n"))
		counted = offset
		p := string(d.StackPointer())
		if at, ok := wanted[p]; ok && at == 0 {
			wanted[p] = line
		}
	}
}
