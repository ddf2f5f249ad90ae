// Package admin is the admin API for tests and people under /_mock/: health,
// sessions, state, clock, scenarios and journal. It speaks JSON; its errors
// are problem details (RFC 9457); other web sites are kept out.
package admin

import (
	"cmp"
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/redact"
	"dispatchmock/internal/wire"
)

// Prefix is the path under which the admin API stands.
const Prefix = "/_mock"

// MaxRate is how many changes a second the admin API takes: not only what is
// stored is bounded, but also how fast that can be made and thrown away.
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
	// Token is what each request must have; "" asks for none.
	Token string
	// Name is the host name of the server's own address, if it has one.
	Name string
	// API is where the mocked API listens, where that is not the admin API's own
	// address.
	API net.Addr
	// Scheme is that of both listeners: https, or http where it is empty.
	Scheme string
	// Version is the program's.
	Version string
	Log     *slog.Logger
	// Target is where the mocked API listens, for requests that the admin API sends.
	Target net.Addr
	// Page serves the console; nil has none.
	Page http.Handler
	// Rate is how many changes a second are taken; 0 means MaxRate.
	Rate float64
	// Wait delays who guesses the token; nil waits by the machine's clock.
	Wait func(context.Context, time.Duration)
	// SlotWait is how long a request waits where few of its kind are handled at
	// once; 0 means 20 seconds.
	SlotWait time.Duration
	// Settings say in bundles how the server was started.
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
	done     chan struct{}
	close    sync.Once
}

// bodies returns the schemas of the bodies that the admin API takes, by their
// names.
func (d *Admin) bodies() []string {
	var names []string
	for _, route := range d.table() {
		if route.body != "" && !slices.Contains(names, route.body) {
			names = append(names, route.body)
		}
	}
	return names
}

// New returns an admin API.
func New(o Options) (*Admin, error) {
	d := &Admin{
		Options:  o,
		redactor: redact.New(),
		attempts: newAttempts(),
		long:     newSlots(longBodies, "long bodies", o.SlotWait),
		large:    newSlots(largeAnswers, "large answers", o.SlotWait),
		models:   map[string]func() (*contract.Model, error){},
		done:     make(chan struct{}),
	}
	for _, name := range d.bodies() {
		d.models[name] = sync.OnceValues(func() (*contract.Model, error) {
			return contract.Standalone(o.Schemas, "admin/"+name+".json", "")
		})
	}
	d.Scheme = cmp.Or(o.Scheme, "http")
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

// isPage reports a path of the console or of the manual.
func isPage(path string) bool {
	return path == Prefix || path == Prefix+"/" || strings.HasPrefix(path, Prefix+"/ui/") ||
		path == Prefix+"/help" || strings.HasPrefix(path, Prefix+"/help/") || path == Prefix+"/llms.txt"
}

func (d *Admin) health(*request) (any, error) {
	f := d.Sessions.Fixtures()
	return map[string]any{"status": "ready", "version": d.Version, "records": f.Base.Records(), "sessions": len(d.Sessions.List()), "connections": d.Connections()}, nil
}
