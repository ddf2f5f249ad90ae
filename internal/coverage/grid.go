package coverage

import (
	"net/http"
	"slices"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/redact"
)

// grid is what there is to cover, and where an exchange finds what it covers.
type grid struct {
	Options
	files  *fixture.Fixtures
	groups []group
	items  []item

	operations map[string]*contract.Operation
	headers    []rule // of the request's header fields
	parameters []rule // of the path
	// validates is set where the API passes over what the contract says, so that
	// an exchange's problems do not have all.
	validates bool

	named, pinned map[string]int // by version
	unpinned      int
	roles         map[holder][]int
	statuses      map[int]int
	faults        map[string]int // by code
	repeated      int            // a DELETE of what is inactive, answered 200
	methods       map[string]int
	otherMethod   int
	slashes       [2]int // without, with
	scenarios     map[string]int
	records       map[store.Key]int
	preflights    [2]int // allowed, refused

	variables []Variable // of the commands
}

// group is a row of the grid: the items from one to before another.
type group struct {
	name, about string
	documented  bool
	from, to    int
}

// item is one thing to cover.
type item struct {
	group, name string
	sentence    string // of what was never tried
	command     command
}

// rule is a header field or a path parameter.
type rule struct {
	name          string
	key           string // as net/http spells it
	valid, absent int
	words         map[string]int // by the keyword that is broken
}

// holder is who makes a call of an operation.
type holder struct{ token, method string }

// maxRecords is how many records are a row of the grid: more are no edges.
const maxRecords = 200

// none is an item that the grid does not have.
const none = -1

func newGrid(o Options, files *fixture.Fixtures) *grid {
	g := &grid{Options: o, files: files, operations: map[string]*contract.Operation{}, named: map[string]int{}, pinned: map[string]int{},
		roles: map[holder][]int{}, statuses: map[int]int{}, faults: map[string]int{}, methods: map[string]int{},
		scenarios: map[string]int{}, records: map[store.Key]int{}, repeated: none, otherMethod: none}
	g.validates = files.Choices.Statuses[model.NotAcceptable] == http.StatusOK
	for _, op := range o.Contract.Operations() {
		g.operations[op.Name] = op
	}
	w := newWriter(g)
	w.inputs()
	w.versions()
	w.people()
	w.outcomes()
	w.spellings()
	w.means()
	return g
}

// group begins a row.
func (g *grid) group(name, about string, documented bool) {
	g.groups = append(g.groups, group{name, about, documented, len(g.items), len(g.items)})
}

// item adds an item to the row at hand.
func (g *grid) item(name, sentence string, requests ...request) int {
	row := &g.groups[len(g.groups)-1]
	g.items = append(g.items, item{row.name, name, sentence, requests})
	row.to++
	return row.to - 1
}

// tidy takes the row at hand away where it has no item.
func (g *grid) tidy() {
	if row := g.groups[len(g.groups)-1]; row.from == row.to {
		g.groups = g.groups[:len(g.groups)-1]
	}
}

// writer fills a grid in; it knows a request that succeeds.
type writer struct {
	*grid
	version model.Version       // whose rules are the grid's
	op      *contract.Operation // of the good request
	delete  *contract.Operation // nil where it is not served
	client  model.Client
	record  store.Key
	good    request // nil path where the fixtures admit none
	ok      bool
}

func newWriter(g *grid) *writer {
	versions := g.Contract.Versions()
	w := &writer{grid: g, version: versions[len(versions)-1]}
	for _, op := range g.served() {
		if op.Method == http.MethodDelete {
			w.delete = op
		}
		if w.op == nil || op.Method == http.MethodGet { // which changes nothing
			w.op = op
		}
	}
	if w.client, w.record, w.ok = w.first(); w.ok {
		w.variables = []Variable{{TokenVariable, w.client, w.record.Tenant}}
		w.good = w.request(w.op.Method, w.client, w.record)
	}
	return w
}

// first returns the first record, an active one before all others, that a
// client may both read and deactivate, and the client.
func (w *writer) first() (c model.Client, found store.Key, ok bool) {
	if w.op == nil {
		return
	}
	mock, clients := store.New(w.files.Base), w.clients()
	for _, k := range w.keys() {
		if _, scenario := w.files.RecordScenarios[k]; scenario {
			continue
		}
		i := slices.IndexFunc(clients, func(c model.Client) bool { return w.may(c, w.delete) && w.may(c, w.op) && c.Sees(k.Tenant) })
		if i < 0 {
			continue
		}
		if r, _ := mock.Record(k); r.Active {
			return clients[i], k, true
		}
		if !ok {
			c, found, ok = clients[i], k, true
		}
	}
	return c, found, ok
}

// served returns the operations on a record that are performed.
func (g *grid) served() []*contract.Operation {
	return slices.DeleteFunc(g.Contract.Operations(), func(op *contract.Operation) bool {
		return !op.Served || op.RequestHeaders(g.Contract.Oldest()) == nil || op.PathParameters(g.Contract.Oldest()) == nil
	})
}

func (g *grid) keys() []store.Key { return g.files.Base.Keys() }

// anyToken is a token of no fixture.
const anyToken = "any-token"

// clients returns who may ask. Where any token is good, its client ID is the
// API's for it.
func (g *grid) clients() []model.Client {
	if g.AnyToken {
		return []model.Client{{Token: anyToken, ID: "any " + redact.Value(anyToken), Roles: []model.Role{model.RoleDispatcher}, AllTenants: true}}
	}
	return g.files.Base.Clients()
}

func (g *grid) may(c model.Client, op *contract.Operation) bool {
	if op == nil || c.HasAny(op.Roles) {
		return true
	}
	return g.files.Choices.AdminIsDispatcher && slices.Contains(c.Roles, model.RoleAdmin) && slices.Contains(op.Roles, model.RoleDispatcher)
}
