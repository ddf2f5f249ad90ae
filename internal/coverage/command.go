package coverage

import (
	"cmp"
	"fmt"
	"regexp"
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
	// admin is set for a request to the admin API, with its body as JSON.
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

// field returns the index of the first field of a name, or -1.
func (r request) field(name string) int {
	return slices.IndexFunc(r.fields, func(f field) bool { return strings.EqualFold(f.name, name) })
}

func (r request) has(name string) bool { return r.field(name) >= 0 }

// without returns the request without the fields of a name.
func (r request) without(name string) request {
	r.fields = slices.DeleteFunc(slices.Clone(r.fields), func(f field) bool { return strings.EqualFold(f.name, name) })
	return r
}

// set returns the request with one field of a name.
func (r request) set(name, value string) request {
	r = r.without(name)
	r.fields = append(r.fields, field{name: name, value: value})
	return r
}

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
			return "" // the admin API is closed
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

// Commands matches what the command of an item can be where the admin API is
// at a URL: requests of curl with options that neither read nor write a file.
// A person may paste a matching text into a shell, whoever made it. Values
// never begin with @, by which curl would read a file, and the token of the
// admin API goes to that API alone.
func Commands(admin string) *regexp.Regexp {
	const (
		plain    = `[A-Za-z0-9_./:@%+,-]*`
		shown    = `[^'\pC\p{Zl}\p{Zp}]*`    // what a person sees
		more     = `(?:\\''` + shown + `')*` // of a text with a single quote in it
		value    = `(?:[A-Za-z0-9_./:%+,-]` + plain + `|'(?:[^'@\pC\p{Zl}\p{Zp}]` + shown + `)?'` + more + `)`
		variable = `"[A-Za-z-]+: [A-Za-z ]*\$` + TokenVariable + `(?:_[A-Z0-9_]+)?"`
		large    = `"x-large: \$\(printf %080000d 0\)"`
		option   = ` -X ` + value + `| -H (?:` + value + `|` + variable + `|` + large + `)| -d ` + value + `| --data-binary @-| --max-time [0-9]+`
		begin    = `(?:head -c [0-9]+ /dev/zero \| )?curl -isS`
		token    = ` -H "X-Mock-Token: \$` + AdminTokenVariable + `"`
		host     = `https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?`
	)
	url := func(base string) string {
		return ` (?:` + base + `/` + plain + `|'` + base + `/` + shown + `'` + more + `)`
	}
	request := begin + `(?:(?:` + option + `)*` + url(host) + `|(?:` + option + `|` + token + `)*` + url(regexp.QuoteMeta(admin)) + `)`
	either := `(?:` + request + `|for i in \$\(seq [0-9]+\); do ` + request + `; done)`
	return regexp.MustCompile(`^` + either + `(?: && ` + either + `)*$`)
}
