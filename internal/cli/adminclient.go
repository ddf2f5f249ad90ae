package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dispatchmock/internal/admin"
)

// maxAnswer is how long an answer of the admin API may be that is kept in memory.
const maxAnswer = 64 << 20

// adminClient speaks to the admin API of a running server.
type adminClient struct {
	base   string // URL of the server
	token  string
	http   *http.Client
	answer time.Duration // how long a whole answer may take that is kept in memory
}

// newAdminClient returns a client of the admin API at a base URL.
func newAdminClient(base, token string) (*adminClient, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errMisuse{fmt.Errorf("--url %q is no URL of a server, such as http://%s", withoutSecrets(base), defaultAddress)}
	}
	if strings.HasPrefix(u.Path, "/_s/") || strings.HasPrefix(u.Path, admin.Prefix) {
		return nil, errMisuse{fmt.Errorf("--url %q: must be the URL of the server alone, such as %s://%s; name a session with --session", base, u.Scheme, u.Host)}
	}
	return newClientWithin(base, token, clientTimeouts), nil
}

func newClientWithin(base, token string, p timeouts) *adminClient {
	return &adminClient{strings.TrimSuffix(base, "/"), token, p.client(), p.answer}
}

// call is one request to the admin API.
type call struct {
	method string
	path   string // below the admin API's prefix, escaped
	query  url.Values
	body   any         // is sent as JSON; json.RawMessage is sent as it is
	header http.Header // beside those of every request
}

// route returns the path of a call: format has a %s for each word, which is
// escaped.
func route(format string, words ...string) string {
	escaped := make([]any, len(words))
	for i, w := range words {
		escaped[i] = url.PathEscape(w)
	}
	return fmt.Sprintf(format, escaped...)
}

// send sends a call and returns the response, which is a good one.
func (d *adminClient) send(ctx context.Context, c call) (*http.Response, error) {
	var body io.Reader
	if c.body != nil {
		text, ok := c.body.(json.RawMessage)
		if !ok {
			var err error
			if text, err = json.Marshal(c.body); err != nil {
				return nil, err
			}
		}
		body = bytes.NewReader(text)
	}
	target := d.base + admin.Prefix + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, c.method, target, body)
	if err != nil {
		return nil, errMisuse{err}
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	response, err := d.http.Do(r)
	if err != nil {
		return nil, noAnswer(d.base, r.URL.Host, err, d.answer)
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, d.refused(response)
}

// raw sends a call and returns the body of the answer.
func (d *adminClient) raw(ctx context.Context, c call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, d.answer)
	defer cancel()
	response, err := d.send(ctx, c)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := d.read(response.Body, maxAnswer+1)
	if err != nil {
		return nil, err
	}
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("the answer of %s is longer than %d bytes; ask for less, with --limit", d.base, maxAnswer)
	}
	return text, nil
}

// read reads the begin of a body, all of which must come in time.
func (d *adminClient) read(body io.ReadCloser, limit int64) ([]byte, error) {
	late := time.AfterFunc(d.answer, func() { _ = body.Close() }) // which ends the reading
	text, err := io.ReadAll(io.LimitReader(body, limit))
	switch {
	case err != nil && (!late.Stop() || isLate(err)):
		return nil, fmt.Errorf("the answer of %s did not end within %v", d.base, d.answer)
	case err != nil:
		return nil, fmt.Errorf("reading the answer of %s: %w", d.base, err)
	}
	late.Stop()
	return text, nil
}

// answered is a good answer of the admin API: as bytes and as a value.
type answered[T any] struct {
	raw   []byte
	value T
}

// answerOf sends a call and reads the answer.
func answerOf[T any](ctx context.Context, d *adminClient, c call) (answered[T], error) {
	var a answered[T]
	var err error
	if a.raw, err = d.raw(ctx, c); err != nil {
		return a, err
	}
	if len(a.raw) == 0 {
		return a, nil // of status 204
	}
	if err := json.Unmarshal(a.raw, &a.value); err != nil {
		return a, d.stranger("its answer is not one of the admin API: " + err.Error())
	}
	return a, nil
}

// refused turns an answer that is not good into an error.
func (d *adminClient) refused(response *http.Response) error {
	text, err := d.read(response.Body, 1<<20)
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); media != "application/problem+json" {
		return d.stranger(fmt.Sprintf("got %d %s", response.StatusCode, http.StatusText(response.StatusCode)))
	}
	p := &admin.Problem{}
	if err := json.Unmarshal(text, p); err != nil {
		return d.stranger("its problem cannot be read: " + err.Error())
	}
	if p.Status == http.StatusUnauthorized {
		return fmt.Errorf("%s\nhere: dispatchmock ctl --admin-token-env NAME …, or --admin-token-file FILE", p.Detail)
	}
	return problemText{p}
}

func (d *adminClient) stranger(what string) error {
	return fmt.Errorf("%s answers, but not as the admin API does: %s; the server was started with --admin off, "+
		"or with --admin HOST:PORT, which is then the --url to give, or it is another one", d.base, what)
}

// problemText is a problem in the words of the admin API.
type problemText struct{ *admin.Problem }

func (p problemText) Unwrap() error { return p.Problem }

// Error has the detail, and those errors that the detail does not spell out.
func (p problemText) Error() string {
	text := p.Detail
	for _, f := range p.Diagnostics {
		if !strings.Contains(p.Detail, f.Rule) || !strings.Contains(p.Detail, f.Pointer) {
			text += "\n" + strings.Join([]string{f.Pointer, f.Value, f.Rule}, ": ")
		}
	}
	return text
}

// errUnreachable marks the error of a server that does not answer.
type errUnreachable struct{ error }

func (e errUnreachable) Unwrap() error { return e.error }

// unreachable says how to start a server that does not answer.
func unreachable(base, host string, err error) error {
	return errUnreachable{fmt.Errorf("no answer from %s: %w\nis it running? start it with: dispatchmock serve --listen %s", base, within(err), word(host))}
}

// within returns what a client's error says beside the method and the URL,
// whose path the user did not give.
func within(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// dialled reports that an error came when there was a connection already.
func dialled(err error) bool {
	var op *net.OpError
	return !errors.As(err, &op) || op.Op != "dial"
}
