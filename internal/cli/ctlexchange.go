package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/terminal"
)

// exchangeRow is what is read of an exchange in a list.
type exchangeRow struct {
	ID        uint64
	Session   string
	Start     string
	Method    string
	Path      string
	Status    int
	Verdict   exchange.Verdict
	ClientID  string `json:"client_id"`
	Version   string
	Violation string
}

// exchangeEntry is what is read of the whole truth about an exchange.
type exchangeEntry struct {
	ID, Sequence                     uint64
	Session, Start                   string
	TookMS                           float64 `json:"took_ms"`
	Method, Path                     string
	Status                           int
	Verdict                          exchange.Verdict
	Operation                        string
	ClientID                         string `json:"client_id"`
	Tenant                           int64
	RequestID                        string `json:"request_id"`
	Version                          struct{ Asked, Pinned, Used string }
	Problems, Violations, Deliberate []exchange.Violation
	Scenario, Error                  string
	Target, Fallback                 string
	Change                           *struct{ Patch json.RawMessage }
	Request, Response                exchangeMessage
}

type exchangeMessage struct {
	Head, Body string
	Size       int64
	Truncated  bool
}

// tell prints the whole truth about an exchange, and the command that sends
// its request again.
func tell(w io.Writer, e *exchangeEntry, curl string) {
	facts(w, func(fact func(name string, value any)) {
		fact("exchange", fmt.Sprintf("%d, number %d of the session %s", e.ID, e.Sequence, e.Session))
		fact("request ID", e.RequestID)
		fact("start", fmt.Sprintf("%s, took %g ms", e.Start, e.TookMS))
		fact("request", e.Method+" "+e.Path)
		fact("answer", fmt.Sprintf("%d, verdict: %s", e.Status, e.Verdict))
		fact("operation", e.Operation)
		fact("client", e.ClientID)
		if e.Tenant != 0 {
			fact("tenant", e.Tenant)
		}
		fact("version", versionText(e))
		fact("scenario", e.Scenario)
		fact("target", e.Target)
		fact("by the mock", e.Fallback)
		fact("error", e.Error)
		if e.Change != nil {
			fact("change", string(e.Change.Patch))
		}
	})
	violations(w, "problem of the request", e.Problems)
	by := "violation by the mock"
	if e.Target != "" {
		by = "violation by the target"
	}
	violations(w, by, e.Violations)
	violations(w, "broken on purpose", e.Deliberate)
	tellMessage(w, "> ", &e.Request)
	tellMessage(w, "< ", &e.Response)
	if curl != "" {
		fmt.Fprintf(w, "\n%s\n", curl)
	}
}

func versionText(e *exchangeEntry) string {
	var parts []string
	for _, p := range []struct{ what, v string }{{"asked ", e.Version.Asked}, {"pinned ", e.Version.Pinned}, {"used ", e.Version.Used}} {
		if p.v != "" {
			parts = append(parts, p.what+p.v)
		}
	}
	return strings.Join(parts, ", ")
}

// findings prints what was wrong, why, and what to do.
func violations(w io.Writer, what string, list []exchange.Violation) {
	for _, f := range list {
		fmt.Fprintf(w, "\n%s: %s\n", what, terminal.Visible(f.Part+" "+f.Pointer))
		facts(w, func(fact func(name string, value any)) {
			fact("  rule", f.Rule)
			fact("  got", f.Value)
			fact("  schema", f.Schema)
			fact("  documented", f.Documented)
			fact("  what to do", f.Hint)
		})
	}
}

func tellMessage(w io.Writer, mark string, m *exchangeMessage) {
	fmt.Fprintln(w)
	for line := range strings.SplitSeq(m.Head, "\r\n") {
		fmt.Fprintln(w, mark+terminal.Visible(line))
	}
	if m.Body != "" {
		fmt.Fprintf(w, "%s\n%s%s\n", mark, mark, lines(m.Body))
	}
	if m.Truncated {
		fmt.Fprintf(w, "%s… of %d bytes\n", mark, m.Size)
	}
}

// lines makes a text of several lines printable.
func lines(s string) string {
	parts := strings.Split(s, "\n")
	for i := range parts {
		parts[i] = terminal.Visible(parts[i])
	}
	return strings.Join(parts, "\n")
}

// verifyResult is what is read of what an expectation came to.
type verifyResult struct {
	OK       bool
	Sentence string
	Pointer  string
	Nearest  []struct {
		Sequence         uint64
		RequestID        string `json:"request_id"`
		Method, Path     string
		Status           int
		Verdict          exchange.Verdict
		Matching, Fields int
		Differences      []struct{ Field, Expected, Got string }
	}
}
