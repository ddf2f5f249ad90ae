package report

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
)

// Fetch returns a JavaScript module that sends the request again with fetch,
// in a page or in Node. The user fills in the token.
func Fetch(x *exchange.Exchange, baseURL string) string {
	c := newSnippetCall(x, baseURL)
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
	c.noteCapitals()
	c.noteRepeated()
	var b strings.Builder
	b.WriteString(c.comments("//"))
	for _, name := range c.variables() {
		fmt.Fprintf(&b, "const %s = \"your token\";\n", name)
	}
	fmt.Fprintf(&b, "const response = await fetch(%s, {\n  method: %s,\n", jsonString(c.url()), jsonString(c.method))
	if len(c.fields) > 0 {
		b.WriteString("  headers: [\n")
		for _, h := range c.fields {
			fmt.Fprintf(&b, "    [%s, %s],\n", jsonString(h.name), withVariable(jsonString(latin1(h.value)), h, h.variable))
		}
		b.WriteString("  ],\n")
	}
	if len(c.body) > 0 {
		fmt.Fprintf(&b, "  body: %s,\n", c.fetchBody())
	}
	b.WriteString("});\nconsole.log(response.status, response.statusText);\nconsole.log(await response.text());\n")
	return b.String()
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

// withVariable appends a secret to the text that stands before it.
func withVariable(text string, h header, variable string) string {
	switch {
	case h.variable == "":
		return text
	case h.value == "":
		return variable
	}
	return text + " + " + variable
}
