package report

import (
	"fmt"
	"strconv"
	"strings"

	"dispatchmock/internal/exchange"
)

// Go returns a Go program that sends the request again with net/http. It takes
// the token from the environment.
func Go(x *exchange.Exchange, baseURL string) string {
	c := newCall(x, baseURL)
	c.leaveOut("Transfer-Encoding", "Trailer")
	imports := []string{"fmt", "io", "log", "net/http"}
	if len(c.variables()) > 0 {
		imports = append(imports, "os")
	}
	body := "nil"
	if len(c.body) > 0 {
		imports = append(imports, "strings")
		body = "strings.NewReader(" + strconv.QuoteToASCII(string(c.body)) + ")"
	}
	var b strings.Builder
	b.WriteString(c.comments("//"))
	b.WriteString("package main\n\nimport (\n")
	for _, path := range imports {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	target, opaque := c.base+c.target, ""
	switch {
	case strings.HasPrefix(c.target, "//"): // net/http reads an opaque one as a host
		target = c.url()
	case !c.plain:
		target, opaque = c.base+"/", c.target
	}
	fmt.Fprintf(&b, ")\n\nfunc main() {\n\treq, err := http.NewRequest(%s, %s, %s)\n", strconv.QuoteToASCII(c.method), strconv.QuoteToASCII(target), body)
	b.WriteString("\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	if opaque != "" {
		fmt.Fprintf(&b, "\treq.URL.Opaque = %s\n", strconv.QuoteToASCII(opaque))
	}
	if c.host != "" {
		fmt.Fprintf(&b, "\treq.Host = %s\n", strconv.QuoteToASCII(c.host))
	}
	b.WriteString(c.goHeader())
	b.WriteString("\tresp, err := http.DefaultClient.Do(req)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n" +
		"\tdefer resp.Body.Close()\n\ttext, err := io.ReadAll(resp.Body)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n" +
		"\tfmt.Println(resp.Status)\n\tfmt.Println(string(text))\n}\n")
	return b.String()
}

// goHeader returns the header with the names in their own spelling, which
// Set and Add would change.
func (c *call) goHeader() string {
	var names []string
	values := map[string][]string{}
	for _, h := range c.fields {
		if values[h.name] == nil {
			names = append(names, h.name)
		}
		value := withVariable(strconv.QuoteToASCII(h.value), h, fmt.Sprintf("os.Getenv(%q)", h.variable))
		values[h.name] = append(values[h.name], value)
	}
	var b strings.Builder
	b.WriteString("\treq.Header = http.Header{\n")
	if !c.has("User-Agent") {
		b.WriteString("\t\t\"User-Agent\": {\"\"},\n") // else net/http adds its own
	}
	for _, name := range names {
		fmt.Fprintf(&b, "\t\t%q: {%s},\n", name, strings.Join(values[name], ", "))
	}
	b.WriteString("\t}\n")
	return b.String()
}
