package report

import (
	"encoding/base64"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"dispatchmock/internal/exchange"
)

// harLog is an archive without its entries.
type harLog struct {
	Version string            `json:"version"`
	Creator map[string]string `json:"creator"`
	Comment string            `json:"comment,omitempty"`
}

// HAR writes exchanges as an HTTP Archive 1.2. Changes through the admin API are
// left out.
func HAR(w io.Writer, r *Run, seq iter.Seq[*exchange.Exchange]) error {
	if _, err := io.WriteString(w, `{"log":`); err != nil {
		return err
	}
	l, err := newListWriter(w, harLog{"1.2", map[string]string{"name": "dispatchmock", "version": r.Version}, strings.Join(r.Notes(), "; ")}, "entries")
	if err != nil {
		return err
	}
	for x := range seq {
		if x.Admin {
			continue
		}
		if err := l.add(harEntry(x)); err != nil {
			return fmt.Errorf("HAR of exchange %d: %w", x.ID, err)
		}
	}
	return l.close("]}}\n")
}

// The names are those of HAR 1.2; members of our own begin with _, as it asks.
type (
	harExchange struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Comment  string      `json:"comment,omitempty"`

		ID        uint64               `json:"_id"`
		Session   string               `json:"_session"`
		RequestID string               `json:"_requestId,omitempty"`
		Verdict   exchange.Verdict     `json:"_verdict"`
		Scenario  string               `json:"_scenario,omitempty"`
		Problems  []exchange.Violation `json:"_problems,omitempty"`
	}
	harRequest struct {
		Method      string   `json:"method"`
		URL         string   `json:"url"`
		HTTPVersion string   `json:"httpVersion"`
		Cookies     []Field  `json:"cookies"`
		Headers     []Field  `json:"headers"`
		QueryString []Field  `json:"queryString"`
		PostData    *harPost `json:"postData,omitempty"`
		HeadersSize int      `json:"headersSize"`
		BodySize    int64    `json:"bodySize"`
	}
	harPost struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"_encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []Field    `json:"cookies"`
		Headers     []Field    `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int64      `json:"bodySize"`
	}
	harContent struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// harTime is ISO 8601 with milliseconds and a zone.
const harTime = "2006-01-02T15:04:05.000Z07:00"

func harEntry(x *exchange.Exchange) *harExchange {
	took := milliseconds(x.Took)
	h := &harExchange{
		Started: x.Start.Format(harTime), Time: took, Timings: harTimings{Wait: took},
		Request: harRequestOf(x), Response: harResponseOf(x),
		ID: x.ID, Session: x.Session, RequestID: x.RequestID, Verdict: x.Verdict(), Scenario: x.Scenario, Problems: x.Problems,
	}
	if x.Err != nil {
		h.Comment = x.Err.Error()
	} else if len(x.Authorization) > 0 {
		h.Comment = "what follows # in authorization stands for the token"
	}
	return h
}

func harRequestOf(x *exchange.Exchange) harRequest {
	c := newCall(x, "")
	m := &x.Request
	r := harRequest{Method: c.method, URL: c.url(), HTTPVersion: lastWord(m.Line()), Cookies: []Field{}, Headers: fieldsOf(m),
		QueryString: query(c.target), HeadersSize: headSize(m.Head), BodySize: m.Size}
	if len(x.Authorization) > 0 {
		r.HeadersSize = -1 // not what crossed the wire
	}
	if m.Size == 0 {
		return r
	}
	r.PostData = &harPost{MimeType: mimeType(m), Comment: cutNote(m)}
	r.PostData.Text, r.PostData.Encoding = encoded(m)
	return r
}

func harResponseOf(x *exchange.Exchange) harResponse {
	m := &x.Response
	_, rest, _ := strings.Cut(m.Line(), " ")
	_, phrase, _ := strings.Cut(rest, " ")
	if m.Head == "" {
		phrase = http.StatusText(x.Status)
	}
	proto, _, _ := strings.Cut(m.Line(), " ")
	r := harResponse{Status: x.Status, StatusText: phrase, HTTPVersion: proto, Cookies: []Field{}, Headers: fieldsOf(m),
		HeadersSize: headSize(m.Head), BodySize: m.Size}
	r.RedirectURL, _ = m.Value("Location")
	r.Content = harContent{Size: m.Size, MimeType: mimeType(m), Comment: cutNote(m)}
	r.Content.Text, r.Content.Encoding = encoded(m)
	return r
}

// encoded returns a body as text, in base64 where it is not UTF-8.
func encoded(m *exchange.Message) (text, encoding string) {
	if text, ok := bodyText(m); ok {
		return text, ""
	}
	return base64.StdEncoding.EncodeToString(m.Body), "base64"
}

func lastWord(line string) string { return line[strings.LastIndexByte(line, ' ')+1:] }

// headSize counts the empty line that ends the header section; HAR has -1 for
// what is not known.
func headSize(head string) int {
	if head == "" {
		return -1
	}
	return len(head) + len("\r\n\r\n")
}

func mimeType(m *exchange.Message) string {
	if value, ok := m.Value("Content-Type"); ok {
		return value
	}
	return "application/octet-stream"
}

func cutNote(m *exchange.Message) string {
	if truncated(m) {
		return fmt.Sprintf("the first %d of %d bytes", len(m.Body), m.Size)
	}
	return ""
}

// query returns the pairs of a query, decoded where they can be.
func query(target string) []Field {
	pairs := []Field{}
	_, text, _ := strings.Cut(target, "?")
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, Field{decoded(name), decoded(value)})
	}
	return pairs
}

func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}
