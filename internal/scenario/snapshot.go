package scenario

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"dispatchmock/internal/quota"
	"dispatchmock/internal/wire"
	"dispatchmock/internal/world"
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

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *origin) UnmarshalText(text []byte) error {
	i := slices.Index(origins(), string(text))
	if i < 0 {
		return fmt.Errorf("origin %.20q is none of %q", text, origins())
	}
	*o = origin(i)
	return nil
}

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

// maxCounters is how many counters a snapshot from outside may have.
const maxCounters = 100_000

// ReadSnapshot reads the form of a snapshot in a bundle. Scenarios that are on
// and not among the snapshot's own are looked for in the catalogue.
func (p *Parser) ReadSnapshot(text []byte, c *Catalogue) (*Snapshot, error) {
	var saved savedSnapshot
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&saved); err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("scenarios: more text after the object")
	}
	if len(saved.Own) > quota.Scenarios || len(saved.On) > quota.ScenariosOn || len(saved.Counters) > maxCounters {
		return nil, fmt.Errorf("scenarios: at most %d own, %d on and %d counters", quota.Scenarios, quota.ScenariosOn, maxCounters)
	}
	sn := &Snapshot{seed: saved.Seed}
	for i, text := range saved.Own {
		tree, err := wire.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("scenarios: own %d: %w", i, err)
		}
		sc, flaws := p.Parse("scenarios", fmt.Sprintf("/own/%d", i), tree)
		if len(flaws) > 0 {
			return nil, flaws
		}
		if sn.own == nil {
			sn.own = map[string]*Scenario{}
		}
		if _, twice := sn.own[sc.Name]; twice {
			return nil, fmt.Errorf("scenarios: own %d: %s stands here twice", i, sc.Name)
		}
		sn.own[sc.Name] = sc
		sn.bytes += sc.size
	}
	for i, one := range saved.On {
		sc, ok := sn.own[one.Name]
		if !ok {
			sc, ok = c.Get(one.Name)
		}
		if !ok {
			return nil, fmt.Errorf("scenarios: on %d: %s", i, unknown(one.Name, c.byName, sn.own))
		}
		if slices.ContainsFunc(sn.on, func(sw *switched) bool { return sw.Name == one.Name }) {
			return nil, fmt.Errorf("scenarios: on %d: %s stands here twice", i, one.Name)
		}
		sn.on = append(sn.on, &switched{sc, Limit{one.Times, one.Until}})
	}
	for _, one := range saved.Counters {
		if sn.counters == nil {
			sn.counters = make(map[key]counter, len(saved.Counters))
		}
		k := key{one.Origin, one.Name, world.Key{Tenant: one.Tenant, Customer: one.Customer, Location: one.Location}}
		sn.counters[k] = counter{one.Seen, one.Taken, one.Window, one.Within}
	}
	return sn, nil
}
