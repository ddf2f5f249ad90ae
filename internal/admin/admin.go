// Package control is the admin API for tests and people under /_mock/: health,
// sessions, state, clock, scenarios and journal. It speaks JSON; its errors
// are problem details (RFC 9457); other web sites are kept out.
package admin

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/time/rate"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// Prefix is the path under which the admin API stands.
const Prefix = "/_mock"

// MaxRate is how many changes a second the admin API takes: what it holds is
// bounded, and so is how fast that can be made and thrown away.
const MaxRate = 10_000

// maxBody is the length of the longest body that the admin API reads.
const maxBody = 4 << 20

// Options are what an admin API is made of.
type Options struct {
	Contract *contract.Contract
	Schemas  fs.FS // where the schemas of bodies and fixtures stand
	Sessions *session.Sessions
	Journal  *journal.Journal
	Coverage *coverage.Coverage
	// Connections counts those of the mocked API's listener.
	Connections func() wire.Connections
	// Token is what each request must carry; "" asks for none.
	Token string
	// Name is the host name of the server's own address, if it has one.
	Name string
	// API is where the mocked API listens, where that is not at the admin API's own
	// address.
	API net.Addr
	// Version is the program's.
	Version string
	Log     *slog.Logger
	// Target is where the mocked API listens, for requests that the admin API sends.
	Target net.Addr
	// Page serves what is no part of the API of the admin API; nil has none.
	Page http.Handler
	// Rate is how many changes a second are taken; 0 means MaxRate.
	Rate float64
	// Wait waits for who guesses the token; nil waits in earnest.
	Wait func(context.Context, time.Duration)
	// Settings are told in bundles: how the server was started.
	Settings bundle.Settings
}

// Admin is the admin API; it is an http.Handler for paths under Prefix.
type Admin struct {
	Options
	handler  http.Handler
	changes  *rate.Limiter
	attempts *attempts
	long     *slots // of long bodies
	large    *slots // of large answers
	redactor *redact.Redactor
	models   map[string]func() (*contract.Model, error) // compiled when first asked for
	parser   *scenario.Parser
	events   events
	done     chan struct{}
	close    sync.Once
}

// bodies are the schemas of the bodies that the admin API takes, by their names.
func bodies() []string {
	return []string{"session", "clock", "request-ids", "pins", "record", "record-patch", "choices", "snapshot", "reset", "expectation", "switch", "send"}
}

// New returns an admin API.
func New(o Options) (*Admin, error) {
	d := &Admin{Options: o, redactor: redact.New(), attempts: newAttempts(), long: newSlots(longBodies, "long bodies"), large: newSlots(largeAnswers, "large answers"), models: map[string]func() (*contract.Model, error){}, done: make(chan struct{})}
	for _, name := range bodies() {
		d.models[name] = sync.OnceValues(func() (*contract.Model, error) {
			return contract.Standalone(o.Schemas, "admin/"+name+".json", "")
		})
	}
	limit := cmp.Or(o.Rate, MaxRate)
	d.changes = rate.NewLimiter(rate.Limit(limit), max(1, int(limit)))
	if d.Wait == nil {
		d.Wait = pause
	}
	var err error
	if d.parser, err = scenario.NewParser(o.Schemas, o.Contract); err != nil {
		return nil, err
	}
	d.handler = d.guard(d.routes())
	return d, nil
}

