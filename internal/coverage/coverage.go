// Package coverage counts what of the contract a run's requests have tried, in
// a grid that is derived from the schemas and the fixtures.
package coverage

import (
	"net/http"
	"sync"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
)

// Options are what there is to cover.
type Options struct {
	Contract *contract.Contract
	// Fixtures returns those in force.
	Fixtures func() *fixture.Fixtures
	// AnyToken is set where every well-formed token is a Dispatcher's.
	AnyToken bool
	// Elsewhere is set where another server answers: whose tokens have which
	// role is its business, and not the fixtures'.
	Elsewhere bool
}

// maxSessions bounds the sessions that are counted for: a request that ends
// after its session would leave counts for ever.
const maxSessions = 4096

// Coverage counts, for each session and for all together. It keeps no
// exchange, so it outlives those that a journal lets go. It is safe for
// concurrent use.
type Coverage struct {
	options Options

	mu       sync.Mutex
	files    *fixture.Fixtures // that the grid was made of
	grid     *grid
	total    counts
	sessions map[string]*counts
}

// New returns a coverage with nothing covered. The grid is made when it is
// first needed.
func New(o Options) *Coverage {
	return &Coverage{options: o, sessions: map[string]*counts{}}
}

// counts say how often each item of the grid was covered, and by which request
// first.
type counts []count

type count struct {
	times     uint64
	requestID string
}

func (c *counts) add(items []int, requestID string, size int) {
	if len(*c) < size {
		*c = append(*c, make(counts, size-len(*c))...)
	}
	for _, i := range items {
		n := &(*c)[i]
		if n.times == 0 {
			n.requestID = requestID
		}
		n.times++
	}
}

// Add counts an exchange; the request is nil where it was rejected before it was
// one. The route is where the request went, read.
func (c *Coverage) Add(x *exchange.Exchange, r *http.Request, route *contract.Route) {
	if x.Admin {
		return
	}
	files := c.options.Fixtures()
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.current(files)
	var room [64]int
	items := g.match(room[:0], x, r, route)
	if len(items) == 0 {
		return
	}
	c.total.add(items, x.RequestID, len(g.items))
	s := c.sessions[x.Session]
	if s == nil {
		if len(c.sessions) >= maxSessions {
			for id := range c.sessions {
				delete(c.sessions, id)
				break
			}
		}
		s = &counts{}
		c.sessions[x.Session] = s
	}
	s.add(items, x.RequestID, len(g.items))
}

// current returns the grid of the fixtures in force. Where those have changed,
// what was counted goes over to the new grid by name. Whoever holds the lock
// must not ask for the fixtures: sessions report their end while they hold their
// own lock.
func (c *Coverage) current(files *fixture.Fixtures) *grid {
	if c.grid != nil && c.files == files {
		return c.grid
	}
	old := c.grid
	c.grid, c.files = newGrid(c.options, files), files
	if old == nil {
		return c.grid
	}
	c.total = c.total.moved(old, c.grid)
	for _, s := range c.sessions {
		*s = s.moved(old, c.grid)
	}
	return c.grid
}

func (c counts) moved(from, to *grid) counts {
	moved := make(counts, len(to.items))
	for i, n := range c {
		if k, ok := to.index[from.items[i].key()]; ok {
			moved[k] = n
		}
	}
	return moved
}

// Forget lets go of what a session has covered; the total keeps it.
func (c *Coverage) Forget(session string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, session)
}

// Clear lets go of all.
func (c *Coverage) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total = nil
	clear(c.sessions)
}

// Report returns what a session has covered, or all of them together where it is
// "", with commands for where the mock is.
func (c *Coverage) Report(session string, at Where) *Report {
	files := c.options.Fixtures()
	c.mu.Lock()
	g := c.current(files)
	counted := make(counts, len(g.items))
	if session == "" {
		copy(counted, c.total)
	} else if s := c.sessions[session]; s != nil {
		copy(counted, *s)
	}
	c.mu.Unlock()
	groups := make([]Group, 0, len(g.groups))
	for _, row := range g.groups {
		group := Group{Name: row.name, About: row.about, Documented: row.documented}
		for i := row.from; i < row.to; i++ {
			item := &g.items[i]
			shown := Item{Name: item.name, Covered: counted[i].times > 0, Count: counted[i].times, RequestID: counted[i].requestID}
			if !shown.Covered {
				shown.Sentence, shown.Command = item.sentence, item.command.text(at, session)
			}
			group.Items = append(group.Items, shown)
		}
		groups = append(groups, group)
	}
	r := NewReport(session, groups)
	r.HowToRun = at.HowToRun
	for _, v := range g.variables {
		r.Variables = append(r.Variables, VariableName{Name: v.Name, ClientID: v.Client.ID})
	}
	return r
}
