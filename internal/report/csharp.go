package report

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dispatchmock/internal/exchange"
)

// CSharpHttpClient returns a C# program (top-level statements, .NET 6 or
// newer) that sends the request again with HttpClient. It takes the token from
// the environment.
func CSharpHttpClient(x *exchange.Exchange, baseURL string) string {
	c := newSnippetCall(x, baseURL)
	c.noteCapitals()
	c.noteRepeated()
	var b strings.Builder
	b.WriteString(c.comments("//"))
	b.WriteString("using System;\nusing System.Net.Http;\nusing System.Text;\n\n")
	b.WriteString("using var handler = new SocketsHttpHandler();\n")
	if slices.ContainsFunc(c.fields, func(h header) bool { return !isASCII(h.value) }) {
		b.WriteString("handler.RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1;\n")
	}
	b.WriteString("using var client = new HttpClient(handler);\n")
	fmt.Fprintf(&b, "using var request = new HttpRequestMessage(new HttpMethod(%s), %s);\n", jsonString(c.method), jsonString(c.url()))
	if c.host != "" {
		fmt.Fprintf(&b, "request.Headers.Host = %s;\n", jsonString(c.host))
	}
	if len(c.body) > 0 || slices.ContainsFunc(c.fields, ofContent) {
		fmt.Fprintf(&b, "request.Content = new ByteArrayContent(%s);\n", c.csharpBody())
	}
	for _, h := range c.fields {
		to := "request.Headers"
		if ofContent(h) {
			to = "request.Content.Headers"
		}
		value := withVariable(jsonString(latin1(h.value)), h, fmt.Sprintf("Environment.GetEnvironmentVariable(%q)", h.variable))
		fmt.Fprintf(&b, "%s.TryAddWithoutValidation(%s, %s);\n", to, jsonString(h.name), value)
	}
	b.WriteString("using var response = await client.SendAsync(request);\n" +
		"Console.WriteLine($\"{(int)response.StatusCode} {response.ReasonPhrase}\");\n" +
		"Console.WriteLine(await response.Content.ReadAsStringAsync());\n")
	return b.String()
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

// ofContent reports a field that HttpClient takes among those of the content
// only.
func ofContent(h header) bool {
	name := strings.ToLower(h.name)
	return name == "allow" || name == "expires" || name == "last-modified" || strings.HasPrefix(name, "content-") &&
		slices.Contains([]string{"disposition", "encoding", "language", "location", "md5", "range", "type"}, name[len("content-"):])
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
