package session

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/quota"
)

// The limits of Sessions where the options name none.
const (
	DefaultLimit = 2_000
	DefaultTTL   = time.Hour
)

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
	// Quota is how many bytes they may hold; nil is that of the package.
	Quota *quota.Quota
	// Now is the machine's clock, NewID the random source of IDs.
	Now   func() time.Time
	NewID func() uuid.UUID
	// Dropped is called with the ID of each session that ends, once its Over is
	// true and before there can be another of the ID.
	Dropped func(id string)
}

// Sessions are the sessions of a server. They are safe for concurrent use.
type Sessions struct {
	options        Options
	defaultSession *Session

	// fixtures are the newest ones. They are read without the lock, because
	// Dropped, which is called under it, may read them.
	fixtures atomic.Pointer[fixture.Fixtures]

	mu   sync.RWMutex
	byID map[string]*Session
}

// Errors of Sessions.
var (
	ErrUnknown = errors.New("there is no such session")
	ErrTaken   = errors.New("there is a session of this ID already: choose another ID, or drop that session first")
	ErrBadID   = errors.New("a session's ID has 1 to 63 of the characters a-z, 0-9 and -, and begins with a letter or a digit")
	ErrFull    = errors.New("there are as many sessions as --session-limit allows, and all were used within the last minute: drop one, or raise the limit")
	ErrDefault = errors.New("the default session can be reset, but not dropped")
)

// NewSessions returns sessions with only the default one among them.
func NewSessions(o Options) *Sessions {
	o.Limit, o.TTL = cmp.Or(o.Limit, DefaultLimit), cmp.Or(o.TTL, DefaultTTL)
	o.Quota = cmp.Or(o.Quota, quota.New(quota.SessionBytes, quota.TotalBytes))
	if o.Dropped == nil {
		o.Dropped = func(string) {}
	}
	o.Default.ID = DefaultID
	s := &Sessions{options: o, byID: map[string]*Session{}}
	s.fixtures.Store(o.Fixtures)
	spec, state := o.Default.sizes()
	account, _ := o.Quota.Open(spec + state) // made of flags, it is small
	s.defaultSession = s.make(o.Default, account)
	return s
}

// make makes a session; its account has kept room for the session.
func (s *Sessions) make(spec Spec, account *quota.Account) *Session {
	n := &Session{Spec: spec, Created: s.options.Now(), account: account}
	own, _ := spec.sizes()
	account.Force(own)
	n.Clock.machine, n.IDs.random = s.options.Now, s.options.NewID
	n.used.Store(n.Created.UnixNano())
	n.begin(s.fixtures.Load())
	return n
}

// Default returns the session of requests that name none.
func (s *Sessions) Default() *Session { return s.defaultSession }

// Now, Limit and MaxTTL return what Options say.
func (s *Sessions) Now() time.Time        { return s.options.Now() }
func (s *Sessions) Limit() int            { return s.options.Limit }
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
		return s.defaultSession, nil
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
	now := s.options.Now()
	s.expire(now)
	if _, taken := s.byID[spec.ID]; taken {
		return nil, ErrTaken
	}
	own, state := spec.sizes()
	account, err := s.options.Quota.Open(own + state)
	if err != nil {
		return nil, err
	}
	if len(s.byID) >= s.options.Limit && !s.makeRoom(now) {
		account.Close()
		return nil, fmt.Errorf("%w (%d)", ErrFull, s.options.Limit)
	}
	n := s.make(spec, account)
	s.byID[spec.ID] = n
	return n, nil
}

// Remake makes a session anew, of another spec with the same ID.
func (s *Sessions) Remake(n *Session, spec Spec) error {
	spec.ID = n.Spec.ID
	was, _ := n.Spec.sizes()
	own, state := spec.sizes()
	if err := n.account.Keep(own + state); err != nil {
		return err
	}
	n.account.Force(own - was)
	n.Spec = spec
	s.Reset(n)
	return nil
}

// Expire drops the sessions whose time is over.
func (s *Sessions) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.options.Now())
}

func (s *Sessions) expire(now time.Time) {
	for _, n := range s.byID {
		if s.expired(n, now) {
			s.drop(n)
		}
	}
}

// makeRoom drops the session that was idle longest, unless it is busy.
func (s *Sessions) makeRoom(now time.Time) bool {
	var oldest *Session
	for _, n := range s.byID {
		if oldest == nil || n.used.Load() < oldest.used.Load() {
			oldest = n
		}
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
		n.over.Store(true)
		n.account.Close()
		s.options.Dropped(n.Spec.ID)
	}
}

// List returns all sessions: the default one, then the others by ID.
func (s *Sessions) List() []*Session {
	s.Expire()
	s.mu.RLock()
	defer s.mu.RUnlock()
	others := slices.SortedFunc(maps.Values(s.byID), func(a, b *Session) int { return strings.Compare(a.Spec.ID, b.Spec.ID) })
	return append([]*Session{s.defaultSession}, others...)
}

// Reset puts a session back to how it was made, over the newest fixtures.
func (s *Sessions) Reset(n *Session) {
	s.mu.RLock() // a reload comes before or behind it
	defer s.mu.RUnlock()
	n.begin(s.fixtures.Load())
}

// Fixtures returns the newest fixtures.
func (s *Sessions) Fixtures() *fixture.Fixtures { return s.fixtures.Load() }

// Reload makes fixtures the newest. The default session is rebased on them at
// once; the others keep theirs until they are reset.
func (s *Sessions) Reload(f *fixture.Fixtures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fixtures.Store(f)
	s.defaultSession.rebase(f)
}

// Stale reports whether there are newer fixtures than the session's.
func (s *Sessions) Stale(n *Session) bool { return n.Fixtures() != s.Fixtures() }
