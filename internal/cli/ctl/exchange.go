package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/report"
	"dispatchmock/internal/terminal"
)

// entry is an exchange whose change keeps its numbers as they are spelt.
type entry struct {
	report.Entry
	Change *struct{ Patch json.RawMessage } `json:"change"`
}

func (c *ctl) showExchange() *cobra.Command {
	return c.command("show EXCHANGE", "Show all of an exchange, by its X-REQUEST-ID or its number", func(cmd *cobra.Command, server *client.Client, args []string) error {
		call := client.Call{Method: http.MethodGet, Path: client.Path("/journal/%s", args[0])}
		if _, err := strconv.ParseUint(args[0], 10, 64); err == nil {
			call.Path = client.Path("/exchanges/%s", args[0])
		} else if cmd.Flags().Changed("session") {
			call.Query = url.Values{"session": {c.session}}
		}
		e, raw, err := client.Do[entry](cmd.Context(), server, call)
		if err != nil {
			return err
		}
		curl := ""
		if !e.Admin {
			// Made here: what a server sends is not to be run.
			x, err := e.Sent()
			if err != nil {
				return err
			}
			curl = report.Curl(x, "")
		}
		return c.print(raw, func(w io.Writer) { exchangeText(w, &e, curl) })
	})
}

// exchangeText prints all of an exchange, and the command that sends its
// request again.
func exchangeText(w io.Writer, e *entry, curl string) {
	tenant, change := "", ""
	if e.Tenant != 0 {
		tenant = strconv.FormatInt(e.Tenant, 10)
	}
	if e.Change != nil {
		change = string(e.Change.Patch)
	}
	facts(w,
		"exchange", fmt.Sprintf("%d, number %d of the session %s", e.ID, e.Sequence, e.Session),
		"request ID", e.RequestID,
		"start", fmt.Sprintf("%s, took %g ms", e.Start, e.TookMS),
		"request", e.Method+" "+e.Path,
		"answer", fmt.Sprintf("%d, verdict: %s", e.Status, e.Verdict),
		"operation", e.Operation,
		"client", e.ClientID,
		"tenant", tenant,
		"version", versionText(e.Version),
		"scenario", e.Scenario,
		"target", e.Target,
		"by the mock", e.Fallback,
		"error", e.Error,
		"change", change)
	by := "violation by the mock"
	if e.Target != "" {
		by = "violation by the target"
	}
	violations(w, "problem of the request", e.Problems)
	violations(w, by, e.Violations)
	violations(w, "broken on purpose", e.Deliberate)
	messageText(w, "> ", &e.Request)
	messageText(w, "< ", &e.Response)
	if curl != "" {
		fmt.Fprintf(w, "\n%s\n", curl)
	}
}

func versionText(v report.Version) string {
	var parts []string
	for _, p := range [][2]string{{"asked ", v.Asked}, {"pinned ", v.Pinned}, {"used ", v.Used}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

// violations prints what was wrong, why, and a hint.
func violations(w io.Writer, what string, list []exchange.Violation) {
	for _, v := range list {
		fmt.Fprintf(w, "\n%s: %s\n", what, terminal.Visible(v.Part+" "+v.Pointer))
		facts(w, "  rule", v.Rule, "  got", v.Value, "  schema", v.Schema, "  documented", v.Documented, "  hint", v.Hint)
	}
}

func messageText(w io.Writer, mark string, m *report.Message) {
	fmt.Fprintln(w)
	for line := range strings.SplitSeq(m.Head, "\r\n") {
		fmt.Fprintln(w, mark+terminal.Visible(line))
	}
	if m.Body != "" {
		fmt.Fprintf(w, "%s\n%s%s\n", mark, mark, visibleLines(m.Body))
	}
	if m.Truncated {
		fmt.Fprintf(w, "%s… of %d bytes\n", mark, m.Size)
	}
}
