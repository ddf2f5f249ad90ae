// Package recording turns exchanges that were seen on their way into fixtures
// that a mock can serve, and into golden exchanges.
package recording

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// Options are what a recorder is made of.
type Options struct {
	Contract *contract.Contract
	// Schemas is where the schemas of fixture files stand.
	Schemas fs.FS
	CORS    contract.CORS
	// Placeholders says by which token each token is recorded; one that it does not
	// have is recorded by a placeholder of its form.
	Placeholders map[string]string
	// Redact puts pseudonyms in the place of personal data; Key is what they are
	// drawn from.
	Redact bool
	Key    []byte
	Now    func() time.Time
}

// Bounds of what is kept until it is saved.
const (
	maxClients   = 10_000
	maxRecords   = 50_000
	maxBytes     = 64 << 20 // of records
	maxExchanges = 2_000
	maxGolden    = 32 << 20 // bytes of exchanges
)

// Recorder keeps exchanges until they are saved. It is safe for concurrent use.
type Recorder struct {
	Options
	roles []model.Role // all that a fixture may name

	saving sync.Mutex

	mu        sync.Mutex
	clients   []*client
	byToken   map[string]*client
	chosen    map[string]string // the placeholder of each token that was seen
	byHash    map[string]string // the same by the token's short hash
	taken     map[string]bool   // the placeholders in use
	records   map[key]*record
	order     []key
	bytes     int64
	exchanges []*golden
	byText    map[string]int // exchanges that are kept, by what they say
	goldBytes int64
	named     map[*client]int // the last exchange in which a client named a version
	deleted   map[key]int     // the first exchange that deactivated a record
	left      int             // what passed a bound, or could not be recorded
	changed   bool            // since it was saved
}

// key names a record.
type key struct{ tenant, customer, location int64 }

// record is the body of the answer that a record is recorded by.
type record struct {
	body    []byte
	version model.Version
	// deleted says that the answer was that of a DELETE, before which nobody
	// had read the record: it is taken to have been active.
	deleted bool
	changed bool // a change was seen; what comes after it is not recorded
}

// New returns a recorder.
func New(o Options) (*Recorder, error) {
	roles, err := rolesOf(o.Schemas)
	if err != nil {
		return nil, err
	}
	r := &Recorder{Options: o, roles: roles, byToken: map[string]*client{}, chosen: map[string]string{}, byHash: map[string]string{},
		taken: map[string]bool{}, records: map[key]*record{}, byText: map[string]int{}, named: map[*client]int{}, deleted: map[key]int{}}
	for _, name := range o.Placeholders {
		r.taken[name] = true
	}
	return r, nil
}

// Add records an exchange that is over.
func (r *Recorder) Add(x *exchange.Exchange, in *http.Request, route *contract.Route, reply *wire.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = true
	s := r.classify(x, in, route, reply)
	if s.client != nil {
		s.client.learn(&s, r.roles)
	}
	switch s.answer {
	case answerRecord:
		r.keepRecord(&s)
	case answerGiven:
		r.left++
	}
	r.keepGolden(&s)
}

// seen is an exchange as far as the recorder understands it.
type seen struct {
	x       *exchange.Exchange
	reply   *wire.Reply
	in      *http.Request
	route   *contract.Route
	client  *client // nil where the request has no good token
	key     key     // of the record, where the answer is 200
	version model.Version
	answer  answer
}

// answer is what an answer means.
type answer uint8

const (
	answerOther   answer = iota
	answerRefused        // 403, or 404 that says so
	answerMissing        // 404 else
	answerGiven          // 200, and no record that fixtures can have
	answerRecord         // the record
)

// classify reads what an exchange means.
func (r *Recorder) classify(x *exchange.Exchange, in *http.Request, route *contract.Route, reply *wire.Reply) seen {
	r.rememberToken(in)
	s := seen{x: x, reply: reply, in: in, version: model.Version(x.VersionUsed), route: route}
	op := route.Operation
	if op == nil || !op.Served || !route.Tenant.OK || len(op.Roles) == 0 {
		return s
	}
	switch {
	case reply.Status == http.StatusForbidden:
		s.answer = answerRefused
	case reply.Status == http.StatusNotFound:
		s.answer = answerMissing
		if field, _ := refusal(&s); named(field, "authorization") || named(field, "x-tenant-id") {
			s.answer = answerRefused // some servers hide from who is refused what there is
		}
	case reply.Status == http.StatusOK && route.Customer.OK && route.Location.OK:
		s.key = key{route.Tenant.Value, route.Customer.Value, route.Location.Value}
		s.answer = answerGiven
		if r.isRecord(&s) {
			s.answer = answerRecord
		}
	}
	if text, ok := contract.HeaderText(in.Header, "Authorization"); ok && r.Contract.ValidHeader(r.Contract.Oldest(), "authorization", text) {
		_, token, _ := strings.Cut(text, " ")
		s.client = r.client(token, s.answer != answerOther)
	}
	return s
}

// keepRecord keeps a record as it was before it changed.
func (r *Recorder) keepRecord(s *seen) {
	known := r.records[s.key]
	deletes := s.in.Method == http.MethodDelete
	body := s.reply.Body.Bytes
	switch {
	case known == nil:
		if len(r.records) >= maxRecords || r.bytes+int64(len(body)) > maxBytes {
			r.left++
			return
		}
		known = &record{deleted: deletes}
		r.records[s.key] = known
		r.order = append(r.order, s.key)
	case known.changed:
		return
	case deletes:
		known.changed = true
		return
	}
	r.bytes += int64(len(body) - len(known.body))
	known.body, known.version, known.changed = slices.Clone(body), s.version, deletes
}

// isRecord reports that the body is the record that the path names, in the shape
// of the version.
func (r *Recorder) isRecord(s *seen) bool {
	rules := r.Contract.Model(s.version, model.ModelCustomerLocation)
	if rules == nil {
		return false
	}
	tree, err := jsonx.Parse(s.reply.Body.Bytes)
	if err != nil || len(rules.Validate(tree, exchange.PartBody, r.Now())) > 0 || len(rules.Fractions(tree)) > 0 {
		return false
	}
	doc, _ := tree.(map[string]any)
	model.FromVersion(doc, s.version)
	record, err := store.NewRecord(s.key.tenant, doc)
	return err == nil && record.Key == store.Key{Tenant: s.key.tenant, Customer: s.key.customer, Location: s.key.location}
}
