package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dispatchmock/internal/mock/session"
	"dispatchmock/internal/model"
)

// OneOf returns a flag that takes one of a few words.
func OneOf(value *string, words ...string) pflag.Value { return oneOf{value, words} }

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

// Folder returns a flag that names a folder. An empty name is most likely a shell
// variable that is not set: it must not stand for the default.
func Folder(path *string) pflag.Value { return folder{path} }

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

// Clock is the flag of the frozen time; the clock runs where At is nil.
type Clock struct{ At *time.Time }

func (c *Clock) Type() string { return "TIME" }

func (c *Clock) String() string {
	if c.At == nil {
		return ""
	}
	return c.At.Format(time.RFC3339Nano)
}

func (c *Clock) Set(s string) error {
	t, err := model.ParseInstant(s)
	if err != nil {
		return err
	}
	c.At = &t
	return nil
}

// Setting returns how a session's clock is set.
func (c *Clock) Setting() session.ClockSetting {
	if c.At == nil {
		return session.ClockSetting{Mode: session.ClockReal}
	}
	return session.ClockSetting{Mode: session.ClockFrozen, At: *c.At}
}

// Now returns what "in the past" means when files are checked.
func (c *Clock) Now() time.Time {
	if c.At == nil {
		return time.Now()
	}
	return *c.At
}

// RequestIDs is the flag of the source of request IDs.
type RequestIDs struct {
	Seeded bool
	Seed   uint64
}

func (r *RequestIDs) Type() string { return "random|seed:N" }

func (r *RequestIDs) String() string {
	if r.Seeded {
		return "seed:" + strconv.FormatUint(r.Seed, 10)
	}
	return "random"
}

func (r *RequestIDs) Set(s string) error {
	if s == "random" {
		*r = RequestIDs{}
		return nil
	}
	text, ok := strings.CutPrefix(s, "seed:")
	n, err := strconv.ParseUint(text, 10, 64)
	if !ok || err != nil {
		return fmt.Errorf("must be random or seed:N, where N is a whole number from 0 on, such as seed:1")
	}
	*r = RequestIDs{Seeded: true, Seed: n}
	return nil
}

// Setting returns the source of a session's request IDs.
func (r *RequestIDs) Setting() session.IDSetting {
	return session.IDSetting{Seeded: r.Seeded, Seed: r.Seed}
}
