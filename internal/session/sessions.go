package session

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/fixture"
)

// The limits of Sessions where the options name none.
const (
	DefaultLimit = 2_000
	DefaultTTL   = time.Hour
)

// MaxMade is how many bytes the documents of all sessions may have together:
// each is kept as long as its session, and so is what it says.
const MaxMade = 64 << 20

// busy is how long ago a session must have been named last to make room for
// another: one that a test still uses is never dropped.
const busy = time.Minute

// Options are what Sessions are made of.
type Options struct {
	Fixtures *fixture.Fixtures
	Default  Spec // of the default session
	// Limit is how many sessions there may be beside the default one.
	Limit int
	// TTL is how long a session may be idle, where its spec does not say less.
	TTL time.Duration
	// Now is the machine's clock, NewID the random source of IDs.
	Now   func() time.Time
	NewID func() uuid.UUID
	// Dropped is told the ID of each session that ends, once its Over is true
	// and before there can be another of the ID.
	Dropped func(id string)
}

// Sessions are the sessions of a server. They are safe for concurrent use.
type Sessions struct {
	options Options
	home    *Session // the default one

	// ground is read without the lock, by those who are told of dropped
	// sessions under it, too.
	ground atomic.Pointer[fixture.Fixtures]

	mu   sync.RWMutex
	byID map[string]*Session
	made int // bytes of the documents of those
}

// Errors of Sessions that callers tell apart.
var (
	ErrUnknown = errors.New("there is no such session")
	ErrTaken   = errors.New("there is a session of this ID already: choose another ID, or drop that session first")
	ErrBadID   = errors.New("a session's ID has 1 to 63 of the characters a-z, 0-9 and -, and begins with a letter or a digit")
	ErrFull    = errors.New("there are as many sessions as --session-limit allows, and all were used within the last minute: drop one, or raise the limit")
	ErrHeavy   = errors.New("the documents that sessions were made of have as many bytes together as they may; drop sessions that have fixtures of their own")
	ErrDefault = errors.New("the default session can be reset, but not dropped")
)

// NewSessions returns sessions with only the default one among them.
func NewSessions(o Options) *Sessions {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.TTL == 0 {
		o.TTL = DefaultTTL
	}
	if o.Dropped == nil {
		o.Dropped = func(string) {}
	}
	o.Default.ID = DefaultID
	s := &Sessions{options: o, byID: map[string]*Session{}}
	s.ground.Store(o.Fixtures)
	s.home = s.make(o.Default)
	return s
}

func (s *Sessions) make(spec Spec) *Session {
	n := &Session{Spec: spec, Created: s.options.Now()}
	n.Clock.machine, n.IDs.random = s.options.Now, s.options.NewID
	n.used.Store(n.Created.UnixNano())
	n.begin(s.ground.Load())
	return n
}

// Default returns the session of requests that name none.
func (s *Sessions) Default() *Session { return s.home }

// Now returns the machine's time.
func (s *Sessions) Now() time.Time { return s.options.Now() }

// Limit returns how many sessions there may be beside the default one.
func (s *Sessions) Limit() int { return s.options.Limit }

// MaxTTL returns how long any session may be idle.
func (s *Sessions) MaxTTL() time.Duration { return s.options.TTL }

// TTL returns how long a session may be idle.
func (s *Sessions) TTL(n *Session) time.Duration {
	if n.Spec.TTL > 0 {
		return min(n.Spec.TTL, s.options.TTL)
	}
	return s.options.TTL
}

// Get returns the session of an ID, and counts as a use of it.
func (s *Sessions) Get(id string) (*Session, error) {
	if id == DefaultID {
		return s.home, nil
	}
	s.mu.RLock()
	n, ok := s.byID[id]
	s.mu.RUnlock()
	if !ok {
		return nil, ErrUnknown
	}
	now := s.options.Now()
	if s.expired(n, now) {
		s.mu.Lock()
		s.drop(n)
		s.mu.Unlock()
		return nil, ErrUnknown
	}
	n.used.Store(now.UnixNano())
	return n, nil
}

func (s *Sessions) expired(n *Session, now time.Time) bool {
	return now.Sub(n.Used()) > s.TTL(n)
}

// validID has the form of a label of a host name, in lower case.
var validID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Create makes a session. It costs the same whatever the size of the fixtures.
func (s *Sessions) Create(spec Spec) (*Session, error) {
	if spec.ID == "" {
		spec.ID = s.options.NewID().String()
	} else if !validID.MatchString(spec.ID) {
		return nil, ErrBadID
	}
	if spec.ID == DefaultID {
		return nil, ErrTaken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, taken := s.byID[spec.ID]; taken {
		if !s.expired(old, s.options.Now()) {
			return nil, ErrTaken
		}
		s.drop(old)
	}
	if s.made+len(spec.Made) > MaxMade {
		return nil, fmt.Errorf("%w (%d)", ErrHeavy, MaxMade)
	}
	if len(s.byID) >= s.options.Limit && !s.makeRoom() {
		return nil, fmt.Errorf("%w (%d)", ErrFull, s.options.Limit)
	}
	n := s.make(spec)
	s.byID[spec.ID] = n
	s.made += len(spec.Made)
	return n, nil
}

// makeRoom drops the sessions whose time is over, or else the one that was
// idle longest, if it is idle indeed.
func (s *Sessions) makeRoom() bool {
	now := s.options.Now()
	var oldest *Session
	for _, n := range s.byID {
		if s.expired(n, now) {
			s.drop(n)
		} else if oldest == nil || n.used.Load() < oldest.used.Load() {
			oldest = n
		}
	}
	if len(s.byID) < s.options.Limit {
		return true
	}
	if now.Sub(oldest.Used()) < busy {
		return false
	}
	s.drop(oldest)
	return true
}

// Drop ends a session.
func (s *Sessions) Drop(id string) error {
	if id == DefaultID {
		return ErrDefault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.byID[id]
	if !ok {
		return ErrUnknown
	}
	s.drop(n)
	return nil
}

// drop ends a session, unless somebody else has done so.
func (s *Sessions) drop(n *Session) {
	if s.byID[n.Spec.ID] == n {
		delete(s.byID, n.Spec.ID)
		s.made -= len(n.Spec.Made)
		n.over.Store(true)
		s.options.Dropped(n.Spec.ID)
	}
}

// List returns all sessions: the default one, then the others by ID.
func (s *Sessions) List() []*Session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []*Session{s.home}
	now := s.options.Now()
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		if n := s.byID[id]; !s.expired(n, now) {
			list = append(list, n)
		}
	}
	return list
}

// Reset puts a session back to how it was made, over the newest fixtures.
func (s *Sessions) Reset(n *Session) {
	s.mu.RLock() // a reload comes before or behind it
	defer s.mu.RUnlock()
	n.begin(s.ground.Load())
}

// Fixtures returns the newest fixtures.
func (s *Sessions) Fixtures() *fixture.Fixtures { return s.ground.Load() }

// Reload makes fixtures the newest. The default session goes over to them at
// once, with its changes kept; the others keep theirs until they are reset.
func (s *Sessions) Reload(f *fixture.Fixtures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ground.Store(f)
	s.home.goOver(f)
}

// Stale reports whether there are newer fixtures than the session's.
func (s *Sessions) Stale(n *Session) bool { return n.Fixtures() != s.Fixtures() }
