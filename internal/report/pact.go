package report

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/terminal"
	"dispatchmock/internal/wire"
)

// maxInteractions is how many different interactions a Pact file has at most:
// what makes them differ has to be remembered.
const maxInteractions = 10_000

// Pact writes a run as a Pact file (specification 3): one interaction for each
// distinct exchange. Left out is what no provider is to be held to: answers
// that a scenario altered or that broke the contract, invalid requests that no
// test allowed, and preflights, which browsers send by themselves.
func Pact(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	sides := map[string]any{"consumer": map[string]string{"name": r.Consumer}, "provider": map[string]string{"name": r.Provider}}
	l, err := newListWriter(w, sides, "interactions")
	if err != nil {
		return err
	}
	seen := map[[16]byte]bool{}
	left := 0
	for x := range seq {
		if !isInteraction(x) {
			continue
		}
		if len(seen) == maxInteractions {
			left++
			continue
		}
		text, err := json.Marshal(newInteraction(x))
		if err != nil {
			return fmt.Errorf("exchange %d: %w", x.ID, err)
		}
		sum := sha256.Sum256(text)
		if key := [16]byte(sum[:16]); !seen[key] {
			seen[key] = true
			if err := l.add(json.RawMessage(text)); err != nil {
				return err
			}
		}
	}
	metadata, err := marshal(r.pactMetadata(left))
	if err != nil {
		return err
	}
	return l.close("],\"metadata\":" + string(metadata) + "}\n")
}

// pactMetadata says what the file is, and what it lacks.
func (r *Run) pactMetadata(left int) map[string]any {
	ours := map[string]string{"version": r.Version}
	if note := r.LostNote(); note != "" {
		ours["lost"] = note
	}
	if left > 0 {
		ours["left_out"] = fmt.Sprintf("%s that came behind the first %d different ones", jsonx.Count(left, "exchange"), maxInteractions)
	}
	return map[string]any{"pactSpecification": map[string]string{"version": "3.0.0"}, "dispatchmock": ours}
}

func isInteraction(x *exchange.Exchange) bool {
	return !x.Admin && !x.Altered && x.Err == nil && len(x.Violations) == 0 && x.Status != 0 && x.Request.Head != "" && !truncated(&x.Request) && !truncated(&x.Response) &&
		x.Method != http.MethodOptions && x.Method != http.MethodHead && (x.Invalid() == nil || x.Allowed.Invalid) && strings.HasPrefix(x.Path, "/")
}

// The names are those of the specification.
type (
	interaction struct {
		Description string       `json:"description"`
		States      []state      `json:"providerStates"`
		Request     pactRequest  `json:"request"`
		Response    pactResponse `json:"response"`
	}
	state struct {
		Name   string         `json:"name"`
		Params map[string]any `json:"params,omitempty"`
	}
	pactRequest struct {
		Method     string              `json:"method"`
		Path       string              `json:"path"`
		Query      map[string][]string `json:"query,omitempty"`
		Headers    map[string]string   `json:"headers,omitempty"`
		Body       any                 `json:"body,omitempty"`
		Generators map[string]any      `json:"generators,omitempty"`
	}
	pactResponse struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    any               `json:"body,omitempty"`
		Rules   map[string]any    `json:"matchingRules,omitempty"`
	}
)

func newInteraction(x *exchange.Exchange) *interaction {
	i := &interaction{States: statesOf(x), Request: pactRequestOf(x), Response: pactResponseOf(x)}
	op := strings.ToLower(x.Operation)
	if x.Operation == "" || strings.HasPrefix(op, "no ") {
		op = "request"
	}
	i.Description = fmt.Sprintf("%s %s, answered %d", x.Method, terminal.Visible(i.Request.Path), x.Status)
	if x.ErrorCode != "" {
		i.Description += " (" + x.ErrorCode + ")"
	}
	i.Description = op + ": " + i.Description
	// Brokers and verifiers distinguish interactions by their descriptions and the
	// names of their states.
	same, _ := json.Marshal([]any{i.States, i.Request, i.Response.Body}) // each has a JSON form
	sum := sha256.Sum256(same)
	i.Description += fmt.Sprintf(" [%x]", sum[:4])
	return i
}

// Names of provider states; a provider's tests bring them about.
const (
	stateToken   = "a token of a client"
	stateUnknown = "a token that nobody has"
	statePin     = "a client that last named an API version"
	stateNoPin   = "a client that never named an API version"
	stateRecord  = "a customer at a location"
	stateNone    = "no such customer at the location"
)

