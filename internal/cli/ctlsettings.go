package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

func (c *ctl) pins() *cobra.Command {
	return group("pins", "Show and set the version pins of client IDs",
		c.command("show", "Show the version pins", func(ctx context.Context, d *adminClient, _ []string) error {
			return c.showPins(ctx, d, call{method: http.MethodGet, path: c.in("/pins")})
		}),
		c.command("set CLIENT=VERSION…", "Pin client IDs to API versions", func(ctx context.Context, d *adminClient, args []string) error {
			pins := map[string]any{}
			for _, arg := range args {
				id, version, err := pair(arg, "CLIENT=VERSION, such as web-app=2021/04/07")
				if err != nil {
					return err
				}
				pins[id] = version
			}
			return c.showPins(ctx, d, call{method: http.MethodPut, path: c.in("/pins"), body: map[string]any{"pins": pins}})
		}),
		c.command("unset CLIENT…", "Take the pins of client IDs away", func(ctx context.Context, d *adminClient, args []string) error {
			pins := map[string]any{}
			for _, id := range args {
				pins[id] = nil
			}
			return c.showPins(ctx, d, call{method: http.MethodPut, path: c.in("/pins"), body: map[string]any{"pins": pins}})
		}))
}

func (c *ctl) showPins(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[struct{ Pins map[string]string }](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) {
		table(w, "CLIENT VERSION", func(row func(...any)) {
			for _, id := range slices.Sorted(keys(a.value.Pins)) {
				row(id, a.value.Pins[id])
			}
		})
	})
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
	return group("clock", "Show and set the session's clock",
		c.command("show", "Show the clock", func(ctx context.Context, d *adminClient, _ []string) error {
			return c.showClock(ctx, d, call{method: http.MethodGet, path: c.in("/clock")})
		}),
		c.command("set SETTING", "Set the clock: real, frozen:TIME, offset:DURATION or step:TIME,DURATION", func(ctx context.Context, d *adminClient, args []string) error {
			var s clockSetting
			if err := s.Set(args[0]); err != nil {
				return errMisuse{fmt.Errorf("%q %w", args[0], err)}
			}
			return c.showClock(ctx, d, call{method: http.MethodPut, path: c.in("/clock"), body: s.doc})
		}))
}

func (c *ctl) showClock(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[admin.Clock](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) { fmt.Fprintln(w, clockText(&a.value)) })
}

func idsText(s *admin.IDs) string {
	if s.Seed == nil {
		return s.Mode
	}
	return fmt.Sprintf("seed:%d, %d drawn", *s.Seed, s.Drawn)
}

func (c *ctl) ids() *cobra.Command {
	return group("ids", "Show and set where the session's request IDs come from",
		c.command("show", "Show where request IDs come from", func(ctx context.Context, d *adminClient, _ []string) error {
			return c.showIDs(ctx, d, call{method: http.MethodGet, path: c.in("/request-ids")})
		}),
		c.command("set SOURCE", "Set the source: random or seed:N", func(ctx context.Context, d *adminClient, args []string) error {
			var r requestIDs
			if err := r.Set(args[0]); err != nil {
				return errMisuse{fmt.Errorf("%q %w", args[0], err)}
			}
			doc := map[string]any{"mode": "random"}
			if r.seeded {
				doc = map[string]any{"mode": "seed", "seed": r.seed}
			}
			return c.showIDs(ctx, d, call{method: http.MethodPut, path: c.in("/request-ids"), body: doc})
		}))
}

func (c *ctl) showIDs(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[admin.IDs](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) { fmt.Fprintln(w, idsText(&a.value)) })
}

func (c *ctl) choices() *cobra.Command {
	return group("choices", "Show and set the choices in force where the documentation is silent",
		c.command("show", "Show the choices", func(ctx context.Context, d *adminClient, _ []string) error {
			return c.showChoices(ctx, d, call{method: http.MethodGet, path: c.in("/choices")})
		}),
		c.command("set KEY=VALUE…", "Set choices, such as repeated_delete=409", func(ctx context.Context, d *adminClient, args []string) error {
			doc := map[string]any{}
			for _, arg := range args {
				key, value, err := pair(arg, "KEY=VALUE, such as repeated_delete=409")
				if err != nil {
					return err
				}
				doc[key] = choiceValue(value)
			}
			return c.showChoices(ctx, d, call{method: http.MethodPatch, path: c.in("/choices"), body: doc})
		}))
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

func (c *ctl) showChoices(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[map[string]json.RawMessage](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) {
		table(w, "CHOICE VALUE", func(row func(...any)) {
			for _, key := range slices.Sorted(keys(a.value)) {
				value := string(a.value[key])
				if s, err := strconv.Unquote(value); err == nil {
					value = s
				}
				row(key, value)
			}
		})
	})
}
