package contract

import (
	"maps"
	"slices"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Place is a member of a model, or of a model that it refers to.
type Place struct {
	Model    string         // the title of the model that has the member
	Name     string         // of the member
	Path     []string       // from the outermost model; "*" is any item
	Doc      map[string]any // what the schema says of it; nobody may change it
	Schema   string         // file and JSON pointer of Doc
	Required bool
}

// maxDepth is how deep a walk follows models that refer to each other.
const maxDepth = 8

// Places returns every member of the model, by name, each followed by the
// members within it.
func (m *Model) Places() []Place { return m.places(node{m.src, "", m.src.doc}, nil) }

func (m *Model) places(n node, path []string) []Place {
	n = m.follow(n)
	if items, ok := n.child("*"); ok && n.doc["items"] != nil {
		return m.places(items, append(path[:len(path):len(path)], "*"))
	}
	if len(path) > maxDepth {
		return nil
	}
	title, _ := n.doc["title"].(string)
	required, _ := n.doc["required"].([]any)
	properties, _ := n.doc["properties"].(map[string]any)
	var places []Place
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		child, _ := n.child(name)
		at := append(path[:len(path):len(path)], name)
		rule := m.follow(child)
		places = append(places, Place{Model: title, Name: name, Path: at, Doc: rule.doc,
			Schema: rule.src.path + "#" + rule.pointer, Required: slices.Contains(required, any(name))})
		places = append(places, m.places(child, at)...)
	}
	return places
}

// Open stands for a value within which anything may stand.
type Open struct{}

// Everything returns a value of all that the model lets stand in it: an object
// has each of its members, a list one item, and what is neither is null.
func (m *Model) Everything() any {
	if m == nil { // a user's own schemas have no such model
		return Open{}
	}
	return m.everything(node{m.src, "", m.src.doc}, 0)
}

func (m *Model) everything(n node, depth int) any {
	n = m.follow(n)
	types := slices.DeleteFunc(typesOf(n.doc), func(t any) bool { return t == "null" })
	properties, _ := n.doc["properties"].(map[string]any)
	_, patterns := n.doc["patternProperties"]
	_, items := sub(n.doc, "items")
	switch {
	case depth > maxDepth:
	case slices.Equal(types, []any{"object"}) && n.doc["additionalProperties"] == false && !patterns:
		object := make(map[string]any, len(properties))
		for name := range properties {
			child, _ := n.child(name)
			object[name] = m.everything(child, depth+1)
		}
		return object
	case slices.Equal(types, []any{"array"}) && items:
		item, _ := n.child("*")
		return []any{m.everything(item, depth+1)}
	case len(types) > 0 && !slices.Contains(types, any("object")) && !slices.Contains(types, any("array")):
		return nil
	}
	return Open{}
}

// typesOf returns the types that a schema allows; none means all.
func typesOf(doc map[string]any) []any {
	switch t := doc["type"].(type) {
	case string:
		return []any{t}
	case []any:
		return slices.Clone(t)
	}
	return nil
}

// Rule returns the file and JSON pointer of one of the model's own keywords.
func (m *Model) Rule(keyword string) string { return m.src.path + "#/" + keyword }

// Title returns the vendor's name of the model.
func (m *Model) Title() string { return jsonx.Text(m.src.doc["title"]) }

// Description returns what the documentation says of the model.
func (m *Model) Description() string { return jsonx.Text(m.src.doc["description"]) }

// Document returns a copy of the model's schema.
func (m *Model) Document() map[string]any { return clone(m.src.doc).(map[string]any) }

// Models returns the models of a version by their file's name without its
// ending.
func (c *Contract) Models(v model.Version) map[string]*Model {
	models := map[string]*Model{}
	if s := c.sets[v]; s != nil {
		for file, m := range s.models {
			models[file[:len(file)-len(".json")]] = m
		}
	}
	return models
}

// RequestHeaders returns the model of the operation's request headers in a
// version; nil where nothing is asked.
func (o *Operation) RequestHeaders(v model.Version) *Model { return o.rules[v].headers }

// PathParameters returns the model of the path's parameters in a version; nil
// where it has none.
func (o *Operation) PathParameters(v model.Version) *Model { return o.rules[v].path }

// ReplyHeaders returns the model of the response headers in a version.
func (o *Operation) ReplyHeaders(v model.Version, cors CORS) *Model { return o.rules[v].reply[cors] }

// Reply returns the model of the body that goes with a status in a version,
// nil where there is none, and whether the operation has the status at all.
func (o *Operation) Reply(v model.Version, status int) (*Model, bool) {
	r := o.rules[v]
	if r == nil {
		return nil, false
	}
	return r.status(status)
}

// Statuses returns the statuses that the operation has a model for, as the
// list of operations writes them: "200", "error".
func (o *Operation) Statuses(v model.Version) []string {
	return slices.Sorted(maps.Keys(o.rules[v].statuses))
}

// Meaning says in words what a string format asks; "" where there is no such.
func Meaning(format string) string { return formats()[format].meaning }

// Shape returns a pattern that every good value of a string format matches; ""
// where there is none.
func Shape(format string) string { return formats()[format].shape }
