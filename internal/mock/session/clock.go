package session

import (
	"fmt"
	"sync"
	"time"

	"dispatchmock/internal/model"
)

// ClockMode says how a session's clock goes.
type ClockMode string

// The modes of a clock: as the machine's; standing still; as the machine's
// with a constant difference; standing still but for a step at each request.
const (
	ClockReal   ClockMode = "real"
	ClockFrozen ClockMode = "frozen"
	ClockOffset ClockMode = "offset"
	ClockStep   ClockMode = "step"
)

// ClockSetting is how a clock is set.
type ClockSetting struct {
	Mode   ClockMode
	At     time.Time     // frozen: the time; step: the time of the next request
	Offset time.Duration // offset: what is added to the machine's time
	Step   time.Duration // step: what each request adds
}

// Check says what is wrong with a setting.
func (s ClockSetting) Check() error {
	switch s.Mode {
	case ClockReal, ClockOffset:
	case ClockFrozen, ClockStep:
		if !model.HasForm(s.At) {
			return model.ErrYears
		}
	default:
		return fmt.Errorf("mode: %q: must be real, frozen, offset or step", s.Mode)
	}
	return nil
}

// Clock is a session's clock. It is safe for concurrent use.
type Clock struct {
	machine func() time.Time
	mu      sync.Mutex
	set     ClockSetting
}

// Set sets the clock.
func (c *Clock) Set(s ClockSetting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = s
}

// Setting returns how the clock is set; the time of a stepping clock is that
// of the next request.
func (c *Clock) Setting() ClockSetting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// Now returns the time without moving a stepping clock on.
func (c *Clock) Now() time.Time { return c.read(c.Setting()) }

func (c *Clock) read(s ClockSetting) time.Time {
	switch s.Mode {
	case ClockFrozen, ClockStep:
		return s.At
	case ClockOffset:
		return c.machine().Add(s.Offset)
	}
	return c.machine()
}

// Tick returns the time of a request, and moves a stepping clock on.
func (c *Clock) Tick() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.read(c.set)
	if c.set.Mode == ClockStep {
		// A clock at the end of the years that can be printed stands still.
		if next := c.set.At.Add(c.set.Step); model.HasForm(next) {
			c.set.At = next
		}
	}
	return now
}
