package ctl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

func (c *ctl) pins() *cobra.Command {
	put := func(pins func(args []string) (map[string]any, error)) request {
		return c.in(http.MethodPut, "/pins").body(func(_ *cobra.Command, args []string) (any, error) {
			doc, err := pins(args)
			return map[string]any{"pins": doc}, err
		})
	}
	return group("pins", "Show and set the version pins of client IDs",
		show(c, "show", "Show the version pins", c.in(http.MethodGet, "/pins"), pinsText),
		show(c, "set CLIENT=VERSION…", "Pin client IDs to API versions", put(func(args []string) (map[string]any, error) {
			return pairs(args, "CLIENT=VERSION, such as web-app=2021/04/07", func(s string) any { return s })
		}), pinsText),
		show(c, "unset CLIENT…", "Take the pins of client IDs away", put(func(args []string) (map[string]any, error) {
			pins := map[string]any{}
			for _, id := range args {
				pins[id] = nil
			}
			return pins, nil
		}), pinsText))
}

func pinsText(w io.Writer, a *struct{ Pins map[string]string }) {
	table(w, "CLIENT VERSION", sortedKeys(a.Pins), func(id string) []any { return []any{id, a.Pins[id]} })
}

// clockSetting is how a clock is to be set, as an argument and as the admin API's
// document.
type clockSetting struct {
	text string
	doc  map[string]any
}

func (s *clockSetting) String() string { return s.text }
func (s *clockSetting) Type() string   { return "real|frozen:TIME|offset:DURATION|step:TIME,DURATION" }

var errClock = errors.New("must be real, frozen:TIME, offset:DURATION or step:TIME,DURATION, such as frozen:2022-08-20T01:38:16Z or step:2022-08-20T01:38:16Z,1s")

func (s *clockSetting) Set(text string) error {
	mode, rest, colon := strings.Cut(text, ":")
	doc := map[string]any{"mode": mode}
	at, step, comma := strings.Cut(rest, ",")
	good := false
	switch session.ClockMode(mode) {
	case session.ClockReal:
		good = !colon
	case session.ClockFrozen:
		doc["at"] = rest
		good = isTime(rest)
	case session.ClockOffset:
		doc["offset"] = rest
		good = isDuration(rest)
	case session.ClockStep:
		doc["at"], doc["step"] = at, step
		good = comma && isTime(at) && isDuration(step)
	}
	if !good {
		return errClock
	}
	s.text, s.doc = text, doc
	return nil
}

func isTime(s string) bool {
	_, err := model.ParseInstant(s)
	return err == nil
}

func isDuration(s string) bool {
	_, err := time.ParseDuration(s)
	return err == nil
}

func clockText(s *admin.Clock) string {
	now := s.Now.Format(time.RFC3339Nano)
	switch s.Mode {
	case session.ClockOffset:
		return now + ", " + s.Offset + " from the machine's"
	case session.ClockStep:
		return now + ", and " + s.Step + " more with each request"
	case session.ClockFrozen:
		return now + ", standing still"
	}
	return now + ", as the machine's"
}

func (c *ctl) clock() *cobra.Command {
	text := func(w io.Writer, s *admin.Clock) { fmt.Fprintln(w, clockText(s)) }
	return group("clock", "Show and set the session's clock",
		show(c, "show", "Show the clock", c.in(http.MethodGet, "/clock"), text),
		show(c, "set SETTING", "Set the clock: real, frozen:TIME, offset:DURATION or step:TIME,DURATION",
			c.in(http.MethodPut, "/clock").body(func(_ *cobra.Command, args []string) (any, error) {
				var s clockSetting
				if err := s.Set(args[0]); err != nil {
					return nil, command.Misusef("%q %w", args[0], err)
				}
				return s.doc, nil
			}), text))
}

func idsText(s *admin.IDs) string {
	if s.Seed == nil {
		return s.Mode
	}
	return fmt.Sprintf("seed:%d, %d drawn", *s.Seed, s.Drawn)
}

func (c *ctl) ids() *cobra.Command {
	text := func(w io.Writer, s *admin.IDs) { fmt.Fprintln(w, idsText(s)) }
	return group("ids", "Show and set where the session's request IDs come from",
		show(c, "show", "Show where request IDs come from", c.in(http.MethodGet, "/request-ids"), text),
		show(c, "set SOURCE", "Set the source: random or seed:N", c.in(http.MethodPut, "/request-ids").body(func(_ *cobra.Command, args []string) (any, error) {
			var r command.RequestIDs
			if err := r.Set(args[0]); err != nil {
				return nil, command.Misusef("%q %w", args[0], err)
			}
			if !r.Seeded {
				return map[string]any{"mode": "random"}, nil
			}
			return map[string]any{"mode": "seed", "seed": r.Seed}, nil
		}), text))
}

func (c *ctl) choices() *cobra.Command {
	return group("choices", "Show and set the choices in force where the documentation is silent",
		show(c, "show", "Show the choices", c.in(http.MethodGet, "/choices"), choicesText),
		show(c, "set KEY=VALUE…", "Set choices, such as repeated_delete=409", c.in(http.MethodPatch, "/choices").body(func(_ *cobra.Command, args []string) (any, error) {
			return pairs(args, "KEY=VALUE, such as repeated_delete=409", choiceValue)
		}), choicesText))
}

// choiceValue reads a value as JSON; a word of its own is a string, and words
// with commas between them are an array.
func choiceValue(s string) any {
	if json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	if strings.Contains(s, ",") {
		return strings.Split(s, ",")
	}
	return s
}

func choicesText(w io.Writer, choices *map[string]json.RawMessage) {
	table(w, "CHOICE VALUE", sortedKeys(*choices), func(key string) []any {
		value := string((*choices)[key])
		if s, err := strconv.Unquote(value); err == nil {
			value = s
		}
		return []any{key, value}
	})
}
