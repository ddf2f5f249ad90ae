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

// clockBody is how a clock is to be set.
type clockBody struct {
	Mode             session.ClockMode
	At, Offset, Step *string
}

// setting checks what the schema cannot say.
func (b *clockBody) setting(at string) (s session.ClockSetting, err error) {
	s.Mode = b.Mode
	needed := map[session.ClockMode][]string{session.ClockFrozen: {"at"}, session.ClockOffset: {"offset"}, session.ClockStep: {"at", "step"}}[b.Mode]
	given := map[string]*string{"at": b.At, "offset": b.Offset, "step": b.Step}
	for _, name := range []string{"at", "offset", "step"} {
		switch value, needs := given[name], slices.Contains(needed, name); {
		case needs && value == nil:
			return s, bad(at+"/"+name, "", fmt.Sprintf("is required where the mode is %s", b.Mode))
		case value != nil && !needs:
			return s, bad(at+"/"+name, *value, fmt.Sprintf("has no meaning where the mode is %s", b.Mode))
		}
	}
	for _, name := range needed {
		switch at, value := at+"/"+name, *given[name]; name {
		case "at":
			if s.At, err = model.ParseInstant(value); err == nil {
				err = s.Check()
			}
			if err != nil {
				return s, bad(at, value, err.Error())
			}
		case "offset":
			s.Offset, err = duration(at, value, -maxOffset)
		case "step":
			s.Step, err = duration(at, value, -maxOffset)
		}
		if err != nil {
			return s, err
		}
	}
	return s, s.Check()
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

func putClock(r *request, body clockBody) (any, error) {
	s, err := body.setting("")
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

// idsBody is where request IDs are to come from.
type idsBody struct {
	Mode string
	Seed json.Number
}

// setting checks what the schema cannot say.
func (b idsBody) setting(at string) (s session.IDSetting, err error) {
	switch s.Seeded = b.Seed != ""; {
	case b.Mode == "seed" && !s.Seeded:
		return s, bad(at+"/seed", "", "is required where the mode is seed")
	case b.Mode == "random" && s.Seeded:
		return s, bad(at+"/seed", string(b.Seed), "has no meaning where the mode is random")
	case s.Seeded:
		s.Seed, err = seed(at+"/seed", b.Seed)
	}
	return s, err
}

// seed reads a seed.
func seed(at string, n json.Number) (uint64, error) {
	seed, err := strconv.ParseUint(string(n), 10, 64)
	if err != nil {
		return 0, bad(at, string(n), "must be a whole number from 0 on, of at most 64 bits")
	}
	return seed, nil
}

func putIDs(r *request, body idsBody) (any, error) {
	s, err := body.setting("")
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
func (d *Admin) putPins(r *request, body struct{ Pins map[string]*model.Version }) (any, error) {
	pins := make(map[string]model.Version, len(body.Pins))
	for id, v := range body.Pins {
		pins[id] = ""
		if v == nil {
			continue
		}
		if pins[id] = *v; !d.Contract.Has(*v) {
			return nil, bad("/pins/"+jsonx.Escape(id), string(*v), fmt.Sprintf("must be one of the versions %v", d.Contract.Versions()))
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
		change, err := n.Fixtures().Patch("body", map[string]any{"choices": r.body}, fixture.Current{Choices: *now}, d.Schemas, d.Contract, n.Clock.Now())
		if err != nil {
			return nil, err
		}
		if n.ReplaceChoices(now, change.Choices) {
			return showChoices(n), nil
		}
	}
}