// ServeHTTP implements http.Handler.
func (d *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// Close ends the streams that the admin API keeps open.
func (d *Admin) Close() { d.close.Do(func() { close(d.done) }) }

// Serves reports a path that is the admin API's.
func Serves(path string) bool {
	rest, ok := strings.CutPrefix(path, Prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// elsewhere serves the page, where there is one, and refuses all else.
func (d *Admin) elsewhere(w http.ResponseWriter, r *http.Request) {
	if d.Page != nil && isPage(r.URL.Path) {
		d.Page.ServeHTTP(w, r)
		return
	}
	writeProblem(w, problem(http.StatusNotFound, "the admin API has no %s; %s/openapi.json lists what it has.", r.URL.Path, Prefix))
}

// isPage reports a path of the console.
func isPage(path string) bool {
	return path == Prefix || path == Prefix+"/" || strings.HasPrefix(path, Prefix+"/ui/")
}

func (d *Admin) page(r *http.Request) bool {
	return d.Page != nil && safe(r.Method) && isPage(r.URL.Path)
}

// created is an answer of status 201.
type created struct{ value any }

// statusOf returns the status of an answer without an error.
func statusOf(v any) int {
	switch v.(type) {
	case created:
		return http.StatusCreated
	case nil:
		return http.StatusNoContent
	}
	return http.StatusOK
}

func (d *Admin) json(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if !isShort(r) {
			leave, err := d.long.take(r)
			if err != nil {
				d.fail(w, r, err)
				return
			}
			defer leave()
		}
		v, err := h(r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		status := statusOf(v)
		if c, ok := v.(created); ok {
			v = c.value
		}
		if v == nil {
			w.WriteHeader(status)
			return
		}
		d.answer(w, r, status, asJSON(v))
	})
}

// session returns the session that the path names.
func (d *Admin) session(r *http.Request) (*session.Session, error) {
	id := mux.Vars(r)["session"]
	n, err := d.Sessions.Get(id)
	if err != nil {
		return nil, noSession(id)
	}
	return n, nil
}

func noSession(id string) *Problem {
	return problem(http.StatusNotFound, "There is no session %.80q; POST %s/sessions makes one.", id, Prefix)
}

// read reads the request's body.
func read(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem(http.StatusRequestEntityTooLarge, "The body may have at most %d bytes.", maxBody)
	case err != nil:
		return nil, problem(http.StatusBadRequest, "The body could not be read: %v.", err)
	}
	return text, nil
}

// body reads and checks the request's body; a missing body is an empty object.
func (d *Admin) body(r *http.Request, model string) (map[string]any, error) {
	text, err := read(r)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		text = []byte("{}")
	}
	v, err := jsonx.Parse(text)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "The body is not JSON: %v.", err)
	}
	if err := checkMembers(v); err != nil {
		return nil, err
	}
	m, err := d.models[model]()
	if err != nil {
		return nil, err
	}
	if diags := m.Diagnostics("body", "", v); len(diags) > 0 {
		return nil, diags
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, problem(http.StatusUnprocessableEntity, "The body must be a JSON object.")
	}
	return doc, nil
}

// change records what came through the admin API and changed a session, so that a
// session can be replayed.
func (d *Admin) change(h handler) handler {
	return func(r *http.Request) (any, error) {
		text, err := read(r)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(strings.NewReader(string(text)))
		d.Sessions.Expire() // what they held makes room
		n, err := d.session(r)
		if err != nil {
			return nil, err
		}
		x := &exchange.Exchange{Admin: true, Session: n.Spec.ID, Start: n.Clock.Now(), Method: r.Method, Path: r.URL.EscapedPath()}
		x.Request.Head, _ = d.redactor.Secrets().Head([]byte(r.Method + " " + r.URL.RequestURI() + " HTTP/1.1\r\nContent-Type: application/json"))
		x.Request.Body, x.Request.Size = text, int64(len(text))
		start := time.Now()
		v, err := h(r)
		x.Took = time.Since(start)
		if err == nil {
			x.Sequence, x.Status = n.Next(), statusOf(v)
			d.Journal.Add(n.Over, x)
		}
		return v, err
	}
}

func (d *Admin) health(*http.Request) (any, error) {
	f := d.Sessions.Fixtures()
	return map[string]any{"status": "ready", "version": d.Version, "records": f.Base.Records(), "sessions": len(d.Sessions.List()), "connections": d.Connections()}, nil
}
