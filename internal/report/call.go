package report

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/redact"
)

// call is a request as it is to be sent again.
type call struct {
	method string
	base   string // such as http://127.0.0.1:8003
	// target is what stands in the request line; plain says that every URL
	// library sends it so.
	target string
	plain  bool
	http10 bool
	host   string // of the Host field; "" where it is the base's own
	noHost bool   // there was no Host field
	fields []header
	body   []byte
	notes  []string // what cannot be sent again as it was
}

// header is a field to send. A secret that was not kept has the name of the
// variable that the user puts it in; value is then what stands before it.
type header struct{ Name, Value, variable string }

// newCall reads how to send a request again from its record.
func newCall(x *exchange.Exchange, baseURL string) *call {
	c := &call{method: x.Method, target: x.Path}
	if method, rest, ok := strings.Cut(x.Request.Line(), " "); ok {
		if end := strings.LastIndexByte(rest, ' '); end >= 0 {
			c.http10 = rest[end+1:] == "HTTP/1.0"
			rest = rest[:end]
		}
		c.method, c.target = method, rest
	}
	c.method = cmp.Or(c.method, "GET")
	c.target = cmp.Or(c.target, "/")
	c.plain = isPlain(c.target)
	c.setHost(x, baseURL)
	if truncated(&x.Request) {
		c.note("only the first %d of the %d bytes of the body were kept", len(x.Request.Body), x.Request.Size)
	}
	c.body = x.Request.Body
	c.addFields(x)
	return c
}

func (c *call) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// plainHost is a host that every program takes as it stands; curl reads
// a[1-9].example as nine hosts.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

func (c *call) setHost(x *exchange.Exchange, baseURL string) {
	host, ok := x.Request.Value("Host")
	c.base = strings.TrimRight(baseURL, "/")
	if c.base == "" {
		c.base = "http://localhost"
		if plainHost.MatchString(host) {
			c.base = "http://" + host
		}
	}
	c.noHost = !ok && x.Request.Head != ""
	if u, err := url.Parse(c.base); ok && (err != nil || u.Host != host) {
		c.host = host
	}
}

func (c *call) addFields(x *exchange.Exchange) {
	variables := map[string]string{}
	for _, f := range x.Request.Fields() {
		switch {
		case strings.EqualFold(f.Name, "Host"):
			continue
		case !isToken(f.Name):
			c.note("the field named %s is left out: no library sends such a name", strconv.QuoteToASCII(f.Name))
			continue
		case strings.Contains(f.Value, "\x00"):
			c.note("the field %s is left out: its value has a NUL byte, which no argument of a command can have", f.Name)
			continue
		case strings.EqualFold(f.Name, "Content-Length"):
			if f.Value != strconv.Itoa(len(c.body)) && !truncated(&x.Request) {
				c.note("Content-Length was %s, and is sent as the body has it", strconv.QuoteToASCII(f.Value))
			}
			continue
		}
		h := header{Name: f.Name, Value: f.Value}
		if f.Value != "" && slices.ContainsFunc(x.Authorization, func(b redact.Mark) bool { return b.Shown == f.Value }) {
			scheme, hash, _ := strings.Cut(f.Value, "#")
			if variables[hash] == "" {
				variables[hash] = "TOKEN"
				if n := len(variables); n > 1 {
					variables[hash] = fmt.Sprintf("TOKEN_%d", n)
				}
			}
			h.Value, h.variable = scheme, variables[hash]
		}
		c.fields = append(c.fields, h)
	}
}

// has reports whether a field of that name is to be sent.
func (c *call) has(name string) bool {
	return slices.ContainsFunc(c.fields, func(h header) bool { return strings.EqualFold(h.Name, name) })
}

// leaveOut takes fields away and returns the names of those that were there.
func (c *call) leaveOut(names ...string) []string {
	var left []string
	c.fields = slices.DeleteFunc(c.fields, func(h header) bool {
		out := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, h.Name) })
		if out {
			left = append(left, h.Name)
		}
		return out
	})
	return left
}

// variables returns the names of the tokens that the user must give.
func (c *call) variables() []string {
	var names []string
	for _, h := range c.fields {
		if h.variable != "" && !slices.Contains(names, h.variable) {
			names = append(names, h.variable)
		}
	}
	return names
}

// grouped returns the fields of each name together, in the order of the first
// ones.
func (c *call) grouped() [][]header {
	var groups [][]header
	for _, h := range c.fields {
		i := slices.IndexFunc(groups, func(g []header) bool { return g[0].Name == h.Name })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], h)
	}
	return groups
}

// url returns the URL of the request for libraries that take no request
// target: what they would not take is escaped.
func (c *call) url() string {
	target := c.target
	if !strings.HasPrefix(target, "/") {
		target = "/"
	}
	var b strings.Builder
	b.WriteString(c.base)
	for i := range len(target) {
		if ch := target[i]; isEscape(target[i:]) || isPlainByte(ch) {
			b.WriteByte(ch)
		} else {
			fmt.Fprintf(&b, "%%%02X", ch)
		}
	}
	return b.String()
}

// isPlainByte reports a byte that no URL library escapes or reads as more than
// itself.
func isPlainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~!$&()*+,;=:@/?", c) >= 0
}

func isPlain(target string) bool {
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
		return false
	}
	for i := range len(target) {
		if !isEscape(target[i:]) && !isPlainByte(target[i]) {
			return false
		}
	}
	path, _, _ := strings.Cut(target, "?")
	for segment := range strings.SplitSeq(path, "/") {
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".", "..": // libraries resolve them
			return false
		}
	}
	return true
}

// isEscape reports a text that begins with an escaped byte.
func isEscape(s string) bool { return len(s) > 2 && s[0] == '%' && isHex(s[1]) && isHex(s[2]) }

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'f' }

// isToken reports a name that a header field can have (RFC 9110, 5.6.2).
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return name != ""
}
