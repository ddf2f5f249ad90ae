package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

//go:embed snippets.tmpl
var snippetsText string

// language is how a program that sends a request again is written.
type language struct {
	name string
	// quote returns a text as a literal, value one of a header field, secret (a
	// format) what has the secret of a variable.
	quote, value func(string) string
	secret       string
	body         func(c *call) string
	// adapt takes from the call what the library does not send, and notes it.
	adapt func(c *call)
	// own are the fields that the library adds where they are not taken away.
	own []string
}

// languages are fetch in a page or in Node, HttpClient of .NET 6 or newer, the
// Python library requests, and net/http.
func languages() []language {
	quoteLatin1 := func(s string) string { return jsonString(latin1(s)) }
	return []language{
		{"fetch", jsonString, quoteLatin1, "%s", (*call).fetchBody, adaptFetch, nil},
		{"csharp", jsonString, quoteLatin1, "Environment.GetEnvironmentVariable(%q)", (*call).csharpBody, adaptLibrary, nil},
		{"python", pythonText, pythonText, "os.environ[%q]", func(c *call) string { return pythonText(string(c.body)) }, adaptPython, []string{"User-Agent", "Accept"}},
		{"go", strconv.QuoteToASCII, strconv.QuoteToASCII, "os.Getenv(%q)", func(c *call) string { return strconv.QuoteToASCII(string(c.body)) }, adaptGo, []string{"User-Agent"}},
	}
}

// Snippets returns, by their names, the command and the programs that send a
// request again, to the base URL or, without one, where it went. The user gives
// the token: in the environment, or in the text of fetch.
func Snippets(x *exchange.Exchange, baseURL string) (map[string]string, error) {
	all := map[string]string{"curl": Curl(x, baseURL)}
	for _, l := range languages() {
		text, err := l.program(x, baseURL)
		if err != nil {
			return nil, err
		}
		all[l.name] = text
	}
	return all, nil
}

// program returns the program of a language.
func (l *language) program(x *exchange.Exchange, baseURL string) (string, error) {
	t, err := template.New("").Funcs(template.FuncMap{"quote": l.quote, "value": l.fieldValue}).Parse(snippetsText)
	if err != nil {
		return "", err
	}
	c := newCall(x, baseURL)
	c.leaveOut("Transfer-Encoding", "Trailer")
	l.adapt(c)
	url, opaque := c.url(), ""
	if l.name == "go" {
		url, opaque = c.goURL()
	}
	body := ""
	if len(c.body) > 0 || l.name == "csharp" && slices.ContainsFunc(c.fields, header.OfContent) {
		body = l.body(c)
	}
	unwanted := slices.DeleteFunc(slices.Clone(l.own), c.has)
	var b strings.Builder
	err = t.ExecuteTemplate(&b, l.name, map[string]any{
		"Notes": c.notes, "Variables": c.variables(), "Unwanted": unwanted, "Method": c.method, "URL": url, "Opaque": opaque, "Host": c.host, "Body": body,
		"Fields": c.fields, "Grouped": c.grouped(), "Latin1": slices.ContainsFunc(c.fields, func(h header) bool { return !isASCII(h.Value) }),
	})
	return b.String(), err
}

// fieldValue returns the value of a field, with its secret behind it.
func (l *language) fieldValue(h header) string {
	if h.variable == "" {
		return l.value(h.Value)
	}
	secret := fmt.Sprintf(l.secret, h.variable)
	if h.Value == "" {
		return secret
	}
	return l.value(h.Value) + " + " + secret
}

// adaptLibrary notes what a library changes that sends requests by URL.
func adaptLibrary(c *call) {
	c.notePlain()
	c.noteChanges()
}

func (c *call) notePlain() {
	if !c.plain {
		c.note("the request target was %s; a URL library sends it only as the URL below", strconv.QuoteToASCII(c.target))
	}
}

