package scenario

import (
	"slices"
	"strings"

	"dispatchmock/internal/wire"
)

// headers are changes to the response's header fields, each list in the order
// of names.
type headers struct {
	remove, repeat []string
	set, add       []wire.Field
}

func (r *reading) headers(a at) *headers {
	if a.v == nil {
		return nil
	}
	if len(a.names()) == 0 {
		a.diag("says nothing that happens; it takes remove, set, repeat, add")
	}
	h := &headers{r.fieldNames(a.member("remove")), r.fieldNames(a.member("repeat")), r.fields(a.member("set")), r.fields(a.member("add"))}
	for _, name := range h.remove {
		for _, f := range h.set {
			if strings.EqualFold(f.Name, name) {
				a.diag("%s cannot be both removed and set", name)
			}
		}
	}
	return h
}

func (r *reading) fieldNames(a at) []string {
	var names []string
	for _, item := range a.items() {
		r.fieldName(item, item.text())
		names = append(names, item.text())
	}
	return names
}

// maxFields is how many header fields one object may name.
const maxFields = 32

func (r *reading) fields(a at) []wire.Field {
	var fields []wire.Field
	names := a.names()
	if len(names) > maxFields {
		a.diag("must have %d names at most", maxFields)
		return nil
	}
	for _, name := range names {
		value := a.member(name)
		r.fieldName(value, name)
		for _, c := range []byte(value.text()) {
			if c < ' ' || c > '~' {
				value.diag("must be of printable ASCII")
				break
			}
		}
		if slices.ContainsFunc(fields, func(f wire.Field) bool { return strings.EqualFold(f.Name, name) }) {
			value.diag("%.80s stands here twice; names of header fields have no case", name)
		}
		fields = append(fields, wire.Field{Name: name, Value: value.text()})
	}
	return fields
}

// fieldName refuses names that no response can carry, and those that say where
// a message ends: with a wrong one the next response on the connection would
// be lost as well, which is no fault of any real server's.
func (r *reading) fieldName(a at, name string) {
	switch {
	case !isToken(name):
		a.diag("%.80q is no name of a header field", name)
	case slices.Contains([]string{"content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "upgrade"}, strings.ToLower(name)):
		a.diag("%s belongs to the connection and stays as it is; faults of the connection stand under connection", name)
	}
}

// edit returns fields with the changes made.
func (h *headers) edit(fields []wire.Field) []wire.Field {
	var edited []wire.Field
	for _, f := range fields {
		is := func(name string) bool { return strings.EqualFold(name, f.Name) }
		if slices.ContainsFunc(h.remove, is) {
			continue
		}
		if i := slices.IndexFunc(h.set, func(s wire.Field) bool { return is(s.Name) }); i >= 0 {
			f = h.set[i]
		}
		edited = append(edited, f)
		if slices.ContainsFunc(h.repeat, is) {
			edited = append(edited, f)
		}
	}
	for _, f := range h.set {
		if !slices.ContainsFunc(edited, func(e wire.Field) bool { return strings.EqualFold(e.Name, f.Name) }) {
			edited = append(edited, f)
		}
	}
	for _, f := range h.add {
		last := len(edited)
		for i, e := range edited {
			if strings.EqualFold(e.Name, f.Name) {
				last = i + 1
			}
		}
		edited = slices.Insert(edited, last, f)
	}
	return edited
}
