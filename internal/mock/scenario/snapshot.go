package scenario

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"dispatchmock/internal/quota"
)

// Snapshot is the whole state of a Set at one time: its own scenarios, those
// that are on, what was counted, and the seed. It never changes.
type Snapshot struct {
	seed     uint64
	own      map[string]*Scenario
	on       []*switched
	counters map[key]counter
	bytes    int64 // that a set in this state counts
}

// Bytes returns how many bytes a set in this state counts.
func (sn *Snapshot) Bytes() int64 { return sn.bytes }

// Size returns how many bytes the snapshot holds by itself. What it shares with
// a set counts for both.
func (sn *Snapshot) Size() int64 {
	return sn.bytes + int64(len(sn.own)+len(sn.on)+len(sn.counters))*quota.PerEntry
}

// Snapshot returns the set's state. It costs nothing where nothing was counted
// and defined.
func (s *Set) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	sn := &Snapshot{seed: s.seed, own: maps.Clone(s.own), on: *s.on.Load(), bytes: s.bytes}
	if len(s.counters) > 0 {
		sn.counters = make(map[key]counter, len(s.counters))
		for k, c := range s.counters {
			sn.counters[k] = *c
		}
	}
	return sn
}

// Restore puts the set into a state that it, or another one, had. No limit
// refuses it.
func (s *Set) Restore(sn *Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(maps.Clone(sn.own))
	s.seed, s.counters = sn.seed, nil
	s.on.Store(&sn.on)
	if len(sn.counters) > 0 {
		s.counters = make(map[key]*counter, len(sn.counters))
		for k, c := range sn.counters {
			s.counters[k] = &c
		}
	}
}

// savedSnapshot is the form of a snapshot in a bundle.
type savedSnapshot struct {
	// Seed is text, because not every reader of JSON has 64 bits.
	Seed     uint64            `json:"seed,string"`
	Own      []json.RawMessage `json:"own,omitempty"`
	On       []savedOn         `json:"on,omitempty"` // newest first
	Counters []savedCounter    `json:"counters,omitempty"`
}

type savedOn struct {
	Name  string     `json:"name"`
	Times uint64     `json:"times,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

type savedCounter struct {
	Origin   origin `json:"origin"`
	Name     string `json:"name"`
	Tenant   int64  `json:"tenant,omitempty"`
	Customer int64  `json:"customer,omitempty"`
	Location int64  `json:"location,omitempty"`
	Seen     uint64 `json:"seen,omitempty"`
	Taken    uint64 `json:"taken,omitempty"`
	Window   int64  `json:"window,omitempty"`
	Within   uint64 `json:"within,omitempty"`
}

// origins are the names of the ways in which a scenario comes to a request.
func origins() []string { return []string{named: "request", carried: "record", on: "session"} }

// MarshalText implements encoding.TextMarshaler.
func (o origin) MarshalText() ([]byte, error) { return []byte(origins()[o]), nil }

// MarshalJSON returns the snapshot's form in a bundle; the same state has
// always the same bytes.
func (sn *Snapshot) MarshalJSON() ([]byte, error) {
	saved := savedSnapshot{Seed: sn.seed}
	for _, sc := range sortedByName(sn.own) {
		saved.Own = append(saved.Own, sc.text)
	}
	for _, sw := range sn.on {
		saved.On = append(saved.On, savedOn{Name: sw.Name, Times: sw.limit.Times, Until: sw.limit.Until})
	}
	for _, k := range slices.SortedFunc(maps.Keys(sn.counters), key.compare) {
		c := sn.counters[k]
		saved.Counters = append(saved.Counters, savedCounter{k.origin, k.name, k.record.Tenant, k.record.Customer, k.record.Location,
			c.seen, c.taken, c.window, c.within})
	}
	return json.Marshal(saved)
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.origin, o.origin), cmp.Compare(k.name, o.name), k.record.Compare(o.record))
}
