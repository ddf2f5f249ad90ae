package store

import (
	"bytes"
	"encoding/json"
	"iter"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// document is a JSON object as wire.AppendJSON prints it; nothing else makes
// one. Its bytes never change.
type document []byte

// The page's sample has 18 members in 1032 bytes.
const (
	usualBytes   = 1152 // a size that the allocator has
	usualMembers = 18
)

// newDocument prints a tree.
func newDocument(t model.Tree) (document, error) {
	text, err := jsonx.AppendJSON(make([]byte, 0, usualBytes), t)
	if cap(text)-len(text) > len(text)/8 { // documents are kept for long
		text = bytes.Clone(text)
	}
	return text, err
}

// tree returns the document as a tree, which the caller may change. wire.Parse
// takes four times as long: it cannot know that a text is JSON.
func (d document) tree() model.Tree {
	if len(d) == 0 { // of a record that is not there
		return nil
	}
	t, _ := (&reader{text: string(d)}).value().(model.Tree)
	return t
}

// with returns a document with another value, as it is printed, under a name.
func (d document) with(name, value string) document {
	text := string(d)
	changed := string(jsonx.AppendString(nil, name)) + ": " + value
	before, after := len(text)-1, len(text)-1
	for m := range members(text) {
		if m.name >= name {
			before, after = m.begin, m.begin
			if m.name == name {
				after = m.end
			}
			break
		}
	}
	if before == after && text[after] != '}' {
		changed += ", "
	} else if before == after && before > 1 {
		changed = ", " + changed
	}
	return document(text[:before] + changed + text[after:])
}

// texts yields the names and values of the members that are texts.
func (d document) texts() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		text := string(d)
		for m := range members(text) {
			if text[m.value] == '"' && !yield(m.name, (&reader{text, m.value}).string()) {
				return
			}
		}
	}
}

// member is where a member of a document stands.
type member struct {
	name              string
	begin, value, end int
}

func members(text string) iter.Seq[member] {
	return func(yield func(member) bool) {
		for r := (&reader{text: text}); text != "" && r.more('}'); {
			begin := r.at
			name := r.string()
			r.at += len(": ")
			value := r.at
			r.skip()
			if !yield(member{name, begin, value, r.at}) {
				return
			}
		}
	}
}

// reader reads the text of a document.
type reader struct {
	text string
	at   int
}

func (r *reader) value() any {
	from := r.at
	switch r.text[from] {
	case '{':
		object := make(model.Tree, usualMembers)
		for r.more('}') {
			name := r.string()
			r.at += len(": ")
			object[name] = r.value()
		}
		return object
	case '[':
		list := []any{}
		for r.more(']') {
			list = append(list, r.value())
		}
		return list
	case '"':
		return r.string()
	}
	r.skip()
	switch r.text[from] {
	case 'n':
		return nil
	case 't', 'f':
		return r.text[from] == 't'
	}
	return json.Number(r.text[from:r.at])
}

// more goes from an opening bracket, or from the end of an item, to the next
// item; where there is none it goes behind the closing bracket.
func (r *reader) more(closing byte) bool {
	switch r.text[r.at] {
	case ',':
		r.at += len(", ")
		return true
	case closing:
	default:
		r.at++
	}
	if r.text[r.at] != closing {
		return true
	}
	r.at++
	return false
}

// skip goes behind a value.
func (r *reader) skip() {
	for depth := 0; ; r.at++ {
		switch r.text[r.at] {
		case '"':
			r.quoted()
			r.at--
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return
			}
		case ',':
			if depth == 0 {
				return
			}
		}
	}
}

// quoted goes behind a text or a name.
func (r *reader) quoted() (escaped bool) {
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	return escaped
}

func (r *reader) string() string {
	begin := r.at
	if r.quoted() {
		return unquoted(r.text[begin:r.at])
	}
	return r.text[begin+1 : r.at-1]
}

func unquoted(text string) (s string) {
	_ = json.Unmarshal([]byte(text), &s) // it was printed as JSON
	return s
}
