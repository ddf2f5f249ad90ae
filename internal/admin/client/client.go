// Package client speaks to the admin API of a running server.
package client

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dispatchmock/internal/admin"
)

// maxAnswer is how long an answer of the admin API may be that is kept in memory.
const maxAnswer = 64 << 20

// Client is a client of the admin API of one server.
type Client struct {
	Base   string        // URL of the server
	Token  string        // of the admin API, or ""
	Within time.Duration // how long a whole answer may take that is kept in memory
	http   *http.Client
}

// New returns a client of the admin API of the server at a base URL; roots are
// those of [Timeouts.HTTP].
func New(base, token string, t Timeouts, roots *x509.CertPool) *Client {
	return &Client{Base: strings.TrimSuffix(base, "/"), Token: token, Within: t.Answer, http: t.HTTP(roots)}
}

// Call is one request to the admin API.
type Call struct {
	Method string
	Path   string // below the admin API's prefix, escaped
	Query  url.Values
	Body   any         // is sent as JSON; json.RawMessage is sent as it is
	Header http.Header // beside those of every request
}

// Path returns the path of a call: format has a %s for each word, which is
// escaped.
func Path(format string, words ...string) string {
	escaped := make([]any, len(words))
	for i, w := range words {
		escaped[i] = url.PathEscape(w)
	}
	return fmt.Sprintf(format, escaped...)
}

// Send sends a call and returns the response, which has a status of 200 to 299.
func (c *Client) Send(ctx context.Context, call Call) (*http.Response, error) {
	r, err := c.request(ctx, call)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, NoAnswer(c.Base, r.URL.Host, err, c.Within)
	}
	if response.StatusCode/100 == 2 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, c.problem(response)
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	var body io.Reader
	if call.Body != nil {
		text, ok := call.Body.(json.RawMessage)
		if !ok {
			var err error
			if text, err = json.Marshal(call.Body); err != nil {
				return nil, err
			}
		}
		body = bytes.NewReader(text)
	}
	target := c.Base + admin.Prefix + call.Path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		r.Header[name] = values
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return r, nil
}

// Bytes sends a call and returns the body of the answer.
func (c *Client) Bytes(ctx context.Context, call Call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Within)
	defer cancel()
	response, err := c.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := c.read(response.Body, maxAnswer+1)
	if err != nil {
		return nil, err
	}
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("the answer of %s is longer than %d bytes; ask for less, with --limit", c.Base, maxAnswer)
	}
	return text, nil
}

// Do sends a call and returns the answer, as a value and as bytes; one of
// status 204 has neither.
func Do[T any](ctx context.Context, c *Client, call Call) (value T, raw []byte, err error) {
	if raw, err = c.Bytes(ctx, call); err != nil || len(raw) == 0 {
		return value, raw, err
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, raw, c.Unlike("its answer is not one of the admin API: %v", err)
	}
	return value, raw, nil
}

// read reads the begin of a body, all of which must come in time.
func (c *Client) read(body io.ReadCloser, limit int64) ([]byte, error) {
	late := time.AfterFunc(c.Within, func() { _ = body.Close() }) // which ends the reading
	text, err := io.ReadAll(io.LimitReader(body, limit))
	switch {
	case err != nil && (!late.Stop() || isTimeout(err)):
		return nil, fmt.Errorf("the answer of %s did not end within %v", c.Base, c.Within)
	case err != nil:
		return nil, fmt.Errorf("reading the answer of %s: %w", c.Base, err)
	}
	late.Stop()
	return text, nil
}

// problem turns an answer of another status than 200 to 299 into an error.
func (c *Client) problem(response *http.Response) error {
	text, err := c.read(response.Body, 1<<20)
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); media != "application/problem+json" {
		return c.Unlike("got %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	}
	p := &admin.Problem{}
	if err := json.Unmarshal(text, p); err != nil {
		return c.Unlike("its problem cannot be read: %v", err)
	}
	if p.Status == http.StatusUnauthorized {
		return fmt.Errorf("%s\nhere: dispatchmock ctl --admin-token-env NAME …, or --admin-token-file FILE", p.Detail)
	}
	return p
}

// Unlike is the error of a server that does not answer as the admin API
// does.
func (c *Client) Unlike(format string, args ...any) error {
	return fmt.Errorf("%s answers, but not as the admin API does: %s; the server was started with --admin off, "+
		"or with --admin HOST:PORT, which is then the --url to give, or it is another one", c.Base, fmt.Sprintf(format, args...))
}
