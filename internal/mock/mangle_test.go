package mock_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/wire"
)

// mangle spoils a reply behind the API's back, as a mistake of ours would.
type mangle func(testing.TB, *wire.Reply)

// mangled returns a layer that spoils replies while the switch is on.
func mangled(t testing.TB, on *atomic.Bool, m mangle) func(*http.Request, *wire.Reply, func()) {
	return func(_ *http.Request, reply *wire.Reply, perform func()) {
		perform()
		if on.Load() {
			m(t, reply)
		}
	}
}

func dropField(name string) mangle {
	return func(_ testing.TB, r *wire.Reply) {
		r.Fields = slices.DeleteFunc(r.Fields, func(f wire.Field) bool { return f.Name == name })
	}
}

func setField(name, value string) mangle {
	return func(_ testing.TB, r *wire.Reply) {
		for i := range r.Fields {
			if r.Fields[i].Name == name {
				r.Fields[i].Value = value
			}
		}
	}
}

func renameField(from, to string) mangle {
	return func(_ testing.TB, r *wire.Reply) {
		for i := range r.Fields {
			if r.Fields[i].Name == from {
				r.Fields[i].Name = to
			}
		}
	}
}

func addField(name, value string) mangle {
	return func(_ testing.TB, r *wire.Reply) {
		r.Fields = append(r.Fields, wire.Field{Name: name, Value: value})
	}
}

func setStatus(status int) mangle {
	return func(_ testing.TB, r *wire.Reply) { r.Status = status }
}

// setBody puts bytes in the place of the body, with their own length.
func setBody(change func(string) string) mangle {
	return func(t testing.TB, r *wire.Reply) {
		body := change(string(r.Body.Bytes))
		r.Body = wire.Raw([]byte(body))
		setField("Content-Length", strconv.Itoa(len(body)))(t, r)
	}
}

// editBody changes the body's members and prints it again.
func editBody(change func(map[string]any)) mangle {
	return func(t testing.TB, r *wire.Reply) {
		tree, err := jsonx.Parse(r.Body.Bytes)
		if err != nil {
			t.Errorf("the reply before it is spoilt: %v", err)
			return
		}
		change(tree.(map[string]any))
		if r.Body, err = wire.Print(tree); err != nil {
			t.Errorf("printing the spoilt reply: %v", err)
			return
		}
		setField("Content-Length", r.Body.Length)(t, r)
	}
}

// setMember sets a member by its path, such as addresses/0/latitude.
func setMember(path string, value any) mangle {
	return editBody(func(tree map[string]any) {
		object, last := walk(tree, path)
		object[last] = value
	})
}

func dropMember(path string) mangle {
	return editBody(func(tree map[string]any) {
		object, last := walk(tree, path)
		delete(object, last)
	})
}

func walk(tree map[string]any, path string) (object map[string]any, last string) {
	steps := strings.Split(path, "/")
	var at any = tree
	for _, step := range steps[:len(steps)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			i, _ := strconv.Atoi(step)
			at = v[i]
		}
	}
	return at.(map[string]any), steps[len(steps)-1]
}

// number is a JSON number as it is printed.
func number(text string) json.Number { return json.Number(text) }
