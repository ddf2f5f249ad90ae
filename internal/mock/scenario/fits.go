package scenario

import (
	"maps"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
)

// fits refuses the operations of a patch that no body takes, whatever record is
// asked for. What depends on the record is left to the request.
func (r *reading) fits(a at, act *action) {
	f := &fit{shape: map[string]any{"field": nil, "detail": nil, "explanation": nil}, of: "the body of an error"}
	if act.Error == nil {
		f.shape, f.of = map[string]any{}, "a record"
		for _, v := range r.versions {
			if act.version == "" || act.version == otherVersion || act.version == v {
				members, ok := r.records[v].(map[string]any)
				if !ok {
					return
				}
				maps.Copy(f.shape, members)
			}
		}
	}
	for _, op := range a.items() {
		name, path := op.member("op").text(), op.member("path")
		if from := op.member("from"); from.v != nil {
			f.needs(from, false)
			if name == "move" {
				f.change(from.text())
			}
		}
		switch name {
		case "add", "move", "copy":
			f.needs(path, true)
			f.change(path.text())
		case "test":
			if op.member("value").v != nil { // null is what is not there, too
				f.needs(path, false)
			}
		default:
			f.needs(path, false)
			f.change(path.text())
		}
	}
}

// fit is what is known of the body between the operations of a patch.
type fit struct {
	shape map[string]any // each member that there can be; lists have one item
	of    string
	loose []string // pointers to what an operation before has changed
}

// change notes that nothing is known any more of what is at a pointer, or
// beside it in a list.
func (f *fit) change(pointer string) {
	parent, last := "", ""
	if i := strings.LastIndexByte(pointer, '/'); i >= 0 {
		parent, last = pointer[:i], pointer[i+1:]
	}
	if isIndex(last) || last == "-" {
		pointer = parent
	}
	f.loose = append(f.loose, pointer)
}

// needs refuses a pointer to what cannot be there. With fresh the last token
// may name something new.
func (f *fit) needs(a at, fresh bool) {
	pointer := a.text()
	for _, l := range f.loose {
		if pointer == l || strings.HasPrefix(pointer, l+"/") {
			return
		}
	}
	if pointer == "" {
		return
	}
	tokens := strings.Split(pointer[1:], "/")
	var here any = f.shape
	for i, token := range tokens {
		last := fresh && i == len(tokens)-1
		switch v := here.(type) {
		case map[string]any:
			next, ok := v[jsonx.Unescape(token)]
			if !ok && !last {
				a.diag("can never fit: %s has no %s", f.of, "/"+strings.Join(tokens[:i+1], "/"))
				return
			}
			here = next
		case []any:
			if !isIndex(token) && !(last && token == "-") {
				a.diag("can never fit: %s is a list, and %q no index in it", "/"+strings.Join(tokens[:i], "/"), token)
				return
			}
			here = v[0]
		case contract.Open:
			return
		default:
			a.diag("can never fit: %s of %s is neither an object nor a list", "/"+strings.Join(tokens[:i], "/"), f.of)
			return
		}
	}
}

// isIndex reports RFC 6901's form of an index.
func isIndex(token string) bool {
	n, err := strconv.ParseUint(token, 10, 31)
	return err == nil && strconv.FormatUint(n, 10) == token
}
