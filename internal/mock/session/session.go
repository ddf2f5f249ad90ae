// Package session keeps sessions apart: each has its own
// records, version pins, clock, request IDs, choices and scenarios over the
// base that all of them share.
package session

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/internal/mock/store"
	"dispatchmock/internal/model"
	"dispatchmock/internal/quota"
	"dispatchmock/internal/wire"
)

// DefaultID is the ID of the session of requests that name none.
const DefaultID = "default"

// Spec is how a session is made, and what a reset brings back.
type Spec struct {
	ID    string        // "" has one generated
	Name  string        // for people
	TTL   time.Duration // how long it may be idle; 0 is the limit of Sessions
	Clock ClockSetting
	IDs   IDSetting
	// Records are put over those of the fixtures.
	Records map[store.Key]store.Record
	// Choices stand in the place of those of the fixtures, where not nil.
	Choices *model.Choices
	// Scenarios are defined and switched on, in this order; Seed is of what
	// they draw by chance.
	Scenarios []*scenario.Scenario
	Seed      uint64
	// Allowed is what the session's requests do on purpose.
	Allowed exchange.Allowed
	// Made is the document that the spec was read from, for bundles.
	Made []byte
}

// sizes returns how many bytes a session holds for its spec alone, and how
// many its state counts when it begins.
func (s *Spec) sizes() (spec, state int64) {
	spec = quota.PerSession + quota.Text(len(s.Made)) + quota.Text(len(s.Name))
	for _, l := range s.Records {
		state += store.SizeOf(l)
	}
	for _, sc := range s.Scenarios {
		state += sc.Size()
	}
	return spec + state, state // the spec has what it begins with, too
}

// Session is what requests of one test work on. It is safe for concurrent use.
type Session struct {
	Spec    Spec
	Created time.Time // by the machine's clock
	Store   *store.Store
	Clock   Clock
	IDs     IDs
	Dates   wire.Dates

	scenarios atomic.Pointer[scenario.Set]

	choices  atomic.Pointer[model.Choices]
	fixtures atomic.Pointer[fixture.Fixtures]
	account  *quota.Account
	sequence atomic.Uint64
	used     atomic.Int64 // when it was last named, in Unix nanoseconds
	over     atomic.Bool  // it was dropped

	mu    sync.Mutex // held while the whole state is replaced or saved
	saved map[string]Snapshot
}

// Choices returns the choices in force.
func (s *Session) Choices() *model.Choices { return s.choices.Load() }

// ReplaceChoices puts choices in the place of those that Choices returned, and
// reports false where others are in force by now.
func (s *Session) ReplaceChoices(was, c *model.Choices) bool {
	return s.choices.CompareAndSwap(was, c)
}

// Fixtures returns what the session was last made or reset from.
func (s *Session) Fixtures() *fixture.Fixtures { return s.fixtures.Load() }

// Next returns the number of a request that arrives now.
func (s *Session) Next() uint64 { return s.sequence.Add(1) }

// Over reports that the session was dropped: a request that began before may
// still be under way in it.
func (s *Session) Over() bool { return s.over.Load() }

// Bytes returns how many bytes count for the session.
func (s *Session) Bytes() int64 { return s.account.Held() }

// Used returns when the session was last named by a request.
func (s *Session) Used() time.Time { return time.Unix(0, s.used.Load()) }

// begin puts the session into the state that its spec names, over a base.
func (s *Session) begin(base *fixture.Fixtures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fixtures.Store(base)
	for _, snapshot := range s.saved {
		s.account.Force(-snapshot.bytes)
	}
	s.saved = nil
	if s.Spec.Clock.Mode == "" {
		s.Spec.Clock.Mode = ClockReal
	}
	s.choices.Store(cmp.Or(s.Spec.Choices, &base.Choices))
	s.Clock.Set(s.Spec.Clock)
	s.IDs.Set(s.Spec.IDs)
	if s.Store == nil {
		s.Store = store.Within(s.account, base.Base)
	}
	s.Store.Reset(base.Base, s.Spec.Records)
	catalogue := cmp.Or(base.Scenarios, none)
	set := scenario.NewSet(catalogue, s.Spec.Seed)
	for _, sc := range s.Spec.Scenarios {
		// The spec was checked against the limits of a set.
		if same, _ := catalogue.Get(sc.Name); same != sc {
			_ = set.Define(sc)
		}
		_ = set.On(sc.Name, scenario.Limit{})
	}
	if old := s.scenarios.Swap(set); old != nil {
		old.Detach()
	}
	set.Attach(s.account)
}

// rebase puts other fixtures under the session and keeps its changes. The
// scenarios come first: a record may trigger one of them.
func (s *Session) rebase(base *fixture.Fixtures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.fixtures.Load()
	choices := base.Rechoose(old.Choices, *s.choices.Load())
	s.choices.Store(&choices)
	s.Scenarios().Renew(cmp.Or(base.Scenarios, none))
	s.fixtures.Store(base)
	s.Store.Rebase(base.Base)
}

// none is the catalogue of fixtures without one.
var none = scenario.NewCatalogue(nil)

// Scenarios returns the session's scenarios.
func (s *Session) Scenarios() *scenario.Set { return s.scenarios.Load() }
