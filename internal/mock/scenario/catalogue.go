package scenario

import (
	"fmt"
	"maps"
	"slices"

	"dispatchmock/internal/jsonx"
)

// Catalogue is the scenarios that every session knows, in the order of the
// files. It never changes.
type Catalogue struct {
	order  []*Scenario
	byName map[string]*Scenario
	on     []*switched // newest first
}

// NewCatalogue returns a catalogue; of two scenarios of one name the later one
// stands in the place of the first.
func NewCatalogue(list []*Scenario) *Catalogue {
	c := &Catalogue{byName: map[string]*Scenario{}}
	for _, s := range list {
		if old, twice := c.byName[s.Name]; twice {
			c.order[slices.Index(c.order, old)] = s
		} else {
			c.order = append(c.order, s)
		}
		c.byName[s.Name] = s
	}
	for _, s := range c.order {
		if s.On {
			c.on = slices.Insert(c.on, 0, &switched{s, s.Limit})
		}
	}
	return c
}

// Get returns the scenario of a name.
func (c *Catalogue) Get(name string) (*Scenario, bool) {
	s, ok := c.byName[name]
	return s, ok
}

// All returns the scenarios in order.
func (c *Catalogue) All() []*Scenario { return slices.Clone(c.order) }

// Unknown says that there is no scenario of a name, and what may be meant.
func (c *Catalogue) Unknown(name string) string { return unknown(name, c.byName, nil) }

func unknown(name string, sets ...map[string]*Scenario) string {
	if len(name) > 64 {
		name = name[:64] + "..."
	}
	var names []string
	for _, set := range sets {
		names = slices.AppendSeq(names, maps.Keys(set))
	}
	slices.Sort(names)
	text := fmt.Sprintf("there is no scenario %q", name)
	if near := jsonx.DidYouMean(name, names); near != "" {
		return text + near
	}
	return text + "; GET /_mock/scenarios lists them"
}
