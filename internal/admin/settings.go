package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

// Clock is how the admin API shows a clock.
type Clock struct {
	Mode   session.ClockMode `json:"mode"`
	Now    time.Time         `json:"now"`
	Offset string            `json:"offset,omitempty"`
	Step   string            `json:"step,omitempty"`
}

func showClock(n *session.Session) Clock {
	s := n.Clock.Setting()
	c := Clock{Mode: s.Mode, Now: n.Clock.Now().UTC()}
	if s.Mode == session.ClockOffset {
		c.Offset = s.Offset.String()
	}
	if s.Mode == session.ClockStep {
		c.Step = s.Step.String()
	}
	return c
}

// readClock reads a setting that keeps its schema.
func readClock(at string, doc map[string]any) (session.ClockSetting, error) {
	s := session.ClockSetting{Mode: session.ClockMode(jsonx.Text(doc["mode"]))}
	for _, m := range []struct {
		name string
		of   []session.ClockMode // that have the member, and must
		read func(at, value string) error
	}{
		{"at", []session.ClockMode{session.ClockFrozen, session.ClockStep}, func(at, value string) (err error) {
			if s.At, err = model.ParseInstant(value); err != nil {
				return bad(at, value, err.Error())
			}
			return nil
		}},
		{"offset", []session.ClockMode{session.ClockOffset}, func(at, value string) (err error) {
			s.Offset, err = duration(at, value, -maxOffset)
			return err
		}},
		{"step", []session.ClockMode{session.ClockStep}, func(at, value string) (err error) {
			s.Step, err = duration(at, value, -maxOffset)
			return err
		}},
	} {
		at := at + "/" + m.name
		value, given := doc[m.name]
		switch needed := slices.Contains(m.of, s.Mode); {
		case needed && !given:
			return s, bad(at, "", fmt.Sprintf("is required where the mode is %s", s.Mode))
		case given && !needed:
			return s, bad(at, jsonx.Text(value), fmt.Sprintf("has no meaning where the mode is %s", s.Mode))
		case given:
			if err := m.read(at, jsonx.Text(value)); err != nil {
				return s, err
			}
		}
	}
	if err := s.Check(); err != nil {
		return s, bad(at+"/at", jsonx.Text(doc["at"]), err.Error())
	}
	return s, nil
}

// maxOffset is how far a clock may be put from the machine's.
const maxOffset = 100 * 365 * 24 * time.Hour

// duration reads a duration such as 1h30m that is not below a bound.
func duration(at, s string, least time.Duration) (time.Duration, error) {
	v, err := time.ParseDuration(s)
	if err != nil || v < least || v > maxOffset {
		return 0, bad(at, s, fmt.Sprintf("must be a duration such as 1h30m or 250ms, from %v to %v", least, maxOffset))
	}
	return v, nil
}

// bad is the problem of one value of the body.
func bad(pointer, value, rule string) *Problem {
	p := problem(http.StatusUnprocessableEntity, "body %s: %s", pointer, rule)
	if value != "" {
		p.Detail = fmt.Sprintf("body %s: %.100q: %s", pointer, value, rule)
	}
	p.Diagnostics = jsonx.Diagnostics{{Pointer: pointer, Value: value, Rule: rule}}
	return p
}

func (d *Admin) putClock(r *request) (any, error) {
	s, err := readClock("", r.body)
	if err != nil {
		return nil, err
	}
	r.session.Clock.Set(s)
	return showClock(r.session), nil
}

// IDs is how the admin API shows a source of request IDs.
type IDs struct {
	Mode  string  `json:"mode"`
	Seed  *uint64 `json:"seed,omitempty"`
	Drawn uint64  `json:"drawn,omitempty"`
}

func showIDs(n *session.Session) IDs {
	s := n.IDs.Setting()
	if !s.Seeded {
		return IDs{Mode: "random"}
	}
	return IDs{Mode: "seed", Seed: &s.Seed, Drawn: s.Drawn}
}

func readIDs(at string, doc map[string]any) (session.IDSetting, error) {
	n, seeded := doc["seed"].(json.Number)
	switch mode := jsonx.Text(doc["mode"]); {
	case mode == "seed" && !seeded:
		return session.IDSetting{}, bad(at+"/seed", "", "is required where the mode is seed")
	case mode == "random" && seeded:
		return session.IDSetting{}, bad(at+"/seed", string(n), "has no meaning where the mode is random")
	case !seeded:
		return session.IDSetting{}, nil
	}
	seed, err := strconv.ParseUint(string(n), 10, 64)
	if err != nil {
		return session.IDSetting{}, bad(at+"/seed", string(n), "must be a whole number from 0 on, of at most 64 bits")
	}
	return session.IDSetting{Seeded: true, Seed: seed}, nil
}

func (d *Admin) putIDs(r *request) (any, error) {
	s, err := readIDs("", r.body)
	if err != nil {
		return nil, err
	}
	r.session.IDs.Set(s)
	return showIDs(r.session), nil
}

func showPins(n *session.Session) map[string]any { return map[string]any{"pins": pinsOf(n)} }

// pinsOf returns the version pins of a session, which may be none.
func pinsOf(n *session.Session) map[string]model.Version {
	if pins := n.Store.Pins(); pins != nil {
		return pins
	}
	return map[string]model.Version{}
}

// putPins sets the pins of the client IDs that the body names; null takes one
// away. All of them are set, or none.
func (d *Admin) putPins(r *request) (any, error) {
	given, _ := r.body["pins"].(map[string]any)
	pins := make(map[string]model.Version, len(given))
	for id, v := range given {
		pins[id] = model.Version(jsonx.Text(v))
		if v != nil && !d.Contract.Has(pins[id]) {
			return nil, bad("/pins/"+jsonx.Escape(id), jsonx.Text(v), fmt.Sprintf("must be one of the versions %v", d.Contract.Versions()))
		}
	}
	if err := r.session.Store.SetPins(pins); err != nil {
		return nil, full(err)
	}
	return showPins(r.session), nil
}

func showChoices(n *session.Session) map[string]any { return fixture.ChoiceValues(*n.Choices()) }

func (d *Admin) patchChoices(r *request) (any, error) {
	for n := r.session; ; {
		now := n.Choices()
		change, err := n.Fixtures().Patch("body", map[string]any{"choices": r.body}, fixture.Ground{Choices: *now}, d.Schemas, d.Contract, n.Clock.Now())
		if err != nil {
			return nil, err
		}
		if n.ReplaceChoices(now, change.Choices) {
			return showChoices(n), nil
		}
	}
}
