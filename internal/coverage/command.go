package coverage

import (
	"cmp"
	"fmt"
	"strings"
)

// command is the requests of curl that cover an item; none is nothing to be
// done by curl.
type command []request

// request is one request of curl.
type request struct {
	method string
	path   string
	fields [][2]string
	// door is set for a request to the control door, with its body as JSON.
	door bool
	body string
	// alone is set for a request that belongs to no session.
	alone bool
	// before stands before curl, options stand before its URL.
	before, options string
	repeat          int
}

func (r request) with(name, value string) request {
	r.fields = append(r.fields[:len(r.fields):len(r.fields)], [2]string{name, value})
	return r
}

// without returns the request without the fields of a name.
func (r request) without(name string) request {
	var kept [][2]string
	for _, f := range r.fields {
		if !strings.EqualFold(f[0], name) {
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
func (c command) text(baseURL, session string) string {
	parts := make([]string, len(c))
	for i, r := range c {
		parts[i] = r.text(baseURL, session)
	}
	return strings.Join(parts, " && ")
}

func (r request) text(baseURL, session string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%scurl -isS", r.before)
	if r.method != "GET" {
		b.WriteString(" -X " + quoted(r.method))
	}
	for _, f := range r.fields {
		if f[1] == "" {
			b.WriteString(" -H " + quoted(f[0]+";")) // curl sends it empty
		} else {
			b.WriteString(" -H " + quoted(f[0]+": "+f[1]))
		}
	}
	if r.body != "" {
		b.WriteString(" -H 'Content-Type: application/json' -d " + quoted(r.body))
	}
	if r.options != "" {
		b.WriteString(" " + r.options)
	}
	path := r.path
	switch {
	case r.door:
		path = strings.ReplaceAll(path, "{session}", cmp.Or(session, "default"))
	case session != "" && session != "default" && !r.alone:
		path = "/_s/" + session + path
	}
	b.WriteString(" " + quoted(baseURL+path))
	if r.repeat > 1 {
		return fmt.Sprintf("for i in $(seq %d); do %s; done", r.repeat, b.String())
	}
	return b.String()
}

// quoted returns a text as one word of a POSIX shell.
func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
