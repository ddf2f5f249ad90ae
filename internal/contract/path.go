package contract

import (
	"net/url"
	"strings"
)

// At returns the first operation of a method ("" is any) whose path has the
// form of the given one, with or without a trailing slash; nil where there is
// none.
func (c *Contract) At(method, path string) *Operation {
	for _, o := range c.operations {
		if (method == "" || o.Method == method) && o.match(path, nil) {
			return o
		}
	}
	return nil
}

// ValuesAt returns the parameters of a path that has the form of an operation's;
// nil where there is no such operation.
func (c *Contract) ValuesAt(path string) map[string]string {
	values := make(map[string]string, 2)
	for _, o := range c.operations {
		if o.match(path, values) {
			return values
		}
	}
	return nil
}

// Values returns the parameters that a path of the operation's form has.
func (o *Operation) Values(path string) map[string]string {
	values := map[string]string{}
	o.match(path, values)
	return values
}

func (o *Operation) match(path string, values map[string]string) bool {
	template := o.Path
	path = strings.TrimSuffix(path, "/")
	for template != "" {
		if path == "" || path[0] != '/' {
			return false
		}
		var want, got string
		want, template = segment(template)
		got, path = segment(path)
		name, parameter := strings.CutPrefix(want, "{")
		if !parameter && want != got || parameter && got == "" {
			return false
		}
		if parameter && values != nil {
			if plain, err := url.PathUnescape(got); err == nil {
				got = plain
			}
			values[strings.TrimSuffix(name, "}")] = got
		}
	}
	return path == ""
}

// segment cuts the first segment off a path; what follows begins with a slash.
func segment(path string) (first, rest string) {
	path = path[1:]
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}
