package contract

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/jsonx"

	"github.com/xeipuuv/gojsonschema"
)

// references reports a $ref to a file that the set lacks, which the validator
// would look for on the network, and a rule beside a $ref, which the validator
// would pass over: so draft 7 has it.
func (l *loading) references(s *set, file, pointer string, schema map[string]any) {
	if ref, ok := schema["$ref"].(string); ok {
		if _, ok := s.files[ref]; !ok {
			rule := "no such file in this version's folder or an older one"
			switch definition := strings.HasPrefix(ref, "#"); {
			case s.models == nil:
				rule = "the file has no such definition"
			case definition:
				rule = "a model refers to whole files; put what it names into a file of its own"
			}
			l.diags = append(l.diags, jsonx.Diagnostic{File: file, Pointer: pointer + "/$ref", Value: jsonx.Short(ref), Rule: rule})
		}
		for _, word := range slices.Sorted(maps.Keys(schema)) {
			switch word {
			case "$ref", "$schema", "$comment", "title", "description", "examples":
			default:
				l.diags = append(l.diags, jsonx.Diagnostic{File: file, Pointer: pointer + "/" + jsonx.Escape(word), Value: jsonx.Short(schema[word]),
					Rule: "has no effect beside a $ref; put it into the file that the $ref names"})
			}
		}
	}
	l.required(file, pointer, schema)
	for _, word := range []string{"items", "additionalProperties"} {
		if in, ok := sub(schema, word); ok {
			l.references(s, file, pointer+"/"+word, in)
		}
	}
	for _, word := range []string{"properties", "definitions"} {
		group, _ := sub(schema, word)
		for _, name := range slices.Sorted(maps.Keys(group)) {
			if in, ok := sub(group, name); ok {
				l.references(s, file, pointer+"/"+word+"/"+jsonx.Escape(name), in)
			}
		}
	}
}

// required reports a required name that is no property: most likely a slip,
// and where no other names are allowed nothing could keep the rule.
func (l *loading) required(file, pointer string, schema map[string]any) {
	properties, ok := sub(schema, "properties")
	list, _ := schema["required"].([]any)
	for i, v := range list {
		name, _ := v.(string)
		if _, known := properties[name]; known || !ok {
			continue
		}
		rule := "is none of the properties" + jsonx.DidYouMean(name, slices.Sorted(maps.Keys(properties)))
		l.diags = append(l.diags, jsonx.Diagnostic{File: file, Pointer: pointer + "/required/" + strconv.Itoa(i), Value: jsonx.Short(v), Rule: rule})
	}
}

// circle reports a file that is nothing but a $ref which leads back to it: the
// validator would follow it for ever.
func (l *loading) circle(s *set, name, file, pointer string) {
	way := []string{file}
	for range len(s.files) {
		next, ok := s.files[way[len(way)-1]].doc["$ref"].(string)
		if !ok {
			return
		}
		if way = append(way, next); next == file {
			l.diags = append(l.diags, jsonx.Diagnostic{File: name, Pointer: pointer + "/$ref", Value: jsonx.Short(way[1]), Rule: "leads back to where it stands: " + strings.Join(way, " → ")})
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
	files := slices.Sorted(maps.Keys(s.files))
	for _, file := range files {
		// The library rewrites the references of what it is given.
		if err := s.loader.AddSchema(s.base+file, gojsonschema.NewRawLoader(clone(s.files[file].doc))); err != nil {
			broken[file] = err
		}
	}
	for _, file := range files {
		if _, err := s.model(file); err != nil {
			broken[file] = err
		}
	}
	for _, file := range slices.Sorted(maps.Keys(broken)) {
		src := s.files[file]
		// A model is broken, too, where one that it refers to is.
		if slices.ContainsFunc(files, func(other string) bool { return other != file && broken[other] != nil && names(src.doc, other) }) {
			continue
		}
		l.once(jsonx.Diagnostic{File: src.path, Rule: "is not a schema: " + broken[file].Error()})
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
