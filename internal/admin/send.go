package admin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/report"
)

const (
	// sendWithin is how long a request that the admin API sends may take; a scenario
	// may want to be waited for.
	sendWithin = 25 * time.Second
	// maxAnswer is how much of an answer's body is shown.
	maxAnswer = 256 << 10
)

// Answer is what came back for a request that the admin API sent.
type Answer struct {
	Status int    `json:"status"`
	Reason string `json:"reason"`
	Body   string `json:"body"`
	// Error says why there is no whole answer.
	Error string `json:"error,omitempty"`
	// Exchange is the record of it, where the journal keeps one.
	Exchange *report.Entry `json:"exchange,omitempty"`
}

// sendBody is a request to send.
type sendBody struct {
	Session, Method, Path, Body string
	Headers                     []struct{ Name, Value string }
}

// sendRequest sends a request to the mocked API, over its socket as any client
// does.
func (d *Admin) sendRequest(r *request, body sendBody) (any, error) {
	n, err := d.chosenOrDefault(body.Session)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), sendWithin)
	defer cancel()
	out, err := d.outgoing(ctx, n.Spec.ID, body)
	if err != nil {
		return nil, err
	}
	last := d.Journal.Last()
	a, requestID := exchanged(out)
	a.Exchange = d.recorded(n.Spec.ID, last, out, requestID)
	return a, nil
}

// reachable returns the address by which this machine reaches a listener.
func reachable(a net.Addr) string {
	host, port, _ := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// outgoing returns the request that a body asks for.
func (d *Admin) outgoing(ctx context.Context, session string, body sendBody) (*http.Request, error) {
	target := body.Path
	u, err := url.Parse(target)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return nil, bad("/path", target, "must be a path such as /customers/1/locations/1")
	}
	// Who may send may do so himself; a request that sends itself has no end.
	if Serves(u.Path) {
		return nil, bad("/path", target, "must not be one of the admin API's own")
	}
	prefix := d.Scheme + "://" + reachable(d.Target)
	if session != "default" {
		prefix += "/_s/" + session
	}
	out, err := http.NewRequestWithContext(ctx, body.Method, prefix+target, strings.NewReader(body.Body))
	if err != nil {
		return nil, bad("/path", target, "must be a path such as /customers/1/locations/1: "+err.Error())
	}
	for i, field := range body.Headers {
		switch http.CanonicalHeaderKey(field.Name) {
		case "Host":
			return nil, bad(fmt.Sprintf("/headers/%d/name", i), field.Name, "must not be Host: a session is chosen by its member")
		case "Content-Length", "Transfer-Encoding", "Trailer":
			return nil, bad(fmt.Sprintf("/headers/%d/name", i), field.Name, "must not be about the body's length, which follows from the body")
		}
		out.Header.Add(field.Name, field.Value)
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header["User-Agent"] = nil
	}
	return out, nil
}

// exchanged sends a request on a connection of its own, follows no redirect, and
// returns the answer and its request ID.
func exchanged(out *http.Request) (a Answer, requestID string) {
	t := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	// The listener is the server's own, by its address; its certificate may be for names alone.
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	defer t.CloseIdleConnections()
	response, err := t.RoundTrip(out)
	if err != nil {
		return Answer{Error: plain(err)}, ""
	}
	defer response.Body.Close()
	a.Status = response.StatusCode
	_, a.Reason, _ = strings.Cut(response.Status, " ")
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	a.Body = strings.ToValidUTF8(string(body), "\ufffd")
	if err != nil {
		a.Error = plain(err)
	}
	return a, response.Header.Get("X-Request-Id")
}

func plain(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "No answer came within " + sendWithin.String() + "."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "The connection ended before the answer did: " + err.Error()
	}
	return err.Error()
}

// recorded finds the record of a request that was sent when the journal had
// nothing newer than last. An answer that was broken on purpose may have lost
// its request ID; it is then the newest of its method and path.
func (d *Admin) recorded(session string, last uint64, out *http.Request, requestID string) *report.Entry {
	found, _ := d.Journal.Find(journal.Filter{Session: session, After: last, Limit: 1000})
	var near *exchange.Exchange
	for _, x := range found {
		if requestID != "" && x.RequestID == requestID {
			return report.NewEntry(x, "")
		}
		if near == nil && x.Method == out.Method && strings.HasSuffix(out.URL.EscapedPath(), x.Path) {
			near = x
		}
	}
	if near == nil {
		return nil
	}
	return report.NewEntry(near, "")
}
