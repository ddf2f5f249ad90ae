// Package coverage tells what of the contract a run's requests have tried: a
// grid that is derived from the schemas and the fixtures, and counts in it.
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
	// CORS is the form of the headers that preflights are answered by.
	CORS contract.CORS
}

// maxSessions bounds the sessions that are counted for: a request that ends
// after its session would leave counts that nobody forgets.
const maxSessions = 4096

// Coverage counts, for each session and for all together. It keeps no
// exchange, so it outlives those that a journal lets go. It is safe for
// concurrent use.
type Coverage struct {
	options Options

	mu       sync.Mutex
	files    *fixture.Fixtures // that the grid was made of
	grid     *grid
	total    *counts
	sessions map[string]*counts
}

// New returns a coverage with nothing covered. The grid is made when it is
// first needed.
func New(o Options) *Coverage {
	return &Coverage{options: o, total: &counts{}, sessions: map[string]*counts{}}
}

// counts are how often each item of the grid was covered, and by which request
// first.
type counts struct {
	of    []uint64
	first map[int]string
}

func (c *counts) add(items []int, requestID string, size int) {
	if len(c.of) < size {
		c.of = append(c.of, make([]uint64, size-len(c.of))...)
	}
	for _, i := range items {
		if c.of[i] == 0 {
			if c.first == nil {
				c.first = map[int]string{}
			}
			c.first[i] = requestID
		}
		c.of[i]++
	}
}

// Add counts an exchange; the request is nil where it was refused before it was
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
// must not ask for the fixtures: the sessions tell of their end while they hold
// theirs.
func (c *Coverage) current(files *fixture.Fixtures) *grid {
	if c.grid != nil && c.files == files {
		return c.grid
	}
	old := c.grid
	c.grid, c.files = newGrid(c.options, files), files
	if old == nil {
		return c.grid
	}
	to := map[[2]string]int{}
	for i, item := range c.grid.items {
		to[[2]string{item.group, item.name}] = i
	}
	c.total = c.total.moved(old, to)
	for id, s := range c.sessions {
		c.sessions[id] = s.moved(old, to)
	}
	return c.grid
}

func (c *counts) moved(old *grid, to map[[2]string]int) *counts {
	n := &counts{of: make([]uint64, len(to)), first: map[int]string{}}
	for i, count := range c.of {
		item := &old.items[i]
		if k, ok := to[[2]string{item.group, item.name}]; ok && count > 0 {
			n.of[k], n.first[k] = count, c.first[i]
		}
	}
	return n
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
	c.total = &counts{}
	clear(c.sessions)
}

// Report tells what a session has covered, or all of them together where it is
// "", with commands for where the mock is.
func (c *Coverage) Report(session string, at Where) *Report {
	files := c.options.Fixtures()
	c.mu.Lock()
	g := c.current(files)
	counted := c.total
	if session != "" {
		counted = c.sessions[session]
	}
	of := make([]uint64, len(g.items))
	first := make([]string, len(g.items))
	if counted != nil {
		copy(of, counted.of)
		for i, id := range counted.first {
			first[i] = id
		}
	}
	c.mu.Unlock()
	groups := make([]Group, 0, len(g.groups))
	for _, group := range g.groups {
		shown := Group{Name: group.name, About: group.about, Documented: group.documented}
		for i := group.from; i < group.to; i++ {
			item := &g.items[i]
			one := Item{Name: item.name, Covered: of[i] > 0, Count: of[i], RequestID: first[i]}
			if !one.Covered {
				one.Sentence, one.Command = item.sentence, item.command.text(at, session)
			}
			shown.Items = append(shown.Items, one)
		}
		groups = append(groups, shown)
	}
	shown := NewReport(session, groups)
	shown.HowToRun = at.HowToRun
	for _, v := range g.variables {
		shown.Variables = append(shown.Variables, VariableName{Name: v.Name, ClientID: v.Client.ID})
	}
	return shown
}
