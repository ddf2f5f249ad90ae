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
	index  map[string]int // of the items, by their keys

	operations map[string]*contract.Operation
	headers    []input // of a request
	parameters []input // of the path
	// validates is set where the API passes over what the contract says, so that
	// an exchange's problems do not have all.
	validates bool
	roles     map[string][]model.Role // by token

	// The items of these are kept, because nearly every exchange covers some.
	methods  map[string]int
	statuses map[int]int
	records  map[store.Key]int
	slashes  [2]int // without, with
	unpinned int

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

// key returns what the index knows the item by.
func (i *item) key() string { return i.group + "\x00" + i.name }

// input is a header field or a path parameter. Its items right and absent are
// kept here: nearly every exchange covers some of them.
type input struct {
	name          string
	key           string // as net/http spells it
	right, absent int    // absent is none where a violation says so
}

// none is an item that the grid does not have.
const none = -1

// maxRecords is how many records are a row of the grid: more are no edges.
const maxRecords = 200

func newGrid(o Options, files *fixture.Fixtures) *grid {
	g := &grid{Options: o, files: files, index: map[string]int{}, operations: map[string]*contract.Operation{}, roles: map[string][]model.Role{},
		methods: map[string]int{}, statuses: map[int]int{}, records: map[store.Key]int{}}
	g.validates = files.Choices.Statuses[model.NotAcceptable] == http.StatusOK
	for _, op := range o.Contract.Operations() {
		g.operations[op.Name] = op
	}
	if w := newWriter(g); w.op != nil {
		w.addInputs()
		w.addVersions()
		w.addRoles()
		w.addOutcomes()
		w.addSpellings()
		w.addPreflights()
		w.addLimits()
		w.addRecords()
		w.addScenarios()
	}
	g.groups = slices.DeleteFunc(g.groups, func(row group) bool { return row.from == row.to })
	for i := range g.items {
		g.index[g.items[i].key()] = i
	}
	return g
}

// group begins a row.
func (g *grid) group(name, about string, documented bool) {
	g.groups = append(g.groups, group{name, about, documented, len(g.items), len(g.items)})
}

// item adds an item to the last row, and returns it.
func (g *grid) item(name, sentence string, requests ...request) int {
	row := &g.groups[len(g.groups)-1]
	g.items = append(g.items, item{row.name, name, sentence, requests})
	row.to++
	return row.to - 1
}

// find appends the item of a group whose name the parts are together, where the
// grid has one.
func (g *grid) find(items []int, group string, parts ...string) []int {
	var room [128]byte
	key := append(append(room[:0], group...), 0)
	for _, part := range parts {
		key = append(key, part...)
	}
	if i, ok := g.index[string(key)]; ok {
		items = append(items, i)
	}
	return items
}

// writer fills a grid in; it knows a request that succeeds.
type writer struct {
	*grid
	version model.Version       // whose rules are the grid's
	op      *contract.Operation // of the good request; nil where none is served
	delete  *contract.Operation // nil where it is not served
	client  model.Client
	record  store.Key
	good    request
	ok      bool // the fixtures admit a good request
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

// clients returns who may send requests. Where any token is good, its client ID
// is the API's for it.
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
