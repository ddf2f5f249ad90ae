// Package report has every output format: of a run of exec, proxy or verify, and
// of one exchange, whole, in a row, and as programs that send the request again.
package report

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
)

// Entry is the whole truth of one exchange. Whatever a client sent, it prints
// as JSON of valid UTF-8.
type Entry struct {
	ID       uint64 `json:"id"`
	Sequence uint64 `json:"sequence"`
	Session  string `json:"session"`
	// Start is by the session's clock.
	Start   string           `json:"start"`
	TookMS  float64          `json:"took_ms"`
	Method  string           `json:"method"`
	Path    string           `json:"path"`
	Status  int              `json:"status"`
	Verdict exchange.Verdict `json:"verdict"`

	Operation string  `json:"operation,omitempty"`
	ClientID  string  `json:"client_id,omitempty"`
	Tenant    int64   `json:"tenant,omitempty"`
	RequestID string  `json:"request_id,omitempty"`
	Version   Version `json:"version"`

	// Problems are all faults of the request, Violations those of our
	// response, Deliberate those that a scenario made on purpose.
	Problems   []exchange.Violation `json:"problems"`
	Violations []exchange.Violation `json:"violations"`
	Deliberate []exchange.Violation `json:"deliberate"`
	// ErrorCode is the code of the error that was answered.
	ErrorCode  string       `json:"error_code,omitempty"`
	Scenario   string       `json:"scenario,omitempty"`
	ScenarioBy exchange.Way `json:"scenario_by,omitempty"`
	Altered    bool         `json:"altered"`
	// Allowed is what the test said to do on purpose.
	Allowed []string `json:"allowed,omitempty"`
	Error   string   `json:"error,omitempty"`
	// Fallback is why the mock answered in the place of a proxy's target.
	Fallback string `json:"fallback,omitempty"`
	// Target is the server that a proxy asked, whose the violations are.
	Target string `json:"target,omitempty"`
	Admin  bool   `json:"admin,omitempty"`

	Change   *Change `json:"change,omitempty"`
	Request  Message `json:"request"`
	Response Message `json:"response"`
	// Curl is the command that sends the request again.
	Curl string `json:"curl,omitempty"`
}

// Version is what an exchange says of versions.
type Version struct {
	Asked  string `json:"asked,omitempty"`
	Pinned string `json:"pinned,omitempty"`
	Used   string `json:"used,omitempty"`
}

// NewEntry returns all of an exchange. The base URL is where the curl command
// sends the request; without one it goes where the request went.
func NewEntry(x *exchange.Exchange, baseURL string) *Entry {
	e := &Entry{
		ID: x.ID, Sequence: x.Sequence, Session: x.Session, Start: x.Start.Format(time.RFC3339Nano), TookMS: milliseconds(x.Took),
		Method: x.Method, Path: x.Path, Status: x.Status, Verdict: x.Verdict(),
		Operation: x.Operation, ClientID: x.ClientID, Tenant: x.Tenant, RequestID: x.RequestID,
		Version:  Version{x.VersionAsked, x.VersionPinned, x.VersionUsed},
		Problems: list(x.Problems), Violations: list(x.Violations), Deliberate: list(x.Deliberate),
		ErrorCode: x.ErrorCode, Scenario: x.Scenario, ScenarioBy: x.ScenarioBy, Altered: x.Altered, Allowed: x.Allowed.Words(), Admin: x.Admin, Fallback: x.Fallback, Target: x.Target,
		Change: change(x), Request: message(&x.Request), Response: message(&x.Response),
	}
	if x.Err != nil {
		e.Error = x.Err.Error()
	}
	if !x.Admin {
		e.Curl = Curl(x, baseURL)
	}
	return e
}

// Sent returns an exchange whose request is the entry's, so that who reads the
// entry makes the commands and programs that send it again, and runs none that
// somebody else made.
func (e *Entry) Sent() (*exchange.Exchange, error) {
	head, err := wireText(e.Request.Head, e.Request.HeadBase64)
	body, err2 := wireText(e.Request.Body, e.Request.BodyBase64)
	if err = errors.Join(err, err2); err != nil {
		return nil, fmt.Errorf("the request of the exchange %d: %w", e.ID, err)
	}
	x := &exchange.Exchange{Method: e.Method, Path: e.Path, Request: exchange.Message{Head: head, Body: []byte(body), Size: e.Request.Size}}
	for _, f := range x.Request.Fields() {
		if strings.EqualFold(f.Name, "Authorization") && strings.Contains(f.Value, "#") {
			x.Authorization = append(x.Authorization, redact.Mark{Shown: f.Value})
		}
	}
	return x, nil
}

// wireText returns a text, or what it has in base64 where it is not UTF-8.
func wireText(text, inBase64 string) (string, error) {
	if inBase64 == "" {
		return text, nil
	}
	b, err := base64.StdEncoding.DecodeString(inBase64)
	return string(b), err
}

// list never is null, so that a reader need not ask.
func list(violations []exchange.Violation) []exchange.Violation {
	if violations == nil {
		return []exchange.Violation{}
	}
	return violations
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Row is an exchange in a list.
type Row struct {
	ID        uint64           `json:"id"`
	Sequence  uint64           `json:"sequence"`
	Session   string           `json:"session"`
	Start     string           `json:"start"`
	TookMS    float64          `json:"took_ms"`
	Method    string           `json:"method"`
	Path      string           `json:"path"`
	Status    int              `json:"status"`
	Verdict   exchange.Verdict `json:"verdict"`
	RequestID string           `json:"request_id,omitempty"`
	ClientID  string           `json:"client_id,omitempty"`
	Version   string           `json:"version,omitempty"`
	Scenario  string           `json:"scenario,omitempty"`
	// Changed is set when the exchange changed the record.
	Changed    bool `json:"changed"`
	Problems   int  `json:"problems"`
	Violations int  `json:"violations"`
	Admin      bool `json:"admin,omitempty"`
	// Message says in a sentence what was wrong, the gravest first.
	Message string `json:"message,omitempty"`
}

// maxText is the length in bytes at which a row cuts a text that a client
// chose.
const maxText = 512

// Summary returns an exchange as a row.
func Summary(x *exchange.Exchange) Row {
	return Row{
		ID: x.ID, Sequence: x.Sequence, Session: x.Session, Start: x.Start.Format(time.RFC3339Nano), TookMS: milliseconds(x.Took),
		Method: jsonx.Cut(x.Method, maxText), Path: jsonx.Cut(x.Path, maxText), Status: x.Status, Verdict: x.Verdict(), RequestID: jsonx.Cut(x.RequestID, maxText),
		ClientID: x.ClientID, Version: x.VersionUsed, Scenario: x.Scenario, Changed: x.Transition,
		Problems: len(x.Problems), Violations: len(x.Violations), Admin: x.Admin, Message: jsonx.Cut(gravest(x), maxText),
	}
}

func gravest(x *exchange.Exchange) string {
	for _, violations := range [][]exchange.Violation{x.Violations, x.Problems, x.Deliberate} {
		if len(violations) > 0 {
			f := &violations[0]
			return strings.TrimSpace(f.Part + f.Pointer + " " + f.Hint)
		}
	}
	if x.Err != nil {
		first, _, _ := strings.Cut(x.Err.Error(), "\n")
		return first
	}
	return ""
}