// statesOf says what must be in the provider for the answer to come: whose the
// token is, which version the client is pinned to, and how the record is.
func statesOf(x *exchange.Exchange) []state {
	states := []state{}
	if len(x.Authorization) > 0 {
		if x.ClientID != "" {
			states = append(states, state{stateToken, map[string]any{"client_id": x.ClientID}})
		} else {
			states = append(states, state{stateUnknown, nil})
		}
	}
	if x.ClientID != "" && x.VersionAsked == "" {
		if x.VersionPinned != "" {
			states = append(states, state{statePin, map[string]any{"client_id": x.ClientID, "version": x.VersionPinned}})
		} else {
			states = append(states, state{stateNoPin, map[string]any{"client_id": x.ClientID}})
		}
	}
	params := map[string]any{"path": x.Path}
	if x.Tenant != 0 {
		params["tenant"] = x.Tenant
	}
	switch {
	case x.ErrorCode == "record_unknown":
		states = append(states, state{stateNone, params})
	case x.Status == http.StatusOK:
		if active, ok := activeBefore(x); ok {
			params["is_active"] = active
		}
		states = append(states, state{stateRecord, params})
	}
	return states
}

// activeBefore reports whether the record was active when the request came.
func activeBefore(x *exchange.Exchange) (active, known bool) {
	if x.Transition {
		return true, true // the only change of a record that there is
	}
	tree, err := jsonx.Parse(x.Response.Body)
	if err != nil {
		return false, false
	}
	object, _ := tree.(map[string]any)
	active, known = object["is_active"].(bool)
	return active, known
}

// pactRequestOf leaves out what is the connection's, and what differs from run
// to run.
func pactRequestOf(x *exchange.Exchange) pactRequest {
	c := newCall(x, "")
	target := c.target
	path, query, _ := strings.Cut(target, "?")
	p := pactRequest{Method: c.method, Path: path, Headers: map[string]string{}}
	if rest, ok := strings.CutPrefix(path, "/_s/"); ok { // a session is the mock's own
		_, rest, _ = strings.Cut(rest, "/")
		p.Path = "/" + rest
	}
	if values, err := url.ParseQuery(query); err == nil && len(values) > 0 {
		p.Query = values
	}
	for _, f := range x.Request.Fields() {
		name := strings.ToLower(f.Name)
		if !isToken(f.Name) || !kept(name) {
			continue
		}
		value := f.Value
		if name == "authorization" {
			value = p.secret(x, value)
		}
		if old, twice := p.Headers[f.Name]; twice {
			value = old + ", " + value
		}
		p.Headers[f.Name] = value
	}
	p.Body = pactBody(&x.Request)
	return p
}

// kept reports a request header field that the answer may depend on.
func kept(name string) bool {
	switch name {
	case "authorization", "x-tenant-id", "x-api-version", "x-request-id", "content-type", "accept":
		return true
	}
	return false
}

// secret returns what stands for a token: a value of the same form, which is
// the same in each run, and, where
// the provider knows the token, the wish that its state gives one.
func (p *pactRequest) secret(x *exchange.Exchange, value string) string {
	for _, b := range x.Authorization {
		if b.Shown == value {
			value = redact.Blank(b.Stand)
		}
	}
	if x.ClientID != "" {
		scheme, _, _ := strings.Cut(value, " ")
		p.Generators = map[string]any{"header": map[string]any{"Authorization": map[string]string{"type": "ProviderState",
			"expression": scheme + " ${token}", "dataType": "STRING"}}}
	}
	return value
}

// pactResponseOf holds the provider to status, to the fields that the contract
// has and to the body; times and identifiers may be others.
func pactResponseOf(x *exchange.Exchange) pactResponse {
	p := pactResponse{Status: x.Status, Headers: map[string]string{}}
	for _, f := range x.Response.Fields() {
		switch f.Name {
		case wire.APIVersion, wire.ContentType, wire.AllowOrigin:
			p.Headers[f.Name] = f.Value
		}
	}
	p.Body = pactBody(&x.Response)
	if x.Status >= http.StatusBadRequest {
		// The sentence is this mock's; that there is one is the contract's.
		p.Rules = map[string]any{"body": map[string]any{}}
		rules, _ := p.Rules["body"].(map[string]any)
		for _, name := range []string{"detail", "explanation", "field"} {
			rules["$."+name] = map[string]any{"combine": "AND", "matchers": []any{map[string]string{"match": "type"}}}
		}
	}
	return p
}

// pactBody returns a body as JSON where it is that, or as text; nil where there
// is none.
func pactBody(m *exchange.Message) any {
	if len(m.Body) == 0 {
		return nil
	}
	kind, _ := m.Value("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); err == nil && media == "application/json" && json.Valid(m.Body) {
		return json.RawMessage(m.Body)
	}
	if text, ok := bodyText(m); ok {
		return text
	}
	return nil // no text: the specification has no place for it
}
