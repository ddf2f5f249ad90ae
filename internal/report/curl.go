package report

import (
	"fmt"
	"net/http"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/shell"
	"dispatchmock/internal/terminal"
)

// Curl returns a command for a POSIX shell that sends the request again, to
// the base URL or, without one, where it went. A token that was redacted
// is taken from the variable TOKEN. Comments above the command say what it
// cannot send: a NUL byte fits in no argument.
func Curl(x *exchange.Exchange, baseURL string) string {
	c := newCall(x, baseURL)
	if strings.Contains(c.target, "\x00") {
		c.target = strings.ReplaceAll(c.target, "\x00", "")
		c.note("the request target had a NUL byte, which no argument of a command can have")
	}
	if len(x.Request.Head) > maxArgument {
		c.note("the head has %d bytes, and many systems refuse an argument of more than %d", len(x.Request.Head), maxArgument)
	}
	var b strings.Builder
	args := c.curlArguments()
	for _, n := range c.notes {
		b.WriteString(shell.Comment(n) + "\n")
	}
	if len(c.body) > 0 && !terminal.IsVisible(string(c.body), "\n\t") && c.method != http.MethodHead {
		b.WriteString("printf " + shell.PrintfFormat(string(c.body)) + " | ")
	}
	b.WriteString("curl " + strings.Join(args, " \\\n  "))
	return b.String()
}

// maxArgument is the longest argument that Linux takes.
const maxArgument = 128 << 10

func (c *call) curlArguments() []string {
	first := "--include --request " + shell.Word(c.method)
	if c.method == http.MethodHead {
		first = "--head" // else curl waits for a body
		if len(c.body) > 0 {
			c.note("the body is left out: curl sends none with HEAD")
		}
	}
	if len(c.body) == 0 {
		c.leaveOut("Transfer-Encoding") // there is nothing to send in chunks
	}
	args := []string{first}
	if c.http10 {
		args = append(args, "--http1.0")
	}
	if c.noHost {
		args = append(args, "--header "+shell.Word("Host:"))
	} else if c.host != "" {
		args = append(args, "--header "+shell.Word("Host: "+c.host))
	}
	// curl adds these where they are not taken away.
	for _, name := range []string{"User-Agent", "Accept"} {
		if !c.has(name) {
			args = append(args, "--header "+shell.Word(name+":"))
		}
	}
	for _, h := range c.fields {
		switch {
		case h.variable != "":
			args = append(args, fmt.Sprintf(`--header %s"$%s"`, shell.Word(h.Name+": "+h.Value), h.variable))
		case h.Value == "":
			args = append(args, "--header "+shell.Word(h.Name+";")) // "Name:" would take it away
		default:
			args = append(args, "--header "+shell.Word(h.Name+": "+h.Value))
		}
	}
	if len(c.body) > 0 && c.method != http.MethodHead {
		if !c.has("Content-Type") {
			args = append(args, "--header "+shell.Word("Content-Type:"))
		}
		if terminal.IsVisible(string(c.body), "\n\t") {
			args = append(args, "--data-raw "+shell.Quote(string(c.body)))
		} else {
			args = append(args, "--data-binary @-")
		}
	}
	if c.plain {
		return append(args, shell.Word(c.base+c.target))
	}
	return append(args, "--request-target "+shell.Word(c.target), shell.Word(c.base+"/"))
}
