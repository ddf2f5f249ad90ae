package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

// references reports a $ref to a file that the set lacks, which the validator
// would look for on the network, and a rule beside a $ref, which the validator
// would pass over: so draft 7 has it.
func (l *loading) references(s *set, file, pointer string, schema map[string]any) {
	if ref, ok := schema["$ref"].(string); ok {
		if _, ok := s.files[ref]; !ok {
			l.flaws = append(l.flaws, Flaw{File: file, Pointer: pointer + "/$ref", Value: short(ref),
				Rule: "no such file in this version's folder or an older one"})
		}
		for _, word := range slices.Sorted(maps.Keys(schema)) {
			switch word {
			case "$ref", "$schema", "$comment", "title", "description", "examples":
			default:
				l.flaws = append(l.flaws, Flaw{File: file, Pointer: pointer + "/" + escape(word), Value: short(schema[word]),
					Rule: "has no effect beside a $ref; put it into the file that the $ref names"})
			}
		}
	}
	if items, ok := sub(schema, "items"); ok {
		l.references(s, file, pointer+"/items", items)
	}
	properties, _ := sub(schema, "properties")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if p, ok := sub(properties, name); ok {
			l.references(s, file, pointer+"/properties/"+escape(name), p)
		}
	}
}

// circle reports a file that is nothing but a $ref which leads back to it: the
// validator would follow it for ever.
func (l *loading) circle(s *set, name, file string) {
	way := []string{file}
	for range len(s.files) {
		next, ok := s.files[way[len(way)-1]].doc["$ref"].(string)
		if !ok {
			return
		}
		if way = append(way, next); next == file {
			l.flaws = append(l.flaws, Flaw{File: name, Pointer: "/$ref", Value: short(way[1]), Rule: "leads back to this file: " + strings.Join(way, " → ")})
			return
		}
	}
}

// draft7 returns a loader of schemas that goes by draft 7, whatever they say.
func draft7() *gojsonschema.SchemaLoader {
	loader := gojsonschema.NewSchemaLoader()
	loader.AutoDetect = false
	loader.Draft = gojsonschema.Draft7
	return loader
}

// compile builds a set's models.
func (l *loading) compile(s *set) {
	s.loader = draft7()
	broken := map[string]error{}
	for file, src := range s.files {
		// The library rewrites the references of what it is given.
		if err := s.loader.AddSchema(s.base+file, gojsonschema.NewRawLoader(clone(src.doc))); err != nil {
			broken[file] = err
		}
	}
	for file := range s.files {
		m, err := newModel(s, file)
		if err != nil {
			broken[file] = err
			continue
		}
		s.models[file] = m
	}
	for _, file := range slices.Sorted(maps.Keys(broken)) {
		src := s.files[file]
		// A model is broken, too, where one that it refers to is.
		if slices.ContainsFunc(slices.Collect(maps.Keys(broken)), func(other string) bool { return other != file && names(src.doc, other) }) {
			continue
		}
		l.once(Flaw{File: src.path, Rule: "is no schema: " + broken[file].Error()})
	}
}

// at compiles the schema that stands at a JSON pointer of one of the files.
func (s *set) at(file, pointer string) (*gojsonschema.Schema, error) {
	return s.loader.Compile(gojsonschema.NewReferenceLoader(s.base + file + "#" + pointer))
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, e := range v {
			c[k] = clone(e)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = clone(e)
		}
		return c
	}
	return v
}
