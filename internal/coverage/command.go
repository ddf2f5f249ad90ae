package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dispatchmock/internal/shell"
)

// command is the requests of curl that cover an item; none is nothing to be
// done by curl.
type command []request

// request is one request of curl.
type request struct {
	method string
	path   string
	fields []field
	// admin API is set for a request to the admin API, with its body as JSON.
	admin bool
	body  string
	// alone is set for a request that belongs to no session.
	alone bool
	// before stands before curl, options stand before its URL.
	before, options string
	repeat          int
}

// field is a header field to send. A token has the name of the variable that
// holds it, and value is what stands before it: reports are read by others.
type field struct{ name, value, variable string }

func (r request) with(name, value string) request {
	r.fields = append(r.fields[:len(r.fields):len(r.fields)], field{name: name, value: value})
	return r
}

func (r request) has(name string) bool {
	return slices.ContainsFunc(r.fields, func(f field) bool { return strings.EqualFold(f.name, name) })
}

// without returns the request without the fields of a name.
func (r request) without(name string) request {
	var kept []field
	for _, f := range r.fields {
		if !strings.EqualFold(f.name, name) {
			kept = append(kept, f)
		}
	}
	r.fields = kept
	return r
}

// set puts a value in the place of a field's own.
func (r request) set(name, value string) request { return r.without(name).with(name, value) }

func (r request) at(path string) request {
	r.path = path
	return r
}

func (r request) by(method string) request {
	r.method = method
	return r
}

// text returns the commands for a POSIX shell.
func (c command) text(at Where, session string) string {
	parts := make([]string, len(c))
	for i, r := range c {
		if r.admin && at.Admin == "" {
			return "" // nobody can
		}
		parts[i] = r.text(at, session)
	}
	return strings.Join(parts, " && ")
}

func (r request) text(at Where, session string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%scurl -isS", r.before)
	if r.method != "GET" {
		b.WriteString(" -X " + shell.Word(r.method))
	}
	for _, f := range r.fields {
		switch {
		case f.variable != "":
			b.WriteString(` -H "` + f.name + ": " + f.value + "$" + f.variable + `"`)
		case f.value == "":
			b.WriteString(" -H " + shell.Word(f.name+";")) // curl sends it empty
		default:
			b.WriteString(" -H " + shell.Word(f.name+": "+f.value))
		}
	}
	if r.body != "" {
		b.WriteString(" -H 'Content-Type: application/json' -d " + shell.Word(r.body))
	}
	if r.options != "" {
		b.WriteString(" " + r.options)
	}
	base, path := at.API, r.path
	switch {
	case r.admin:
		base, path = at.Admin, strings.ReplaceAll(path, "{session}", cmp.Or(session, "default"))
		if at.AdminToken {
			b.WriteString(` -H "X-Mock-Token: $` + AdminTokenVariable + `"`)
		}
	case session != "" && session != "default" && !r.alone:
		path = "/_s/" + session + path
	}
	b.WriteString(" " + address(base, path))
	if r.repeat > 1 {
		return fmt.Sprintf("for i in $(seq %d); do %s; done", r.repeat, b.String())
	}
	return b.String()
}

// address returns a base URL, or the variable that holds it, with a path.
func address(base, path string) string {
	if strings.HasPrefix(base, "$") {
		return `"` + base + `"` + shell.Word(path)
	}
	return shell.Word(base + path)
}
