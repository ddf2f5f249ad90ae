package report

import (
	"fmt"
	"strings"

	"dispatchmock/internal/exchange"
)

// PythonRequests returns a Python program that sends the request again with
// the library requests. It takes the token from the environment.
func PythonRequests(x *exchange.Exchange, baseURL string) string {
	c := newSnippetCall(x, baseURL)
	c.noteCapitals()
	c.noteRepeated()
	c.join()
	var b strings.Builder
	b.WriteString(c.comments("#"))
	if len(c.variables()) > 0 {
		b.WriteString("import os\n\n")
	}
	fmt.Fprintf(&b, "import requests\n\nresponse = requests.request(\n    %s,\n    %s,\n    headers={\n", pythonText(c.method), pythonText(c.url()))
	if c.host != "" {
		fmt.Fprintf(&b, "        \"Host\": %s,\n", pythonText(c.host))
	}
	for _, name := range []string{"User-Agent", "Accept"} {
		if !c.has(name) {
			fmt.Fprintf(&b, "        %q: None,\n", name) // else requests adds its own
		}
	}
	for _, h := range c.fields {
		fmt.Fprintf(&b, "        %s: %s,\n", pythonText(h.name), withVariable(pythonText(h.value), h, fmt.Sprintf("os.environ[%q]", h.variable)))
	}
	b.WriteString("    },\n")
	if len(c.body) > 0 {
		fmt.Fprintf(&b, "    data=b%s,\n", pythonText(string(c.body)))
	}
	b.WriteString(")\nprint(response.status_code, response.reason)\nprint(response.text)\n")
	return b.String()
}

// join makes one field of those of one name, for a library that takes a map.
func (c *call) join() {
	var joined []header
next:
	for _, h := range c.fields {
		for i := range joined {
			first := &joined[i]
			if strings.EqualFold(first.name, h.name) && first.variable == "" && h.variable == "" {
				first.value += ", " + h.value
				continue next
			} else if strings.EqualFold(first.name, h.name) {
				continue next // of two tokens a map holds one
			}
		}
		joined = append(joined, h)
	}
	c.fields = joined
}

// pythonText returns a string or, behind a b, the literal of bytes. In a
// string each character is one byte, as latin1 has it.
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