// noteChanges notes that a library changes the spelling of methods, and makes
// one line of fields of one name.
func (c *call) noteChanges() {
	if upper := strings.ToUpper(c.method); upper != c.method {
		c.note("the method was %s; this library may send it in capitals", strconv.QuoteToASCII(c.method))
	}
	for i, h := range c.fields {
		if slices.ContainsFunc(c.fields[:i], func(o header) bool { return strings.EqualFold(o.Name, h.Name) }) {
			c.note("the field %s was sent more than once; this library sends one line with all values", h.Name)
			return
		}
	}
}

func adaptFetch(c *call) {
	c.notePlain()
	// The browser sets these itself (Fetch standard, forbidden request-headers).
	left := c.leaveOut("Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method",
		"Connection", "Cookie", "Date", "DNT", "Expect", "Keep-Alive", "Origin", "Referer", "TE", "Upgrade", "Via",
		"Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User")
	if len(left) > 0 {
		c.note("the browser's own to set: %s", strings.Join(left, ", "))
	}
	switch strings.ToUpper(c.method) {
	case http.MethodConnect, http.MethodTrace, "TRACK":
		c.note("fetch refuses the method %s", c.method)
	case http.MethodGet, http.MethodHead:
		if len(c.body) > 0 {
			c.note("the body is left out: fetch sends none with %s", c.method)
			c.body = nil
		}
	}
	c.noteChanges()
}

// adaptPython makes one field of those of one name, for a library that takes a
// map.
func adaptPython(c *call) {
	adaptLibrary(c)
	var joined []header
	for _, h := range c.fields {
		i := slices.IndexFunc(joined, func(o header) bool { return strings.EqualFold(o.Name, h.Name) })
		switch {
		case i < 0:
			joined = append(joined, h)
		case joined[i].variable == "" && h.variable == "": // of two tokens a map holds one
			joined[i].Value += ", " + h.Value
		}
	}
	c.fields = joined
}

func adaptGo(*call) {}

// goURL returns the URL of a Go request, and what its Opaque must be.
func (c *call) goURL() (url, opaque string) {
	switch {
	case strings.HasPrefix(c.target, "//"): // net/http reads an opaque one as a host
		return c.url(), ""
	case !c.plain:
		return c.base + "/", c.target
	}
	return c.base + c.target, ""
}

func (c *call) fetchBody() string {
	switch {
	case !utf8.Valid(c.body):
		return fmt.Sprintf("Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))", base64.StdEncoding.EncodeToString(c.body))
	case !c.has("Content-Type"):
		// A text would get a content type.
		return fmt.Sprintf("new TextEncoder().encode(%s)", jsonString(string(c.body)))
	}
	return jsonString(string(c.body))
}

func (c *call) csharpBody() string {
	switch {
	case len(c.body) == 0:
		return "Array.Empty<byte>()"
	case utf8.Valid(c.body):
		return fmt.Sprintf("Encoding.UTF8.GetBytes(%s)", jsonString(string(c.body)))
	}
	return fmt.Sprintf("Convert.FromBase64String(%q)", base64.StdEncoding.EncodeToString(c.body))
}

// OfContent reports a field that HttpClient takes among those of the content
// only.
func (h header) OfContent() bool {
	switch strings.ToLower(h.Name) {
	case "allow", "expires", "last-modified", "content-disposition", "content-encoding", "content-language", "content-location", "content-md5", "content-range", "content-type":
		return true
	}
	return false
}

// latin1 returns the characters that a library turns into the bytes of s: it
// sends each character below U+0100 of a field's value as one byte.
func latin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// jsonString returns a text as a JSON string of ASCII, which JavaScript and C#
// read alike.
func jsonString(s string) string { return string(jsonx.AppendString(nil, s)) }

// pythonText returns a string or, behind a b, the literal of bytes. In a string
// each character is one byte, as latin1 has it.
func pythonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch ch := s[i]; {
		case ch == '"' || ch == '\\':
			b.WriteByte('\\')
			b.WriteByte(ch)
		case ch == '\n':
			b.WriteString(`\n`)
		case ch < ' ' || ch > '~':
			fmt.Fprintf(&b, `\x%02x`, ch)
		default:
			b.WriteByte(ch)
		}
	}
	b.WriteByte('"')
	return b.String()
}
