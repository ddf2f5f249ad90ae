package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

// oneOf is a flag that takes one of a few words.
type oneOf struct {
	value *string
	words []string
}

func (f oneOf) String() string { return *f.value }
func (f oneOf) Type() string   { return strings.Join(f.words, "|") }

func (f oneOf) Set(s string) error {
	if !slices.Contains(f.words, s) {
		return fmt.Errorf("must be %s", strings.Join(f.words, " or "))
	}
	*f.value = s
	return nil
}

// folder is a flag that names a folder. An empty name is most likely a shell
// variable that is not set: it must not stand for the default.
type folder struct{ path *string }

func (f folder) String() string { return *f.path }
func (f folder) Type() string   { return "DIR" }

func (f folder) Set(s string) error {
	if s == "" {
		return errors.New("must name a folder, and is empty; leave the flag out to have the embedded files")
	}
	*f.path = s
	return nil
}

// clock is the flag of the frozen time; the clock runs where it is nil.
type clock struct{ at *time.Time }

func (c *clock) Type() string { return "TIME" }

func (c *clock) String() string {
	if c.at == nil {
		return ""
	}
	return c.at.Format(time.RFC3339Nano)
}

func (c *clock) Set(s string) error {
	t, err := model.ParseInstant(s)
	if err != nil {
		return err
	}
	c.at = &t
	return nil
}

// setting returns how a session's clock is set.
func (c *clock) setting() session.ClockSetting {
	if c.at == nil {
		return session.ClockSetting{Mode: session.ClockReal}
	}
	return session.ClockSetting{Mode: session.ClockFrozen, At: *c.at}
}

// now returns what "in the past" means when files are checked.
func (c *clock) now() time.Time {
	if c.at == nil {
		return time.Now()
	}
	return *c.at
}

// requestIDs is the flag of the source of request IDs.
type requestIDs struct {
	seeded bool
	seed   uint64
}

func (r *requestIDs) Type() string { return "random|seed:N" }

func (r *requestIDs) String() string {
	if r.seeded {
		return "seed:" + strconv.FormatUint(r.seed, 10)
	}
	return "random"
}

func (r *requestIDs) Set(s string) error {
	if s == "random" {
		*r = requestIDs{}
		return nil
	}
	text, ok := strings.CutPrefix(s, "seed:")
	n, err := strconv.ParseUint(text, 10, 64)
	if !ok || err != nil {
		return fmt.Errorf("must be random or seed:N, where N is a whole number from 0 on, such as seed:1")
	}
	*r = requestIDs{seeded: true, seed: n}
	return nil
}

// setting returns the source of a session's request IDs.
func (r *requestIDs) setting() session.IDSetting {
	return session.IDSetting{Seeded: r.seeded, Seed: r.seed}
}
