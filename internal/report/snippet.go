package report

import (
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
)

// Snippets returns the command and the programs that send a request again
// where it went.
func Snippets(x *exchange.Exchange) map[string]string {
	return map[string]string{"curl": Curl(x, ""), "fetch": Fetch(x, ""), "python": PythonRequests(x, ""), "csharp": CSharpHttpClient(x, ""), "go": Go(x, "")}
}

// newSnippetCall reads a request for a library that may send less than curl:
// framing is the library's own, and the URL goes through its parser.
func newSnippetCall(x *exchange.Exchange, baseURL string) *call {
	c := newCall(x, baseURL)
	if !c.plain {
		c.note("the request target was %s; a URL library sends it only as the URL below", strconv.QuoteToASCII(c.target))
	}
	c.leaveOut("Transfer-Encoding", "Trailer")
	return c
}

// noteCapitals says that a library changes the spelling of methods.
func (c *call) noteCapitals() {
	if upper := strings.ToUpper(c.method); upper != c.method {
		c.note("the method was %s; this library may send it in capitals", strconv.QuoteToASCII(c.method))
	}
}

// noteRepeated says that a library makes one line of fields of one name.
func (c *call) noteRepeated() {
	var seen []string
	for _, h := range c.fields {
		name := strings.ToLower(h.name)
		if slices.Contains(seen, name) {
			c.note("the field %s was sent more than once; this library sends one line with all values", h.name)
			return
		}
		seen = append(seen, name)
	}
}

// leaveOut takes fields away and returns the names of those that were there.
func (c *call) leaveOut(names ...string) []string {
	var left []string
	c.fields = slices.DeleteFunc(c.fields, func(h header) bool {
		out := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, h.name) })
		if out {
			left = append(left, h.name)
		}
		return out
	})
	return left
}

// comments returns the notes as lines of comments.
func (c *call) comments(mark string) string {
	var b strings.Builder
	for _, n := range c.notes {
		b.WriteString(mark + " " + n + "\n")
	}
	return b.String()
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

// jsonString returns a text as a JSON string of ASCII, which JavaScript and C#
// read alike.
func jsonString(s string) string { return string(jsonx.AppendString(nil, s)) }
